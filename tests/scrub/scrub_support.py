"""Makes recordings of octets, and compares a scrubbed copy with its original."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from mailshell.protocol.events import BodyPart, Deviation, Line, LinePart, LiteralPart, Side
from mailshell.protocol.exchange import Began, Completed, Continuation, Event, Greeting, Sent, Stray, Untagged
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.octets import Mask
from mailshell.recording.reader import Record, open_recording
from mailshell.recording.watch import Watch
from mailshell.replay.player import Player
from mailshell.wire import WireEvent


def record(path: Path, protocol: str, chunks: Iterable[tuple[str, bytes]], host: str = "") -> Path:
    """A recording of these reads (``S``) and writes (``C``)."""
    watch = Watch(RecordingFile(path), Header(protocol, host=host), lambda: 0.0)
    for side, octets in chunks:
        (watch.sent if side == "C" else watch.received)(octets)
    watch.closed()
    return path


class Events:
    """An observer that keeps what the shape of a session is: what happened, and how long each part was."""

    masks = False

    def __init__(self) -> None:
        self.seen: list[tuple[object, ...]] = []

    def wire(self, event: WireEvent) -> None:
        self.seen.append((type(event).__name__, len(getattr(event, "octets", b""))))

    def event(self, event: Event, time: float, tls: bool) -> None:
        what: tuple[object, ...] = ()
        if isinstance(event, (Line, LiteralPart, LinePart, BodyPart)):
            literal = event.literal if isinstance(event, Line) else getattr(event, "size", None)
            what = (event.side, event.offset, len(event.octets), literal)
        elif isinstance(event, Deviation):
            what = (event.rule, event.start, event.end)
        elif isinstance(event, Sent):
            # A command that nobody knows may be named after somebody.
            what = (event.exchange.tag, event.exchange.name if event.exchange.record else "")
        elif isinstance(event, Stray):
            what = (event.offset, len(event.octets))
        elif isinstance(event, (Greeting, Untagged, Continuation, Began, Completed)):
            exchange = getattr(event, "exchange", None)
            what = (event.response.status, exchange.number if exchange else None)
            if isinstance(event.response, Response):
                what += tuple((found.rule, found.start, found.end) for found in read_data(event.response)[1])
        self.seen.append((type(event).__name__, *what))


def shape_of(path: Path) -> list[tuple[object, ...]]:
    """The events of a recording without what was said in them."""
    recording = open_recording(path)
    events = Events()
    player = Player(recording.header, [events])
    for one in recording:
        player.play(one)
    assert not player.warnings
    return events.seen


def layout(path: Path) -> list[tuple[object, ...]]:
    """Each record: its kind, its time, and the lengths and masks of its octets."""
    return [(one.kind, one.elapsed, *_pieces(one)) for one in open_recording(path)]


def _pieces(one: Record) -> list[object]:
    if one.side is None:
        return []
    return [piece.name if isinstance(piece, Mask) else len(piece) for piece in one.pieces]


def octets(path: Path, side: Side) -> bytes:
    """The octets of a side, masks as they are shown."""
    return b"".join(
        piece if isinstance(piece, bytes) else str(piece).encode()
        for one in open_recording(path)
        if one.side is side
        for piece in one.pieces
    )


def assert_same_shape(original: Path, copy: Path) -> None:
    """The copy has the reads, writes, masks, lengths and events of the original."""
    assert layout(copy) == layout(original)
    assert shape_of(copy) == shape_of(original)
    assert open_recording(copy).header.redaction == "scrubbed"


def words_left(copy: Path, words: Iterable[bytes]) -> list[bytes]:
    """Those words that can still be read in the copy's octets or anywhere in its file."""
    text = copy.read_bytes().lower() + octets(copy, Side.CLIENT).lower() + octets(copy, Side.SERVER).lower()
    return [word for word in words if re.search(re.escape(word.lower()), text)]
