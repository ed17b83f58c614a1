"""Records a session that somebody else carries out: its octets go through the engine, which tells what is secret."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from mailshell.lint.rule import Severity
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import SecretSpan, Side
from mailshell.protocol.exchange import Event
from mailshell.protocol.secrecy import ChunkMask, Secrets
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.joined import join
from mailshell.recording.recorder import Recorder
from mailshell.wire import Closed, Observer, Octets, TlsStarted, WireEvent


class Watch:
    """The octets of both sides, as they are sent and received, become a recording."""

    def __init__(self, file: RecordingFile, header: Header, clock: Callable[[], float] = time.monotonic) -> None:
        secrets = Secrets()
        self._clock = clock
        self._engine = make_engine(header.protocol, secrets=secrets)
        self._masks = {side: ChunkMask(secrets) for side in Side}
        self._received = 0
        self._tls = header.tls == "implicit"
        self.recorder = Recorder(file, header, secrets, clock())
        linter = linter_for(self._engine, self.recorder.finding, level=Severity.WARNING)
        self._observers: list[Observer] = [linter, self.recorder]
        if self._tls:
            self._engine.started_tls()
        join(self._engine, header)

    def sent(self, octets: bytes) -> None:
        """The client has sent octets."""
        offset = self._engine.sent_octets
        events = self._engine.sent(octets)
        spans = [*self._engine.marks.spans(octets, offset), *self._masks[Side.CLIENT].spans(octets)]
        self._record(Side.CLIENT, octets, offset, spans)
        self._tell(events)

    def received(self, octets: bytes) -> None:
        """The client has received octets."""
        self._record(Side.SERVER, octets, self._received, self._masks[Side.SERVER].spans(octets))
        self._received += len(octets)
        self._tell(self._engine.received(octets))

    def tls_started(self, version: str, cipher: str, server_name: str, *, verified: bool) -> None:
        """A handshake has been completed."""
        self._tls = True
        self._engine.started_tls()
        self._wire(TlsStarted(self._clock(), version, cipher, server_name, verified))

    def closed(self, reason: str = "the connection was closed") -> None:
        """The connection has ended, and with it the recording."""
        self._wire(Closed(self._clock(), False, reason))

    def _record(self, side: Side, octets: bytes, offset: int, spans: list[SecretSpan]) -> None:
        self._wire(Octets(side, octets, self._clock(), self._tls, offset, tuple(spans)))

    def _wire(self, event: WireEvent) -> None:
        for observer in self._observers:
            observer.wire(event)

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            for observer in self._observers:
                observer.event(event, self._clock(), self._tls)
