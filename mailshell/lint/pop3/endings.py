"""Where a reply ends: dots at the start of lines, the dot that ends it, and a reply that does not end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.piece import Piece
from mailshell.protocol.events import BodyEnd, Line, Side
from mailshell.wire import Closed, Octets, WireEvent

#: After so many seconds without an octet a reply counts as one that will not be ended.
PATIENCE = 20.0
_LONE_DOT = {True: re.compile(rb"\r\n(\.)(?!\.)"), False: re.compile(rb"\n(\.)(?!\.)")}

#: It was to end the reply if nothing comes behind it but other replies.
_DOT_BEHIND_LF = re.compile(rb"(?<!\r)\n\.\r?\n(?=\Z|[+-])")


class Stuffing(Checker):
    """A line of a reply that begins with a dot has two (RFC 1939 section 3). Of a reply the first is told."""

    def __init__(self) -> None:
        self._told = False

    def body(self, part: Piece | BodyEnd, now: Now) -> Faults:
        if isinstance(part, BodyEnd):
            self._told = False
            return NONE
        begins = part.line_start and part.octets[:1] == b"."
        return self._dots(part, now) if (begins or part.dotted) and not self._told else NONE

    def _dots(self, part: Piece, now: Now) -> Iterator[Fault]:
        octets = part.octets
        at = 0 if part.line_start and octets[:1] == b"." and octets[1:2] != b"." else -1
        if at < 0 and part.dotted:
            match = _LONE_DOT[part.crlf].search(octets)
            at = match.start(1) if match else -1
        if at >= 0:
            self._told = True
            asked = now.engine.answering
            yield Fault(
                "top-not-stuffed" if asked is not None and asked.name == "TOP" else "dot-not-stuffed",
                part.offset + at,
                part.offset + at + 1,
                "the line begins with one dot and goes on; read as the standard says, the dot is not part of it",
                "two dots",
                "the dot is part of the line, and the server does not double dots",
            )


class Endings(Checker):
    """The line with the single dot comes, and looks as it should."""

    def __init__(self) -> None:
        self._tail = b""
        self._since = 0.0
        self._crlf = True
        self._told = False
        #: The last octets of the reply, once a bare LF has come in it; whether it seems to have ended behind one.
        self._seam = b""
        self._ended = False

    def wire(self, event: WireEvent, now: Now) -> Faults:
        if isinstance(event, Octets) and event.side is Side.SERVER:
            octets = event.octets
            self._tail = (self._tail + octets)[-8:] if len(octets) < 8 else octets[-8:]
            self._since, self._told = event.time, False
        elif isinstance(event, Closed) and event.by_server and not event.broken:
            return self._not_ended(now, closed=True)
        return NONE

    def idle(self, now: Now) -> Iterator[Fault]:
        if now.time - self._since >= PATIENCE:
            yield from self._not_ended(now, closed=False)

    def line(self, line: Line, now: Now) -> Faults:
        self._crlf = line.octets.endswith(b"\r\n")
        return NONE

    def body(self, part: Piece | BodyEnd, now: Now) -> Faults:
        if isinstance(part, BodyEnd):
            self._seam, self._ended = b"", False
            bare = self._crlf and part.octets == b".\n"
            return (Fault("terminator-bare-lf", part.offset + 1, part.offset + 2, expected="CRLF"),) if bare else NONE
        if part.line_start and part.octets[:1] not in (b"+", b"-"):
            self._ended = False
        if self._seam or part.line_feeds != part.pairs:
            octets = self._seam + part.octets
            self._ended = self._ended or _DOT_BEHIND_LF.search(octets) is not None
            self._seam = octets[-5:]
        return NONE

    def _not_ended(self, now: Now, *, closed: bool) -> Iterator[Fault]:
        """A reply has begun, and nothing more comes."""
        asked = now.engine.answering
        # A dot behind a bare LF ends nothing. The bare LF is told of, and what follows is the same fault.
        if asked is None or self._told or self._ended:
            return
        self._told = True
        text = self._tail.removesuffix(b"\n").removesuffix(b"\r")
        ended = len(self._tail) - len(text)
        then = "the server closes the connection" if closed else f"nothing has come for {PATIENCE:g} s"
        if ended and text.endswith(b"."):
            yield Fault(
                "dot-behind-text",
                now.end - ended - 1,
                now.end,
                f"a line of the reply to {asked.name} ends with a dot, and {then}: the dot is the end of the reply",
                "CRLF, the dot, CRLF",
                "the dot is the last of the text, and the rest of the reply is missing",
            )
            return
        if ended:
            where, expected = "behind a whole line", "a line with a single dot"
        elif text.endswith(b"\n."):
            where, expected = "behind the dot, without the end of its line", "CRLF"
        elif closed:
            where, expected = "in the middle of a line", "the rest, and a line with a single dot"
        else:
            return
        detail = f"the reply to {asked.name} is not ended: {then}, {where}"
        yield Fault("reply-not-ended", max(0, now.end - max(ended, 1)), now.end, detail, expected)
