"""Makes the scrubbed copy of a recording: once to learn what names there are, and once more to write.

The octets of each side run through the engine of the protocol, whose frames are scrubbed; then they are cut again
where they were cut. Masks stay. Nothing is longer or shorter than it was. While the copy is written it is searched for
what it must not hold; if something is found, the copy is removed.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mailshell.exits import UsageError
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart, Side
from mailshell.recording.file import RecordingFile, exists_already
from mailshell.recording.header import UNSAFE
from mailshell.recording.octets import Mask, Piece, UnreadableRecording
from mailshell.recording.reader import Record, Recording, open_recording
from mailshell.recording.scrubbing.imap import ImapScrubber
from mailshell.recording.scrubbing.pop3 import Pop3Scrubber
from mailshell.recording.scrubbing.records import RecordWriter
from mailshell.recording.scrubbing.shape import shape
from mailshell.recording.scrubbing.text import Scrub
from mailshell.recording.standins import StandIns
from mailshell.streams import reason

SCRUBBED = "scrubbed"


def scrub_recording(source: Path, target: Path) -> Scrub:
    """Write the scrubbed copy of a recording to ``target``, which must not exist. What was changed, with counts.

    UsageError with one sentence if it can't be read or written, or if something that had to go would still be in it.
    """
    scrub = Scrub()
    for record, pieces in _Copy(_open(source), scrub).records():
        RecordWriter(scrub, None).write(record, pieces)
    header = _open(source).header
    RecordWriter(scrub, None).header(header)
    scrub.pseudonyms.assign(frozenset(scrub.originals.contents))
    scrub.originals.take_names(scrub.pseudonyms)
    if target.exists():
        raise exists_already(target)
    try:
        with tempfile.TemporaryDirectory(prefix=".mailshell-", dir=target.parent) as folder:
            made = Path(folder) / target.name
            _write(source, made, scrub)
            try:
                os.link(made, target)
            except FileExistsError:
                raise exists_already(target) from None
    except OSError as error:
        raise UsageError(f"{target} can't be made: {reason(error)}") from None
    return scrub


def _write(source: Path, made: Path, scrub: Scrub) -> None:
    recording = _open(source)
    file = RecordingFile(made)
    try:
        writer = RecordWriter(scrub, file)
        writer.header(replace(recording.header, redaction=SCRUBBED))
        for record, pieces in _Copy(recording, scrub).records():
            writer.write(record, pieces)
            if scrub.originals.found:
                break
        writer.close(recording.complete)
    finally:
        file.close()
    if file.error is not None:
        raise file.error
    if scrub.originals.found:
        raise UsageError(
            f"{source}: {scrub.originals.found} of the original would still be in the copy, so none was written"
        )


def _open(path: Path) -> Recording:
    try:
        recording = open_recording(path)
    except UnreadableRecording as error:
        raise UsageError(f"{path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{path} can't be read: {reason(error)}") from None
    if recording.header.redaction == UNSAFE:
        raise UsageError(f"{path} was recorded with --unsafe-raw: passwords are in it, and there is no copy to share")
    return recording


@dataclass
class _Waiting:
    """A record whose octets are not scrubbed yet. ``masks``: where they stand (start, end) in its octets."""

    record: Record
    side: Side | None
    length: int
    masks: Sequence[tuple[int, int, Mask]]


class _Stream:
    """The octets of a side: as they are from ``raw`` on, and scrubbed up to where they are known."""

    def __init__(self) -> None:
        self.raw = bytearray()
        self.done = bytearray()

    def finish(self, octets: bytes) -> None:
        """These octets, the next ones, are scrubbed."""
        self.done += octets

    def finish_all(self) -> None:
        """What is left becomes its shape."""
        self.done += shape(bytes(self.raw[len(self.done) :]))

    def take(self, length: int) -> bytes:
        """The next scrubbed octets; they are forgotten."""
        octets = bytes(self.done[:length])
        del self.done[:length], self.raw[:length]
        return octets


class _Copy:
    """Gives the records in their order, those of octets with their scrubbed pieces."""

    def __init__(self, recording: Recording, scrub: Scrub) -> None:
        self._recording = recording
        self._engine = make_engine(recording.header.protocol)
        make = ImapScrubber if recording.header.protocol == "imap" else Pop3Scrubber
        self._scrubbers: dict[Side, ImapScrubber | Pop3Scrubber] = {side: make(scrub, side) for side in Side}
        self._streams = {side: _Stream() for side in Side}
        self._waiting: deque[_Waiting] = deque()
        self._stand_ins = StandIns()

    def records(self) -> Iterator[tuple[Record, list[Piece]]]:
        """Each record once, in order. A record of octets that can't be read is left out."""
        for record in self._recording:
            side = record.side
            if side is None:
                self._waiting.append(_Waiting(record, None, 0, ()))
            else:
                try:
                    pieces = record.pieces
                except UnreadableRecording:
                    continue
                octets, masks = self._stand_ins.octets(side, pieces)
                self._waiting.append(_Waiting(record, side, len(octets), masks))
                self._read(side, octets)
            yield from self._ready()
        for side in Side:
            self._flush(side)
        yield from self._ready()

    def _read(self, side: Side, octets: bytes) -> None:
        stream = self._streams[side]
        stream.raw += octets
        events = self._engine.sent(octets) if side is Side.CLIENT else self._engine.received(octets)
        for event in events:
            if isinstance(event, (Line, LinePart, LiteralPart, BodyPart, BodyEnd)):
                for made in self._scrubbers[side].frame(event, self._engine):
                    stream.finish(made)

    def _flush(self, side: Side) -> None:
        for made in self._scrubbers[side].flush():
            self._streams[side].finish(made)
        self._streams[side].finish_all()

    def _ready(self) -> Iterator[tuple[Record, list[Piece]]]:
        while self._waiting:
            first = self._waiting[0]
            if first.side is not None and len(self._streams[first.side].done) < first.length:
                return
            self._waiting.popleft()
            octets = self._streams[first.side].take(first.length) if first.side is not None else b""
            yield first.record, _with_masks(octets, first.masks)


def _with_masks(octets: bytes, masks: Sequence[tuple[int, int, Mask]]) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for start, end, mask in masks:
        if start > at:
            pieces.append(octets[at:start])
        pieces.append(mask)
        at = end
    if at < len(octets) or not pieces:
        pieces.append(octets[at:])
    return pieces
