"""IMAP: octets to lines and literals, in either direction, without a grammar (RFC 9051 sections 2.2 and 4.3).

The rules, in prose:

- A line ends with CRLF. A bare LF ends one too (it is reported above); a bare CR is an octet like any other.
- A line that ends with ``{n}``, ``{n+}``, ``{n-}`` or one of them after ``~`` is followed by n octets of any value and
  then by the rest of the same command or response, which is a line again.
- The text of a status response and of a continuation request is free and may look like an announcement
  (``* OK see {5}``): there, only one inside an unclosed response code counts (RFC 9051 section 9, resp-text).
- A line longer than the limit is passed on in pieces; its last octets are still read for an announcement.
- An announcement above the limit is reported. If a server makes it, and the number is one of the protocol (RFC 9051
  section 9, number64), the literal follows all the same: read as lines, a message could pass for responses. Behind any
  other number, and where the client announces what the server declines, the octets are read as lines.
"""

from __future__ import annotations

import re

from mailshell.protocol.events import Frame, LimitReached, Line, LinePart, LiteralHeader, LiteralPart, Side
from mailshell.protocol.limits import DEFAULT, Limits

_ANNOUNCEMENT = re.compile(rb"(~?)\{(\d{1,40})([+-]?)\}\r?\n\Z")
_FREE_TEXT = re.compile(rb"(?:[^\s{\"(]+[ \t]+(?:OK|NO|BAD|BYE|PREAUTH)(?![^ \t\r\n\[])|\+)[ \t]*", re.IGNORECASE)
_TAIL = 64
_MOST_OCTETS = 2**63 - 1


class Framer:
    """Cuts the octets of one side into frames. ``feed`` them in any pieces, then call ``next`` until it gives None."""

    def __init__(self, side: Side, limits: Limits = DEFAULT) -> None:
        self.side = side
        self.limits = limits
        self.offset = 0
        self._data = b""
        self._at = 0
        self._line = bytearray()
        self._first = True
        self._overlong = False
        self._free_text = False
        self._in_code = False
        self._tail = b""
        self._literal: LiteralHeader | None = None
        self._position = 0
        self._report: LimitReached | None = None

    @property
    def partial_line(self) -> bytes:
        """What has come of a line that has not ended yet."""
        return bytes(self._line)

    @property
    def inside_literal(self) -> tuple[int, int] | None:
        """The octets that have come of a literal and its announced size; None outside a literal."""
        return None if self._literal is None else (self._position, self._literal.size)

    @property
    def between(self) -> bool:
        """True between two commands or responses: nothing has been begun."""
        return self._first and not self._line and self._literal is None and not self._overlong

    @property
    def between_lines(self) -> bool:
        """True if a line that has begun, or begins next, starts a command or response."""
        return self._first and self._literal is None

    def feed(self, octets: bytes) -> None:
        """Take octets in. They are held only until ``next`` has given them back."""
        self._data = self._data[self._at :] + octets if self._at < len(self._data) else octets
        self._at = 0

    def take_rest(self) -> bytes:
        """Give up what has been fed and not been framed: what came in the clear after an upgrade was agreed."""
        rest = bytes(self._line) + self._data[self._at :]
        self._line.clear()
        self._data, self._at = b"", 0
        return rest

    def drop_literal(self) -> None:
        """The literal that was announced and not begun will not come: what follows is a new command."""
        if self._literal is not None and self._position == 0:
            self._literal, self._first = None, True

    def next(self) -> Frame | LimitReached | None:
        """The next frame or report, or None until more octets are fed."""
        if self._report is not None:
            report, self._report = self._report, None
            return report
        if self._literal is not None:
            return self._next_literal(self._literal)
        if self._at >= len(self._data):
            return None
        return self._next_overlong() if self._overlong else self._next_line()

    def _next_literal(self, header: LiteralHeader) -> LiteralPart | None:
        available = len(self._data) - self._at
        left = header.size - self._position
        if not available and left:
            return None
        take = min(available, left)
        octets = self._take(take)
        part = LiteralPart(self.side, octets, self.offset, self._position, header.size)
        self.offset += take
        self._position += take
        if take == left:
            self._literal = None
        return part

    def _take(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        if start == 0 and count == len(self._data):
            return self._data
        return self._data[start : self._at]

    def _next_line(self) -> Frame | LimitReached | None:
        end = self._data.find(b"\n", self._at)
        room = self.limits.line - len(self._line)
        if end < 0 or end + 1 - self._at > room:
            if (len(self._data) if end < 0 else end + 1) - self._at > room:
                return self._begin_overlong()
            self._line += self._data[self._at :]
            self._at = len(self._data)
            return None
        octets = self._take(end + 1 - self._at)
        if self._line:
            octets = bytes(self._line) + octets
            self._line.clear()
        header = None
        if octets[-2:-1] == b"}" or octets[-3:-2] == b"}":
            header = self._announced(octets, self.offset + len(octets), free_text=self._is_free_text(octets))
        line = Line(self.side, octets, self.offset, self._first, header)
        self._end_line(header, len(octets))
        return line

    def _begin_overlong(self) -> LimitReached:
        self._overlong = True
        # As much as stands there however the octets were cut.
        head = (bytes(self._line[:_TAIL]) + self._data[self._at : self._at + _TAIL])[: min(_TAIL, self.limits.line + 1)]
        self._free_text = self._is_free_text(head)
        self._in_code = not self._free_text and self._is_free_text(head + b"]")
        return LimitReached(self.side, "line", self.limits.line, self.offset)

    def _next_overlong(self) -> LinePart:
        end = self._data.find(b"\n", self._at)
        last = end >= 0
        octets = self._take((end + 1 if last else len(self._data)) - self._at)
        if self._line:
            octets = bytes(self._line) + octets
            self._line.clear()
        part = LinePart(self.side, octets, self.offset, last)
        self._tail = (self._tail + octets)[-_TAIL:]
        if self._in_code and b"]" in octets:
            self._free_text, self._in_code = True, False
        if last:
            header = self._announced(self._tail, self.offset + len(octets), free_text=self._free_text)
            self._overlong, self._tail = False, b""
            self._end_line(header, len(octets))
        else:
            self.offset += len(octets)
        return part

    def _end_line(self, header: LiteralHeader | None, length: int) -> None:
        self.offset += length
        self._first = header is None
        self._literal = header
        self._position = 0

    def _is_free_text(self, line: bytes) -> bool:
        """Whether this line's end is text in which braces mean nothing."""
        if not self._first or self.side is Side.CLIENT:
            return False
        match = _FREE_TEXT.match(line)
        if match is None:
            return False
        rest = line[match.end() :]
        return not (rest.startswith(b"[") and b"]" not in rest)

    def _announced(self, line: bytes, end: int, *, free_text: bool) -> LiteralHeader | None:
        """The announcement with which a line, or its last octets, ends; ``end`` is the offset after them."""
        match = None if free_text else _ANNOUNCEMENT.search(line[-_TAIL:])
        if match is None:
            return None
        size = int(match[2])
        if size > self.limits.literal:
            self._report = LimitReached(self.side, "literal", self.limits.literal, end - len(match[0]), size)
            if self.side is Side.CLIENT or size > _MOST_OCTETS:
                return None
        return LiteralHeader(size, sync=not match[3], binary=bool(match[1]))
