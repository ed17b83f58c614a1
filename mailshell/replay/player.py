"""Plays a recording to observers, as the session that it came from would have shown itself to them.

Masks stand in the octets as their own text (see ``recording.standins``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import LiteralPart, Side
from mailshell.protocol.exchange import Event
from mailshell.recording.header import Header
from mailshell.recording.joined import join
from mailshell.recording.octets import UnreadableRecording
from mailshell.recording.reader import Record
from mailshell.recording.standins import StandIns
from mailshell.replay.wire_events import wire_event
from mailshell.wire import Observer, Octets, TlsStarted, WireEvent

_MOST_WARNINGS = 20


class Player:
    """Gives the events of a recording to observers, one record after the other; ``time`` is in seconds."""

    def __init__(self, header: Header, observers: Sequence[Observer]) -> None:
        self.engine = make_engine(header.protocol)
        self.time = 0.0
        self.tls = header.tls == "implicit"
        #: What could not be played, one sentence each; of many the first.
        self.warnings: list[str] = []
        self.observers = list(observers)
        self._offsets = {Side.CLIENT: 0, Side.SERVER: 0}
        self._stand_ins = StandIns()
        if self.tls:
            self.engine.started_tls()
        join(self.engine, header)

    def play(self, record: Record) -> None:
        """Play one record."""
        self.time += record.elapsed / 1_000_000
        try:
            if record.side is not None:
                packed = record.fields.get("packed")
                self._octets(record, record.side, packed if isinstance(packed, int) else None)
            elif (event := wire_event(record, self.time)) is not None:
                if isinstance(event, TlsStarted):
                    self.tls = True
                    self.engine.started_tls()
                self._wire(event)
        except UnreadableRecording as error:
            self._warn(f"line {record.line}: {error}")

    def _octets(self, record: Record, side: Side, packed: int | None) -> None:
        octets, masks = self._stand_ins.octets(side, record.pieces)
        offset = self._offsets[side]
        self._offsets[side] += len(octets)
        self._wire(Octets(side, octets, self.time, self.tls, offset, (), packed))
        events: Iterator[Event] | list[Event]
        events = self.engine.sent(octets) if side is Side.CLIENT else self.engine.received(octets)
        for event in events:
            if masks and isinstance(event, LiteralPart):
                self._check(event, [(start + offset, end + offset) for start, end, mask in masks if mask.size is None])
            for observer in self.observers:
                observer.event(event, self.time, self.tls)

    def _check(self, part: LiteralPart, unsized: Sequence[tuple[int, int]]) -> None:
        """A mask that is not the whole of a literal has to say how many octets of it it covers."""
        end = part.offset + len(part.octets)
        for place in unsized:
            if place[0] < end and place[1] > part.offset and place != (part.offset, end):
                self._warn("a mask within a literal does not tell its size: the literal may not have the announced one")

    def _warn(self, text: str) -> None:
        if len(self.warnings) < _MOST_WARNINGS and text not in self.warnings:
            self.warnings.append(text)

    def _wire(self, event: WireEvent) -> None:
        for observer in self.observers:
            observer.wire(event)
