"""Reading recordings: those that were cut off, torn, damaged, or never were any."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.recording import reader
from mailshell.recording.header import Header, read_header
from mailshell.recording.octets import UnreadableRecording
from mailshell.recording.reader import Record, Recording, open_recording

HEADER = Header("imap", host="mail.example.org", port=993, tls="implicit").line()
CLOSE = b'{"k":"close","dt":0,"events":1}\n'


def read(*lines: bytes) -> tuple[list[Record], Recording]:
    recording = Recording(io.BytesIO(HEADER + b"".join(lines)))
    return list(recording), recording


def test_the_header_comes_back() -> None:
    header = Header("pop3", start="2026-01-01T00:00:00Z", host="h", port=110, state="transaction", title="Größe")
    assert read_header(header.line()) == header


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "not a JSON object"),
        (b"# Mail\n", "not a JSON object"),
        (b"[1]\n", 'no member "mailwire"'),
        (b'{"version": 2}\n', 'no member "mailwire"'),
        (b'{"mailwire": 2, "protocol": "imap"}\n', "mailwire/2"),
        (b'{"mailwire": 1}\n', "imap or pop3"),
        (b'{"mailwire": 1, "protocol": "smtp"}\n', "imap or pop3"),
        (b"[" * 100_000 + b"\n", "not a JSON object"),
    ],
)
def test_what_is_no_recording_is_told_in_a_sentence(line: bytes, words: str) -> None:
    with pytest.raises(UnreadableRecording, match=words):
        read_header(line)


def test_members_of_a_wrong_type_are_left_out() -> None:
    assert read_header(b'{"mailwire": 1, "protocol": "imap", "host": 5, "port": "x", "title": null}') == Header(
        "imap", tool=Header("imap").tool
    )


def test_a_recording_without_its_closing_event_is_valid_and_says_so() -> None:
    records, recording = read(b'{"k":"S","dt":5,"u8":"* OK\\r\\n"}\n')
    assert [record.pieces for record in records] == [[b"* OK\r\n"]]
    assert not recording.complete
    assert "cut off" in recording.warnings[0]


def test_a_torn_last_line_is_left_out() -> None:
    records, recording = read(b'{"k":"note","dt":5,"text":"a"}\n', b'{"k":"S","dt":5,"u8":"* O')
    assert [record.kind for record in records] == ["note"]
    assert "torn" in recording.warnings[0]


def test_unknown_kinds_are_kept() -> None:
    records, recording = read(b'{"k":"weather","dt":5,"sky":"blue"}\n', CLOSE)
    assert records[0].text("sky") == "blue"
    assert recording.complete
    assert not recording.warnings


@pytest.mark.parametrize(
    "line",
    [b"nonsense\n", b"[]\n", b'{"dt":1}\n', b'{"k":5}\n', b"\xff\xfe\n", b"\n", b'{"k":"S"' + b"[" * 9999 + b"\n"],
)
def test_a_damaged_line_costs_that_line(line: bytes) -> None:
    records, recording = read(line, b'{"k":"note","dt":5,"text":"a"}\n', CLOSE)
    assert [record.kind for record in records] == ["note", "close"]
    assert "line 2" in recording.warnings[0]


@pytest.mark.parametrize("elapsed", ["-5", '"x"', "1e99", "null", "999999999999999999999"])
def test_a_time_that_can_not_be_is_none(elapsed: str) -> None:
    records, _ = read(f'{{"k":"note","dt":{elapsed},"text":"a"}}\n'.encode())
    assert records[0].elapsed == 0


def test_an_endless_line_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LONGEST_LINE", 1000)
    records, recording = read(b'{"k":"note","text":"' + b"x" * 5000 + b'"}\n', CLOSE)
    assert [record.kind for record in records] == ["close"]
    assert "longer than" in recording.warnings[0]


def test_warnings_are_bounded() -> None:
    _, recording = read(b"x\n" * 1000)
    assert len(recording.warnings) <= 20


@given(octets=st.binary(max_size=500))
def test_any_file_at_all(octets: bytes) -> None:
    _, recording = read(octets)
    assert recording.warnings


def test_reading_is_lazy_and_flat() -> None:
    line = json.dumps({"k": "S", "dt": 1, "u8": "x" * 10_000}).encode() + b"\n"

    class Endless(io.RawIOBase):
        """A recording of 10 GB."""

        def __init__(self) -> None:
            self.left = HEADER

        def readable(self) -> bool:
            return True

        def readline(self, size: int | None = -1, /) -> bytes:
            first, self.left = self.left, b""
            return first or line

    begun = time.perf_counter()
    recording = Recording(Endless())  # type: ignore[arg-type]
    events = iter(recording)
    next(events)
    assert time.perf_counter() - begun < 1
    tracemalloc.start()
    for _ in range(2000):
        next(events)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 << 20


def test_the_suffix_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    path.write_bytes(Header("imap").line())
    assert open_recording(tmp_path / "a").header.protocol == "imap"
    (tmp_path / "a").write_text("something else")
    with pytest.raises(UnreadableRecording):
        open_recording(tmp_path / "a")
    with pytest.raises(OSError, match="b"):
        open_recording(tmp_path / "b")
