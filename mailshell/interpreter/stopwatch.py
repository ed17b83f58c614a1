"""How long a command took, measured where its octets cross the wire."""

from __future__ import annotations

from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Event
from mailshell.wire import Octets, WireEvent


class Stopwatch:
    """An observer. ``begin`` forgets; from then on times and octets are noted."""

    masks = False

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new line is run."""
        self._sent: float | None = None
        self._first: float | None = None
        self._last = 0.0
        self._octets = 0

    def wire(self, event: WireEvent) -> None:
        if not isinstance(event, Octets):
            return
        if event.side is Side.CLIENT:
            if self._sent is None:
                self._sent = event.time
        elif self._sent is not None:
            if self._first is None:
                self._first = event.time
            self._last = event.time
            self._octets += len(event.octets)

    def event(self, event: Event, time: float, tls: bool) -> None:
        return

    def text(self) -> str:
        """``3.2 ms (first octet after 1.1 ms), 1,204 octets received``; empty if nothing was sent.

        From the first octet sent to the last one received, as the session's clock has them.
        """
        if self._sent is None:
            return ""
        if self._first is None:
            return "nothing was received"
        total, first = ((time - self._sent) * 1000 for time in (self._last, self._first))
        noun = "octet" if self._octets == 1 else "octets"
        return f"{total:,.1f} ms (first octet after {first:,.1f} ms), {self._octets:,} {noun} received"
