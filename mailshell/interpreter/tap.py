"""Keeps the octets of the last exchange, for ``.hex``, ``.save``, and imaplib's ``read`` and ``readline``.

What is kept for ``.hex`` and ``.save`` is masked there; ``read``, ``readline`` and ``response`` give it masked.
"""

from __future__ import annotations

import asyncio
from collections import deque

from mailshell.interpreter.masking import beginning
from mailshell.protocol.events import SecretSpan, Side
from mailshell.protocol.exchange import Completed, Event, Greeting, Untagged
from mailshell.protocol.imap.response import Response
from mailshell.protocol.secrecy import Secrets, mask, relative
from mailshell.wire import Octets, WireEvent

#: So many octets of one exchange are kept; what came first stays.
KEPT = 4 << 20
_NAMES = 500
_VALUE = 4096


class Tap:
    """An observer. ``begin`` forgets; from then on the events and the received octets are kept, up to a limit.

    ``paused``: what crosses the wire was not asked for by the person, and is no part of the last exchange.
    """

    masks = False

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self.paused = False
        self.events: list[Octets] = []
        self.dropped = 0
        #: The last data of each kind of untagged response and of each response code, by name.
        self.responses: dict[str, bytes] = {}
        self._size = 0
        self._unread: deque[bytes] = deque()
        self._unread_size = 0
        #: The end of what was read: a secret may have begun in it.
        self._read = b""
        self._arrived = asyncio.Event()

    def begin(self) -> None:
        """A new exchange begins: one that the person asked for."""
        self.paused = False
        self.events.clear()
        self.dropped = self._size = 0

    def wire(self, event: WireEvent) -> None:
        if self.paused or not isinstance(event, Octets):
            return
        if self._size + len(event.octets) <= KEPT:
            self.events.append(event)
            self._size += len(event.octets)
        else:
            self.dropped += len(event.octets)
        if event.side is Side.SERVER and self._unread_size + len(event.octets) <= KEPT:
            self._unread.append(event.octets)
            self._unread_size += len(event.octets)
            self._arrived.set()

    def event(self, event: Event, time: float, tls: bool) -> None:
        if not isinstance(event, (Untagged, Completed, Greeting)) or not isinstance(event.response, Response):
            return
        response = event.response
        if response.name in self.responses or len(self.responses) < _NAMES:
            number = b"" if response.number is None else b"%d " % response.number
            self.responses[response.name] = beginning(number + response.rest, _VALUE, self._secrets)
        name, _, value = (response.code or b"").partition(b" ")
        if name and len(self.responses) < _NAMES:
            self.responses[name.decode("latin-1").upper()] = beginning(value, _VALUE, self._secrets)

    def forget_unread(self) -> None:
        """What was received so far is not to be read any more."""
        self._unread.clear()
        self._unread_size = 0
        self._read = b""

    async def read(self, size: int | None, seconds: float) -> bytes:
        """The next ``size`` octets received, or the next line (None); fewer if no more come for so many seconds.

        Known secrets are masked, also those that are read in pieces.
        """
        octets = b""
        while True:
            while self._unread:
                octets += self._unread.popleft()
            self._unread_size = 0
            end = octets.find(b"\n") + 1 if size is None else (size if len(octets) >= size else 0)
            if end or size == 0:
                self._put_back(octets[end:])
                return self._masked(octets[:end], octets[end:])
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), seconds)
            except TimeoutError:
                return self._masked(octets, b"")

    def _masked(self, part: bytes, after: bytes) -> bytes:
        secrets = self._secrets
        if not secrets:
            return part
        around = self._read + part + after[: secrets.longest]
        spans = secrets.scan(around)
        if piece := secrets.piece_at_end(around):
            spans.append(SecretSpan(len(around) - piece, len(around), "secret"))
        spans = relative(spans, len(self._read), len(part))
        self._read = (self._read + part)[-secrets.longest :]
        return mask(part, spans)

    def _put_back(self, octets: bytes) -> None:
        if octets:
            self._unread.append(octets)
            self._unread_size += len(octets)
