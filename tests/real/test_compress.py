"""COMPRESS=DEFLATE and the STARTTLS probe on real servers."""

from __future__ import annotations

import os
import random
import re
import subprocess
from pathlib import Path

import pytest
from measured import peak, spawn_measured
from servers.server import Server

from real.running import mailshell

#: The most memory that a run may take, whatever the size of a message (KiB).
_MOST = 64 * 1024


def message(size: int) -> bytes:
    """A message of so many octets, half of which compress well and half hardly at all."""
    lines = [b"From: ana@example.org", b"Subject: large", b""]
    generator, length = random.Random(size), 0
    while length < size:
        for line in (generator.randbytes(36).hex().encode(), b"all the same " * 5):
            lines.append(line)
            length += len(line) + 2
    return b"\r\n".join(lines)[: size - 2] + b"\r\n"


@pytest.mark.parametrize("security", ["clear", "tls", "starttls"])
@pytest.mark.parametrize("size", [3 << 20, pytest.param(100 << 20, marks=pytest.mark.long)])
def test_each_way_the_octets_are_equal(cyrus: Server, tmp_path: Path, security: str, size: int) -> None:
    (tmp_path / "sent.eml").write_bytes(octets := message(size))
    typed = [
        "COMPRESS DEFLATE", "CREATE Packed", f"APPEND Packed @{tmp_path}/sent.eml", "SELECT Packed",
        f"FETCH 1 BODY.PEEK[] > {tmp_path}/back.eml", ".compress status", "DELETE Packed",
    ]  # fmt: skip
    process = spawn_measured(
        *cyrus.arguments("imap", security), "-f", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PW": cyrus.password},
    )  # fmt: skip
    out, err = process.communicate("\n".join(typed).encode(), timeout=300)
    assert process.returncode == 0, err
    assert (tmp_path / "back.eml").read_bytes() == octets
    assert peak(err.decode()) < _MOST
    for direction in ("sent", "received"):
        match = re.search(rf"{direction} +([\d,]+) octets as ([\d,]+) on the wire", out.decode())
        assert match is not None
        plain, packed = (int(number.replace(",", "")) for number in match.groups())
        assert size < plain < size + 10_000
        assert packed < plain * 0.6


def test_twice_is_refused_with_its_response_code(cyrus: Server) -> None:
    run = mailshell(cyrus, "imap", "clear", ["COMPRESS DEFLATE", "COMPRESS DEFLATE", "NOOP"])
    assert run.status == 1
    assert "[COMPRESSIONACTIVE]" in run.output
    assert run.output.splitlines()[-1].startswith("OK")


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
def test_a_command_slipped_in_behind_starttls_is_not_run(server: Server, protocol: str) -> None:
    run = mailshell(server, protocol, "clear", [".starttls --probe"])
    assert run.status == 0
    name = "STARTTLS" if protocol == "imap" else "STLS"
    assert re.match(rf"good: NOOP, which was sent in the clear behind {name}, was ", run.output)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
def test_what_tls_agreed_on(server: Server, protocol: str, tmp_path: Path) -> None:
    saved = tmp_path / "chain.pem"
    run = mailshell(server, protocol, "tls", [".tls", f".tls --save {saved}"])
    assert run.status == 0
    assert server.cafile is not None
    told = run.output
    assert told.startswith("TLS          TLSv1.3, ")
    assert "verified     yes: the chain is trusted, valid now, and for localhost\n" in told
    assert (
        "certificate 1 of 1, the server's own\n  subject    CN=localhost\n  issuer     CN=localhost (itself)\n" in told
    )
    assert "  key        RSA 2048 bits\n" in told
    assert saved.read_text() == server.cafile.read_text()
