"""The canonical form of a session: what stays the same if it is recorded again, an entry a line or literal.

Tags are T1, T2, ... in the order in which they were sent; there are no times, and how the octets were cut into reads
and writes does not show.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart, Side
from mailshell.protocol.exchange import Completed, Event, Sent
from mailshell.protocol.imap.response import Response
from mailshell.recording.reader import Recording
from mailshell.replay.player import Player
from mailshell.text.escape import escape_octets
from mailshell.wire import Closed, TlsStarted, WireEvent

#: A larger literal, or line of a body, is given by its size and digest (octets).
_KEPT = 64 << 10
_CORRELATOR = re.compile(rb'\(TAG "?([^\s")]+)"?\)', re.IGNORECASE)


def canonical(recording: Recording) -> Iterator[str]:
    """The entries, without line ends and fit for a terminal: ``C: T1 NOOP``, ``S| contents of a literal``."""
    writer = _Writer()
    player = Player(recording.header, [writer])
    for record in recording:
        player.play(record)
        yield from writer.take()
    writer.finish()
    yield from writer.take()


class _Run:
    """Octets that come in pieces and make one entry."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self._octets = bytearray()
        self._size = 0
        self._hash = hashlib.sha256()

    def add(self, octets: bytes) -> None:
        self._size += len(octets)
        self._hash.update(octets)
        self._octets += octets[: _KEPT - len(self._octets)]

    def entry(self) -> str:
        if self._size > _KEPT:
            return f"{self.side.value}| {self._size:,} octets, SHA-256 {self._hash.hexdigest()}"
        return f"{self.side.value}| {escape_octets(bytes(self._octets))}"


class _Writer:
    """An observer that makes the entries. A line is held until it is known whose tag it bears."""

    masks = False

    def __init__(self) -> None:
        self._entries: list[str] = []
        self._tags: dict[bytes, bytes] = {}
        self._line: Line | None = None
        self._run: _Run | None = None

    def take(self) -> list[str]:
        """The entries since the last call."""
        entries, self._entries = self._entries, []
        return entries

    def finish(self) -> None:
        """Nothing more comes."""
        self._settle()
        self._end_run()

    def wire(self, event: WireEvent) -> None:
        self._settle()
        match event:
            case TlsStarted():
                self._end_run()
                self._entries.append("TLS begins")
            case Closed():
                self._end_run()
                self._entries.append(f"the {'server' if event.by_server else 'client'} ends the connection")

    def event(self, event: Event, time: float, tls: bool) -> None:
        match event:
            case Sent():
                tag = event.exchange.tag.encode("latin-1")
                if tag:
                    self._tags[tag] = b"T%d" % event.exchange.number
                self._settle(tag)
            case Completed():
                response = event.response
                self._settle(response.tag.encode("latin-1") if isinstance(response, Response) else b"")
            case Line():
                self._settle()
                self._end_run()
                self._line = event
            case LiteralPart() | LinePart():
                self._settle()
                self._add(event.side, event.octets)
                if event.last:
                    self._end_run()
            case BodyPart():
                self._settle()
                self._body(event)
            case BodyEnd():
                self._end_run()
                self._entries.append("S: .")

    def _settle(self, tag: bytes = b"") -> None:
        """Make the entry of the line that is held; ``tag``: it begins with this one, which is known."""
        line, self._line = self._line, None
        if line is None:
            return
        text = line.text
        if tag and text.startswith(tag):
            text = self._tags.get(tag, tag) + text[len(tag) :]
        elif line.side is Side.SERVER:
            text = _CORRELATOR.sub(lambda match: b'(TAG "%b")' % self._tags.get(match[1], match[1]), text)
        self._entries.append(f"{line.side.value}: {escape_octets(text)}")

    def _body(self, part: BodyPart) -> None:
        """A piece of a multi-line reply: an entry for each of its lines."""
        for line in _lines(part.octets):
            self._add(part.side, line.removesuffix(b"\n").removesuffix(b"\r"))
            if line.endswith(b"\n"):
                self._end_run()

    def _add(self, side: Side, octets: bytes) -> None:
        if self._run is None:
            self._run = _Run(side)
        self._run.add(octets)

    def _end_run(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            self._entries.append(run.entry())


def _lines(octets: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(octets):
        end = octets.find(b"\n", at) + 1 or len(octets)
        yield octets[at:end]
        at = end
