"""The way to the server: --connect, --bind, -4 and -6, and the trace of each attempt."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from batch_support import PREAUTH, Certificates, Serve, command, inside
from ipv6 import needs_ipv6

GREETING = "S: * OK [CAPABILITY IMAP4rev1] ready"
SCRIPT = f"{GREETING}\nLOGOUT"


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# --- --connect


@pytest.mark.parametrize("where", ["127.0.0.1:{port}", "localhost:{port}"])
def test_connect_goes_elsewhere(serve: Serve, where: str) -> None:
    server = serve(SCRIPT)
    outcome = inside("imap://mail.example.org", "--connect", where.format(port=server.port), "-d", "1")
    assert outcome.status == 0
    assert f"connected to 127.0.0.1:{server.port}" in outcome.err


def test_connect_without_a_port_keeps_that_of_the_url(serve: Serve) -> None:
    server = serve(SCRIPT)
    assert inside(f"imap://mail.example.org:{server.port}", "--connect", "127.0.0.1").status == 0


@needs_ipv6
@pytest.mark.parametrize("port", [True, False])
def test_connect_to_an_address_of_ipv6(serve: Serve, port: bool) -> None:
    server = serve(SCRIPT, host="::1")
    where = f"[::1]:{server.port}" if port else "[::1]"
    outcome = inside(f"imap://mail.example.org:{server.port}", "--connect", where, "-d", "1")
    assert outcome.status == 0
    assert f"connected to [::1]:{server.port}" in outcome.err


def test_connect_keeps_the_name_for_tls(serve: Serve, certificates: Certificates) -> None:
    names: list[str | None] = []
    certificates.other_name.sni_callback = lambda _, name, __: names.append(name)
    server = serve(f"TLS\n{SCRIPT}", "TLS-BROKEN", tls=certificates.other_name)
    options = ["--cafile", certificates.cafile, "--connect", f"127.0.0.1:{server.port}"]
    outcome = inside("imaps://mail.example.org", *options, "-c", ".tls")
    assert outcome.status == 0
    assert "SNI          mail.example.org\n" in outcome.out
    outcome = inside("imaps://other.example.org", *options, "-c", ".tls")
    assert outcome.status == 3
    assert "not for the name other.example.org (it is for mail.example.org)" in outcome.err
    assert names == ["mail.example.org", "other.example.org"]
    certificates.other_name.sni_callback = None


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("::1", "write [::1]"),
        ("[::1", "the ] after the IPv6 address is missing"),
        ("host:99999", "the port 99999 is out of range"),
        ("host:imap", "the port after the colon is not a number"),
        (":143", "the host is missing"),
        ("a b", "a space stands in the host"),
        ("host/INBOX", "--connect takes HOST or HOST:PORT"),
        ("ana@host", "--connect takes HOST or HOST:PORT"),
    ],
)
def test_connect_to_what_is_no_address(where: str, words: str) -> None:
    outcome = inside("imap://127.0.0.1:1", "--connect", where, "-c", "NOOP")
    assert outcome.status == 2
    (told,) = outcome.messages
    assert words in told
    assert "--connect" in told


def test_where_nobody_listens_the_place_is_told_that_was_tried() -> None:
    port = closed_port()
    outcome = inside("imap://mail.example.org", "--connect", f"127.0.0.1:{port}", "-c", "NOOP")
    assert outcome.status == 3
    assert f"127.0.0.1 port {port} refused the connection" in outcome.err


# --- --bind


def test_bind(serve: Serve) -> None:
    seen: list[str] = []
    server = serve([lambda connection: seen.append(connection.peer), SCRIPT])
    assert inside(server.url(), "--bind", "127.0.0.9").status == 0
    assert seen == ["127.0.0.9"]


@needs_ipv6
def test_bind_to_an_address_of_ipv6(serve: Serve) -> None:
    server = serve(SCRIPT, host="::1")
    assert inside(f"imap://[::1]:{server.port}", "--bind", "::1").status == 0
    outcome = inside(f"imap://127.0.0.1:{server.port}", "--bind", "::1", "-c", "NOOP")
    assert outcome.status == 3
    assert "127.0.0.1 has no IPv6 address, which --bind ::1 needs" in outcome.err


@pytest.mark.parametrize("address", ["192.0.2.1", pytest.param("2001:db8::1", marks=needs_ipv6)])
def test_bind_to_an_address_of_another_computer(address: str) -> None:
    target = "127.0.0.1" if "." in address else "[::1]"
    outcome = inside(f"imap://{target}:{closed_port()}", "--bind", address, "-c", "NOOP")
    assert outcome.status == 3
    assert f"cannot connect from {address}: this computer has no such address" in outcome.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--bind", "localhost"], "--bind takes an IP address of this computer, which localhost is not"),
        (["--bind", "127.0.0.1:0"], "which 127.0.0.1:0 is not"),
        (["--bind", "127.0.0.1", "-6"], "127.0.0.1 is an IPv4 address, and -6 wants the other kind"),
        (["--bind", "::1", "-4"], "::1 is an IPv6 address, and -4 wants the other kind"),
        (["-4", "-6"], "-4 and -6 leave no address"),
    ],
)
def test_what_can_not_be_meant(options: list[str], words: str) -> None:
    outcome = inside("imap://127.0.0.1:1", *options, "-c", "NOOP")
    assert outcome.status == 2
    assert words in outcome.err


# --- -4 and -6


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a host with an address of each kind, that of IPv6 first."""
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, family: int = 0, *rest: int) -> list[object]:
        if host != "both.example":
            return list(real(host, port, family, *rest))
        addresses = [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]
        return [(own, 1, 6, "", (one, port)) for own, one in addresses if family in (own, socket.AF_UNSPEC)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return "both.example"


@needs_ipv6
def test_ipv4_only(serve: Serve, both: str) -> None:
    server = serve(SCRIPT)
    outcome = inside(f"imap://{both}:{server.port}", "-4", "-d", "2")
    assert outcome.status == 0
    assert f"connected to 127.0.0.1:{server.port}" in outcome.err
    assert "[::1]" not in outcome.err


@needs_ipv6
def test_ipv6_only(serve: Serve, both: str) -> None:
    server = serve(SCRIPT, host="::1")
    outcome = inside(f"imap://{both}:{server.port}", "-6", "-d", "2")
    assert outcome.status == 0
    assert "127.0.0.1" not in outcome.err


@pytest.mark.parametrize(
    ("host", "option", "words"),
    [
        ("127.0.0.1", "-6", "the host name 127.0.0.1 has no IPv6 address: leave -6 out"),
        ("[::1]", "-4", "the host name ::1 has no IPv4 address: leave -4 out"),
    ],
)
def test_a_host_without_such_an_address(host: str, option: str, words: str) -> None:
    outcome = inside(f"imap://{host}:1", option, "-c", "NOOP")
    assert outcome.status == 3
    assert words in outcome.err


# --- through a program

TUNNEL = """
import os, socket, sys, threading
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def back():
    while octets := server.recv(65536):
        os.write(1, octets)
    os._exit(0)
threading.Thread(target=back, daemon=True).start()
while octets := os.read(0, 65536):
    server.sendall(octets)
server.shutdown(socket.SHUT_WR)
threading.Event().wait(5)
"""


@pytest.mark.parametrize("name", [True, False])
def test_starttls_through_a_tunnel_needs_the_name(
    serve: Serve, certificates: Certificates, tmp_path: Path, name: bool
) -> None:
    (tmp_path / "tunnel.py").write_text(TUNNEL)
    script = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready\nC: a1 STARTTLS\nS: a1 OK go\n"
    server = serve(f"{script}{'TLS' if name else ''}\n{'LOGOUT' if name else 'STALL'}", tls=certificates.other_name)
    url = f"imap+exec:{sys.executable} {tmp_path}/tunnel.py {server.port}"
    options = ["--cafile", certificates.cafile, *(["--sni", "mail.example.org"] if name else [])]
    outcome = inside(url, *options, "-c", "STARTTLS")
    assert outcome.status == (0 if name else 3)
    if name:
        assert "certificate verified for mail.example.org" in outcome.err
    else:
        assert "cannot be checked because no server name is known: give the name that it should bear" in outcome.err


# --- the trace


@needs_ipv6
def test_each_attempt_is_traced_at_level_2(serve: Serve, both: str) -> None:
    server = serve(SCRIPT, SCRIPT)
    attempts = [f"--- [::1]:{server.port}: connection refused", f"--- 127.0.0.1:{server.port}: connected"]
    for level, traced in (("1", []), ("2", attempts)):
        outcome = inside(f"imap://{both}:{server.port}", "-d", level)
        assert outcome.status == 0
        rows = outcome.err.splitlines()
        end = rows.index(f"--- connected to 127.0.0.1:{server.port}")
        assert rows[:end] == traced


def test_attempts_that_all_failed_are_traced_and_then_the_reason() -> None:
    port = closed_port()
    outcome = command(f"imap://localhost:{port}", "-d", "2")
    assert outcome.status == 3
    assert f"--- 127.0.0.1:{port}: connection refused\n" in outcome.err
    assert f"--! localhost port {port} refused the connection" in outcome.err


def test_preauth_in_the_clear_is_warned_of_unless_nobody_is_on_the_way(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nLOGOUT", f"S: {PREAUTH}\nLOGOUT")
    there = command("imap://mail.example.org", "--connect", f"127.0.0.1:{server.port}", "-c", "")
    here = command(server.url(), "-c", "")
    assert (there.status, here.status) == (0, 0)
    assert "PREAUTH in the clear: TLS can't begin any more" in there.err
    assert "PREAUTH" not in here.err
