"""``> FILE``: the message or the data goes to a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from batch_support import POP3, PREAUTH, Serve, inside, lines
from playbook import Script

MESSAGE = b"Subject: x\r\n\r\n.dot\r\n\xff\0end\r\n"
POP3_MESSAGE: Script = [f"S: {POP3}", "C: RETR 1", b"+OK\r\n" + MESSAGE.replace(b"\r\n.", b"\r\n..") + b".\r\n", "QUIT"]
IMAP_MESSAGE: Script = [
    f"S: {PREAUTH}",
    "C: a1 FETCH 1 BODY[]",
    b"* 1 FETCH (UID 5 BODY[] {%d}\r\n%b FLAGS ())\r\na1 OK fetched\r\n" % (len(MESSAGE), MESSAGE),
    "LOGOUT",
]
BOTH = pytest.mark.parametrize(
    ("scheme", "script", "typed"), [("pop3", POP3_MESSAGE, "RETR 1"), ("imap", IMAP_MESSAGE, "FETCH 1 BODY[]")]
)


@BOTH
@pytest.mark.parametrize("name", ["message", "a message"])
def test_a_message_goes_to_a_file(
    serve: Serve, tmp_path: Path, scheme: str, script: Script, typed: str, name: str
) -> None:
    file = tmp_path / name
    redirection = f'> "{file}"' if " " in name else f"> {file}"
    outcome = inside(serve(script).url(scheme), "-c", f"{typed} {redirection}")
    assert outcome.status == 0
    assert file.read_bytes() == MESSAGE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Subject" not in outcome.out
    assert f"{len(MESSAGE)} octets written to {file}" in outcome.err


@BOTH
def test_without_a_file_the_octets_go_to_standard_output(serve: Serve, scheme: str, script: Script, typed: str) -> None:
    outcome = inside(serve(script).url(scheme), "-c", typed)
    assert MESSAGE in outcome.out.encode("utf-8", "surrogateescape")


@BOTH
def test_a_file_of_before_is_replaced(serve: Serve, tmp_path: Path, scheme: str, script: Script, typed: str) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"x" * 1000)
    inside(serve(script).url(scheme), "-c", f"{typed} > {file}")
    assert file.read_bytes() == MESSAGE


def test_a_refusal_leaves_the_file_of_before_alone(serve: Serve, tmp_path: Path) -> None:
    file, other = tmp_path / "message", tmp_path / "other"
    file.write_bytes(b"precious")
    server = serve(f"S: {POP3}\nC: RETR 1\nS: -ERR none\nC: RETR 2\nS: -ERR none\nQUIT")
    outcome = inside(server.url("pop3"), *lines(f"RETR 1 > {file}", f"RETR 2 > {other}"))
    assert outcome.status == 1
    assert file.read_bytes() == b"precious"
    assert not other.exists()


def test_a_file_that_cannot_be_written_sends_nothing(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nQUIT")
    outcome = inside(server.url("pop3"), "-c", "RETR 1 > /nonexistent/file")
    assert outcome.status == 2
    assert "/nonexistent/file can't be written" in outcome.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no device that is always full")
@BOTH
def test_a_disk_that_is_full(serve: Serve, scheme: str, script: Script, typed: str) -> None:
    outcome = inside(serve(script).url(scheme), "-c", f"{typed} > /dev/full")
    assert outcome.status == 2
    assert "/dev/full: no space left on device" in outcome.err


def test_data_that_is_no_message_goes_to_a_file_too(serve: Serve, tmp_path: Path) -> None:
    server = serve(f'S: {PREAUTH}\nC: a1 LIST "" *\nS: * LIST () "/" INBOX\nS: a1 OK listed\nLOGOUT')
    outcome = inside(server.url(), "-c", f'LIST "" * > {tmp_path}/list')
    assert "INBOX" in (tmp_path / "list").read_text()
    assert "INBOX" not in outcome.out


def test_a_connection_that_is_lost_keeps_what_came(serve: Serve, tmp_path: Path) -> None:
    server = serve([f"S: {PREAUTH}", "C: a1 FETCH 1 BODY[]", b"* 1 FETCH (BODY[] {100}\r\nabc", "CLOSE"])
    outcome = inside(server.url(), "-c", f"FETCH 1 BODY[] > {tmp_path}/message")
    assert outcome.status == 4
    assert (tmp_path / "message").read_bytes() == b"abc"


def test_the_last_answer_is_saved_as_it_came(serve: Serve, tmp_path: Path) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: * 3 EXISTS\nS: a1 OK done\nLOGOUT")
    outcome = inside(server.url(), *lines("NOOP", f'.save "{tmp_path}/the answer"'))
    assert outcome.status == 0
    assert (tmp_path / "the answer").read_bytes() == b"* 3 EXISTS\r\na1 OK done\r\n"
    assert stat.S_IMODE((tmp_path / "the answer").stat().st_mode) == 0o600


def test_a_large_message_is_streamed(serve: Serve, tmp_path: Path) -> None:
    size = 64 << 20
    piece = bytes(range(256)) * 256
    script: Script = [
        f"S: {PREAUTH}",
        "C: a1 FETCH 1 BODY[]",
        b"* 1 FETCH (BODY[] {%d}\r\n" % size,
        lambda connection: connection.flood(piece, size),
        b")\r\na1 OK\r\n",
        "LOGOUT",
    ]
    assert inside(serve(script).url(), "-c", f"FETCH 1 BODY[] > {tmp_path}/message").status == 0
    assert (tmp_path / "message").stat().st_size == size
