"""Reads a recording, event by event and in flat memory. A recording is untrusted: whatever it holds, nothing is raised
but ``UnreadableRecording`` for a file that is none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from mailshell.protocol.events import Side
from mailshell.recording.file import SUFFIX
from mailshell.recording.header import Header, read_header
from mailshell.recording.octets import Piece, UnreadableRecording, from_json

#: A longer line is no event of a reasonable program (octets).
LONGEST_LINE = 64 << 20
#: A later time than this after the event before is not believed (microseconds): a year.
_LONGEST_PAUSE = 365 * 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One event: its kind, the microseconds since the event before, and its members. ``line``: where it stands."""

    kind: str
    elapsed: int
    line: int
    fields: Mapping[str, object] = field(repr=False, default_factory=dict)

    @property
    def side(self) -> Side | None:
        """Whose octets these are; None if the event is none of octets."""
        return Side(self.kind) if self.kind in ("C", "S") else None

    @property
    def pieces(self) -> list[Piece]:
        """The octets and masks of an event of octets. UnreadableRecording if they can't be read."""
        return from_json(self.fields)

    def text(self, name: str) -> str:
        """A member that is a text; empty if there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A member that is a number; 0 if there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, int) else 0


class Recording:
    """An open recording. Iterating gives its events, once.

    ``complete``: the closing event has been read. ``warnings``: what was not as it should be, one sentence each; of
    many the first.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Reads the header. UnreadableRecording if it is none."""
        self._file = file
        self.complete = False
        self.warnings: list[str] = []
        first = file.readline(LONGEST_LINE)
        self.header: Header = read_header(first)

    def __iter__(self) -> Iterator[Record]:
        number = 1
        while line := self._file.readline(LONGEST_LINE):
            number += 1
            if not line.endswith(b"\n"):
                self._warn(_unended(line, number))
                if len(line) < LONGEST_LINE:
                    return
                self._skip_line()
                continue
            record = self._read(line, number)
            if record is not None:
                self.complete = record.kind == "close"
                yield record
        if not self.complete:
            self._warn("the recording has no closing event: it was cut off, or is still being written")

    def _read(self, line: bytes, number: int) -> Record | None:
        try:
            members = json.loads(line)
        except (ValueError, RecursionError):
            self._warn(f"line {number} is not JSON, and is left out")
            return None
        if not isinstance(members, dict) or not isinstance(members.get("k"), str):
            self._warn(f"line {number} is no event, and is left out")
            return None
        elapsed = members.get("dt")
        if not isinstance(elapsed, int) or not 0 <= elapsed <= _LONGEST_PAUSE:
            elapsed = 0
        return Record(members["k"], elapsed, number, members)

    def _skip_line(self) -> None:
        while (piece := self._file.readline(LONGEST_LINE)) and not piece.endswith(b"\n"):
            pass

    def _warn(self, text: str) -> None:
        if len(self.warnings) < 20:
            self.warnings.append(text)


def _unended(line: bytes, number: int) -> str:
    if len(line) >= LONGEST_LINE:
        return f"line {number} is longer than {LONGEST_LINE:,} octets, and is left out"
    return f"line {number}, the last, is torn, and is left out"


def open_recording(path: Path) -> Recording:
    """Open a file; its name may be given without the suffix that recording adds.

    UnreadableRecording or OSError; the file is closed when the recording is no longer used.
    """
    if path.name and not path.exists() and (named := path.with_name(path.name + SUFFIX)).exists():
        path = named
    if path.is_fifo():
        # Opening one would wait for somebody who writes.
        raise UnreadableRecording("this is a pipe, and a recording is read from a file")
    file = path.open("rb")
    try:
        return Recording(file)
    except UnreadableRecording:
        file.close()
        raise
