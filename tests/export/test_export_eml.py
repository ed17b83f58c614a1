"""The messages: equal to what the server holds, named by UID or number, and never in the place of a file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from export_support import IMAP, LETTER, POP3, STUFFED, Step, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailshell.exits import UsageError
from mailshell.export import eml
from mailshell.export.source import Source
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.watch import Watch


def messages(path: Path, folder: Path) -> dict[str, bytes]:
    eml.write(Source(path), folder)
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def fetch(number: int, items: bytes) -> Step:
    return "S", b"* %d FETCH (%s)\r\n" % (number, items)


def test_a_message_that_was_fetched(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert messages(record(tmp_path / "a.mwire", IMAP), folder) == {"uid-17.eml": LETTER}
    assert stat.S_IMODE((folder / "uid-17.eml").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_message_that_was_retrieved(tmp_path: Path) -> None:
    assert messages(record(tmp_path / "a.mwire", POP3, "pop3"), tmp_path / "new") == {"message-2.eml": LETTER}


LITERAL = b"{5}\r\nhello"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([fetch(3, b"BODY[] " + LITERAL)], {"message-3.eml": b"hello"}),
        ([fetch(3, b"RFC822 " + LITERAL + b" UID 9")], {"uid-9.eml": b"hello"}),
        ([fetch(3, b"body[] " + LITERAL)], {"message-3.eml": b"hello"}),
        ([fetch(3, b"UID 9 BINARY[] ~" + LITERAL)], {"uid-9.eml": b"hello"}),
        ([fetch(3, b'BODY[] "hello \\"you\\""')], {"message-3.eml": b'hello "you"'}),
        ([fetch(3, b'ENVELOPE ("x UID 8 BODY[] {5}" "y") BODY[] ' + LITERAL)], {"message-3.eml": b"hello"}),
        ([fetch(3, b"BODY[] {0}\r\n")], {"message-3.eml": b""}),
        ([fetch(3, b"BODY[HEADER] {2}\r\nab BODY[] " + LITERAL)], {"message-3.eml": b"hello"}),
        (
            [fetch(1, b"BODY[] " + LITERAL), fetch(2, b"BODY[] {2}\r\nhi")],
            {"message-1.eml": b"hello", "message-2.eml": b"hi"},
        ),
        ([("S", b"* 3 UIDFETCH (BODY[] {5}\r\nhello)\r\n")], {"message-3.eml": b"hello"}),
    ],
)
def test_forms_of_fetch(tmp_path: Path, steps: list[Step], expected: dict[str, bytes]) -> None:
    steps = [("S", b"* PREAUTH hi\r\n"), ("C", b"a1 FETCH 1:9 BODY[]\r\n"), *steps, ("S", b"a1 OK\r\n")]
    assert messages(record(tmp_path / "a.mwire", steps), tmp_path / "new") == expected


@pytest.mark.parametrize(
    "items",
    [
        b"BODY[HEADER] " + LITERAL,
        b"BODY[1] " + LITERAL,
        b"RFC822.HEADER " + LITERAL,
        b"FLAGS ()",
        b"BODY[]<0> " + LITERAL,
        b"BODY[] NIL",
    ],
)
def test_what_is_no_whole_message_is_left_out(tmp_path: Path, items: bytes) -> None:
    path = record(tmp_path / "a.mwire", [("S", b"* PREAUTH hi\r\n"), fetch(3, items)])
    with pytest.raises(UsageError, match="holds no message") as caught:
        messages(path, tmp_path / "new")
    assert ("a part was fetched (BODY[]<0>)" in str(caught.value)) == (b"<0>" in items)
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path, folder = record(tmp_path / "a.mwire", IMAP), tmp_path / "new"
    folder.mkdir()
    (folder / "uid-17.eml").write_bytes(b"mine")
    (folder / "uid-17-2.eml").symlink_to(tmp_path / "elsewhere")
    eml.write(Source(path), folder)
    assert (folder / "uid-17.eml").read_bytes() == b"mine"
    assert not (tmp_path / "elsewhere").exists(), "nor is anything written through a link"
    assert (folder / "uid-17-3.eml").read_bytes() == LETTER
    assert len(list(folder.iterdir())) == 3


def test_a_message_that_is_cut_off_is_left_out_and_told_of(tmp_path: Path) -> None:
    steps: list[Step] = [*IMAP[:-5], ("C", b"a9 FETCH 3 BODY[]\r\n"), ("S", b"* 3 FETCH (BODY[] {100}\r\nonly this")]
    folder = tmp_path / "new"
    lines = eml.write(Source(record(tmp_path / "a.mwire", steps)), folder)
    assert [each.name for each in folder.iterdir()] == ["uid-17.eml"]
    assert "message 3 is cut off after 9 octets, and is left out" in lines


def test_a_folder_is_needed(tmp_path: Path) -> None:
    path = record(tmp_path / "a.mwire", IMAP)
    with pytest.raises(UsageError, match="is no folder"):
        eml.write(Source(path), path)
    with pytest.raises(UsageError, match="can't be made"):
        eml.write(Source(path), tmp_path / "a" / "b")


@given(cuts=st.lists(st.integers(1, 40), min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_whatever_the_reads(tmp_path: Path, cuts: list[int]) -> None:
    """A message is the same, wherever the reads of the client cut it."""
    replies = b"+OK\r\n" + STUFFED + b".\r\n"
    steps: list[Step] = [("S", b"+OK\r\n"), ("C", b"RETR 2\r\n")]
    at = 0
    while at < len(replies):
        cut = cuts[at % len(cuts)]
        steps.append(("S", replies[at : at + cut]))
        at += cut
    folder = tmp_path / "new"
    assert messages(record(tmp_path / "a.mwire", steps, "pop3"), folder) == {"message-2.eml": LETTER}
    (folder / "message-2.eml").unlink()


def test_a_masked_secret_in_a_message_does_not_end_it_early(tmp_path: Path) -> None:
    """The mask covers as many octets as are missing, so that the message has the size that was announced."""
    letter = b"Subject: x\r\n\r\nthe password is hunter2222, he said\r\n"
    path = tmp_path / "a.mwire"
    watch = Watch(RecordingFile(path), Header("imap"), clock=lambda: 0.0)
    watch.received(b"* OK\r\n")
    watch.sent(b"a1 LOGIN ana hunter2222\r\n")
    watch.received(b"a1 OK\r\n")
    watch.sent(b"a2 FETCH 1 BODY[]\r\n")
    watch.received(b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\na2 OK\r\n" % (len(letter), letter))
    watch.closed()
    (line,) = eml.write(Source(path), tmp_path / "messages")
    assert line.startswith(f"{len(letter)} octets")
    found = (tmp_path / "messages" / "message-1.eml").read_bytes()
    assert len(found) == len(letter)
    assert found.startswith(b"Subject: x\r\n\r\nthe password is \xe2\x9f\xa6")
