"""Plays a recording to observers, as the session that it came from would have shown itself to them.

Masks stand in the octets as their own text. Where a masked literal follows its masked length, both are given a size
that agrees: how long the secret was is not known, and nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Event
from mailshell.protocol.imap.state import ImapState, MailboxView
from mailshell.protocol.imap.state import Phase as ImapPhase
from mailshell.protocol.pop3.state import Phase as Pop3Phase
from mailshell.recording.header import Header
from mailshell.recording.octets import Piece, UnreadableRecording
from mailshell.recording.reader import Record
from mailshell.replay.wire_events import wire_event
from mailshell.session import make_engine
from mailshell.wire import Observer, Octets, TlsStarted, WireEvent

#: The size of a literal that is masked (octets): any mask has room in it.
_MASKED_LITERAL = 40
_LENGTH = "length"


class Player:
    """Gives the events of a recording to observers, one record after the other; ``time`` is in seconds."""

    def __init__(self, header: Header, observers: Sequence[Observer]) -> None:
        self.engine = make_engine(header.protocol)
        self.time = 0.0
        self.tls = header.tls == "implicit"
        #: What could not be played, one sentence each.
        self.warnings: list[str] = []
        self._observers = observers
        self._offsets = {Side.CLIENT: 0, Side.SERVER: 0}
        self._literal = False
        if self.tls:
            self.engine.started_tls()
        if header.state:
            self._join(header)

    def _join(self, header: Header) -> None:
        """Recording began in the middle of a session: there is no greeting to wait for."""
        state = self.engine.state
        if isinstance(state, ImapState):
            state.phase = next((one for one in ImapPhase if one.value == header.state), ImapPhase.AUTHENTICATED)
            if header.mailbox:
                state.mailbox = MailboxView(header.mailbox)
        else:
            state.phase = next((one for one in Pop3Phase if one.value == header.state), Pop3Phase.TRANSACTION)

    def play(self, record: Record) -> None:
        """Play one record."""
        self.time += record.elapsed / 1_000_000
        try:
            if record.side is not None:
                packed = record.fields.get("packed")
                self._octets(record.side, record.pieces, packed if isinstance(packed, int) else None)
            elif (event := wire_event(record, self.time)) is not None:
                if isinstance(event, TlsStarted):
                    self.tls = True
                    self.engine.started_tls()
                self._wire(event)
        except UnreadableRecording as error:
            self.warnings.append(f"line {record.line}: {error}")

    def _octets(self, side: Side, pieces: Sequence[Piece], packed: int | None) -> None:
        octets = b"".join(self._plain(side, pieces))
        self._wire(Octets(side, octets, self.time, self.tls, self._offsets[side], (), packed))
        self._offsets[side] += len(octets)
        events: Iterator[Event] | list[Event]
        events = self.engine.sent(octets) if side is Side.CLIENT else self.engine.received(octets)
        for event in events:
            for observer in self._observers:
                observer.event(event, self.time, self.tls)

    def _plain(self, side: Side, pieces: Sequence[Piece]) -> Iterator[bytes]:
        """The octets that stand for these pieces."""
        for piece in pieces:
            if isinstance(piece, bytes):
                yield piece
            elif piece.name == _LENGTH:
                self._literal = True
                yield b"%d" % _MASKED_LITERAL
            elif self._literal and side is Side.CLIENT:
                self._literal = False
                yield str(piece).encode()[:_MASKED_LITERAL].ljust(_MASKED_LITERAL)
            else:
                yield str(piece).encode()

    def _wire(self, event: WireEvent) -> None:
        for observer in self._observers:
            observer.wire(event)
