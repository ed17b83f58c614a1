"""COMPRESS=DEFLATE: what is shown stays the same, the wire has less, and a server may do it all wrong."""

from __future__ import annotations

import re
import subprocess
import zlib
from pathlib import Path

import pytest
from batch_support import PATIENCE, Certificates, Serve, command, inside, lines, spawn
from measured import peak, spawn_measured
from playbook import Connection

GREETING = "S: * PREAUTH [CAPABILITY IMAP4rev1 LITERAL+ COMPRESS=DEFLATE] ready"
AGREED = f"{GREETING}\nC: a1 COMPRESS DEFLATE\nS: a1 OK compressing"
BEGIN = f"{AGREED}\nDEFLATE"
NOOP = "C: a2 NOOP\nS: a2 OK nothing happened"


def deflated(*texts: bytes, finish: bool = False) -> bytes:
    """As a server compresses these writes; ``finish``: and ends its data."""
    packer = zlib.compressobj(wbits=-15)
    packed = b"".join(packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH) for text in texts)
    return packed + (packer.flush(zlib.Z_FINISH) if finish else b"")


# --- as it should be


@pytest.mark.parametrize("typed", ["COMPRESS DEFLATE", ".compress", "compress deflate"])
def test_both_directions(serve: Serve, typed: str) -> None:
    agreed = BEGIN.replace("COMPRESS DEFLATE", typed) if typed[0] == "c" else BEGIN
    server = serve(f"{agreed}\n{NOOP}\nLOGOUT")
    outcome = inside(server.url(), *lines(typed, "NOOP"))
    assert (outcome.status, outcome.out) == (0, "OK compressing\nOK nothing happened\n")


def test_the_status_before_and_after(serve: Serve) -> None:
    fetch = "C: a2 FETCH 1 BODY[]\nS: * 1 FETCH (BODY[] {2000}"
    server = serve([BEGIN, fetch, b"x" * 2000 + b")\r\na2 OK done\r\n", "LOGOUT"])
    outcome = inside(
        server.url(), *lines(".compress status", ".compress", ".compress", "FETCH 1 BODY[]", ".compress status")
    )
    assert outcome.status == 0
    told = outcome.out.splitlines()
    assert told[0] == "no compression; COMPRESS DEFLATE starts it, if the server offers it"
    assert told[1:5] == [
        "OK compressing", "DEFLATE in both directions (RFC 4978)",
        "sent      0 octets as 0 on the wire", "received  0 octets as 0 on the wire",
    ]  # fmt: skip
    assert told[-3] == "DEFLATE in both directions (RFC 4978)"
    assert re.fullmatch(r"sent      19 octets as \d+ on the wire \(\d+%\)", told[-2])
    match = re.fullmatch(r"received  2,0\d\d octets as (\d+) on the wire \((\d+)%\)", told[-1])
    assert match is not None
    assert int(match[1]) < 150
    assert int(match[2]) < 8


def test_wrong_usage(serve: Serve) -> None:
    outcome = inside(serve("S: +OK ready\nQUIT").url("pop3"), *lines(".compress status", ".compress", ".compress on"))
    assert outcome.status == 2
    assert outcome.out == "no compression; COMPRESS DEFLATE starts it, if the server offers it\n"
    assert "this belongs to IMAP, and the session is POP3" in outcome.err
    assert ".compress takes nothing, or status" in outcome.err
    assert inside("-c", ".compress").status == 2


def test_octets_right_behind_the_answer_are_compressed(serve: Serve) -> None:
    packed = deflated(b"* 5 EXISTS\r\n", b"* 2 RECENT\r\n")
    script = [GREETING, "C: a1 COMPRESS DEFLATE", b"* 4 EXISTS\r\na1 OK now\r\n" + packed]
    server = serve([*script, Connection.compress, "C: a2 NOOP", Connection.stall])
    outcome = inside(server.url(), "--timeout", "0.4", "-d", "3", *lines("COMPRESS DEFLATE", "NOOP"))
    assert outcome.status == 5
    rows = [row for row in outcome.err.splitlines() if row[:2] in ("S:", "--") and "connected" not in row]
    assert rows[1:5] == [
        "S:  * 4 EXISTS", "S:  a1 OK now", "--- compression started: DEFLATE, in both directions", "S:  * 5 EXISTS"
    ]  # fmt: skip
    assert rows[5] == "S:  * 2 RECENT"


def test_octet_by_octet(serve: Serve) -> None:
    def drip(connection: Connection) -> None:
        for octet in deflated(b"* 5 EXISTS\r\n", b"a2 OK nothing happened\r\n"):
            connection.send_raw(bytes([octet]))

    server = serve([BEGIN, "C: a2 NOOP", drip, "LOGOUT"])
    outcome = inside(server.url(), *lines("COMPRESS DEFLATE", "NOOP"))
    assert outcome.out == "OK compressing\nOK nothing happened\n"
    assert "5 messages exist" in outcome.err


@pytest.mark.parametrize("answer", ["NO", "BAD"])
def test_refused(serve: Serve, answer: str) -> None:
    server = serve(f"{GREETING}\nC: a1 COMPRESS DEFLATE\nS: a1 {answer} no\n{NOOP}\nC: a3 NOOP\nS: a3 OK\nLOGOUT")
    outcome = inside(server.url(), *lines("COMPRESS DEFLATE", "NOOP", ".compress status", "NOOP"))
    assert outcome.status == 1
    assert "OK nothing happened\nno compression;" in outcome.out


@pytest.mark.parametrize("answer", ["NO [COMPRESSIONACTIVE] already", "OK again"])
def test_twice(serve: Serve, answer: str) -> None:
    server = serve(f"{BEGIN}\nC: a2 COMPRESS DEFLATE\nS: a2 {answer}\nC: a3 NOOP\nS: a3 OK still here\nLOGOUT")
    outcome = inside(server.url(), *lines("COMPRESS DEFLATE", "COMPRESS DEFLATE", "NOOP"))
    assert outcome.status == (1 if answer.startswith("NO") else 0)
    assert outcome.out.endswith("OK still here\n")


def test_under_tls_with_large_literals_both_ways(serve: Serve, certificates: Certificates, tmp_path: Path) -> None:
    octets = bytes(range(256)) * 4096 + b"end"
    (tmp_path / "message").write_bytes(octets)
    seen: list[bytes] = []

    def take(connection: Connection) -> None:
        connection.expect(rf"a2 APPEND INBOX \{{{len(octets)}\+\}}")
        seen.append(connection.octets(len(octets) + 2)[:-2])
        connection.send(b"a2 OK in\r\n")

    give = b"* 1 FETCH (BODY[] {%d}\r\n%s)\r\na3 OK out\r\n" % (len(octets), octets)
    script = ["TLS", BEGIN, take, "C: a3 FETCH 1 BODY[]", give, "LOGOUT"]
    server = serve(script, tls=certificates.good)
    typed = lines("COMPRESS DEFLATE", f"APPEND INBOX @{tmp_path}/message", f"FETCH 1 BODY[] > {tmp_path}/back")
    outcome = inside(server.url("imaps"), "--cafile", certificates.cafile, *typed)
    assert outcome.status == 0, outcome
    assert seen == [octets]
    assert (tmp_path / "back").read_bytes() == octets


def test_compressed_data_may_end_with_the_session(serve: Serve) -> None:
    script = [
        BEGIN,
        "C: a2 LOGOUT",
        Connection.forget_compression,
        deflated(b"* BYE bye\r\na2 OK done\r\n", finish=True),
    ]
    outcome = inside(serve(script).url(), *lines("COMPRESS DEFLATE", "LOGOUT"))
    assert outcome.status == 0
    assert "dropped" not in outcome.err


# --- as it should not be


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (
            b"a2 OK in the clear all the same\r\n",
            "the connection was dropped: what came after COMPRESS is no DEFLATE data",
        ),
        (zlib.compress(b"a2 OK with a header\r\n"), "is no DEFLATE data (RFC 4978)"),
        (deflated(b"* 5 EXISTS\r\n", finish=True) + b"a2 OK\r\n", "has ended its compressed data, and what follows"),
    ],
)
def test_octets_that_can_not_be_read(serve: Serve, octets: bytes, words: str) -> None:
    server = serve([AGREED, Connection.compress, "C: a2 NOOP", lambda connection: connection.send_raw(octets), "STALL"])
    outcome = inside(server.url(), *lines("COMPRESS DEFLATE", "NOOP", "NOOP"))
    assert outcome.status == 4
    assert words in outcome.err
    assert "1 more line was not sent" in outcome.err


def test_a_server_that_stops_in_the_middle_of_a_block(serve: Serve) -> None:
    packed = deflated(b"* 5 EXISTS\r\na2 OK late\r\n")
    first, rest = packed[:9], packed[9:]
    script = [BEGIN, "C: a2 NOOP", lambda connection: connection.send_raw(first), "WAIT 0.6"]
    server = serve([*script, lambda connection: connection.send_raw(rest), "STALL"])
    process = spawn(server.url(), "--timeout", "0.3", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"COMPRESS DEFLATE\nNOOP\n")
    process.stdin.flush()
    server.wait_for(b"a2 NOOP")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.2)
    out, err = process.communicate(b"", PATIENCE)
    assert (process.returncode, out) == (5, b"OK compressing\n")
    assert b"late answer to a2 NOOP: OK late" in err


def bomb(size: int) -> bytes:
    """FETCH with a literal of so many octets, compressed a thousand times."""
    packer, piece = zlib.compressobj(9, wbits=-15), bytes(1 << 20)
    parts = [packer.compress(b"* 1 FETCH (BODY[] {%d}\r\n" % size)]
    parts += [packer.compress(piece[: min(len(piece), size - at)]) for at in range(0, size, len(piece))]
    return b"".join([*parts, packer.compress(b")\r\na2 OK out\r\n"), packer.flush(zlib.Z_SYNC_FLUSH)])


@pytest.mark.parametrize("size", [100 << 20, pytest.param(1 << 30, marks=pytest.mark.long)])
def test_a_bomb_takes_no_memory(serve: Serve, size: int) -> None:
    packed = bomb(size)
    assert len(packed) < size // 900
    script = [BEGIN, "C: a2 FETCH 1 BODY[]", lambda connection: connection.send_raw(packed), "LOGOUT"]
    typed = lines("COMPRESS DEFLATE", "FETCH 1 BODY[] > /dev/null", ".compress status")
    server = serve(script)
    process = spawn_measured(server.url(), *typed, stdout=subprocess.PIPE)
    out, err = process.communicate(timeout=60)
    told = re.search(rb"received  ([\d,]+) octets", out)
    assert told is not None
    assert size < int(told[1].replace(b",", b"")) < size + 100
    assert peak(err.decode()) < 64 * 1024


# --- the trace


def test_the_trace_has_both_sizes_and_never_with_a_secret(serve: Serve) -> None:
    script = f"{BEGIN.replace('PREAUTH', 'OK')}\nC: a2 LOGIN fred geheim42\nS: a2 OK in\n"
    script += "C: a3 NOOP\nS: * 5 EXISTS\nS: a3 OK\nLOGOUT"
    typed = lines("COMPRESS DEFLATE", "LOGIN fred geheim42", "NOOP")
    outcome = command(serve(script).url(), "-d", "4", *typed)
    assert outcome.status == 0
    assert "geheim42" not in outcome.everything
    rows = [row.partition(" ")[2] for row in outcome.err.splitlines() if re.match(r"[CS].=", row)]
    login = next(row for row in rows if "⟦" in row)
    assert re.fullmatch(r"[\d.]+ write at \d+: 16 octets \+ ⟦password⟧", login)
    assert any(re.fullmatch(r"[\d.]+ write at \d+: 9 octets, \d+ compressed", row) for row in rows)
    assert any(re.fullmatch(r"[\d.]+ read at \d+: \d+ octets, \d+ compressed", row) for row in rows)
    assert not [row for row in rows if "compressed" in row and "⟦" in row]


def test_a_read_that_gives_several_pieces_is_counted_once(serve: Serve) -> None:
    packed = bomb(600_000)
    script = [BEGIN, "C: a2 FETCH 1 BODY[]", lambda connection: connection.send_raw(packed), "LOGOUT"]
    outcome = command(serve(script).url(), "-d", "4", *lines("COMPRESS DEFLATE", "FETCH 1 BODY[] > /dev/null"))
    assert outcome.status == 0
    assert outcome.err.count(f"octets, {len(packed):,} compressed") == 1
    assert outcome.err.count("from the same compressed octets") == 2
