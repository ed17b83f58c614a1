"""POP3: octets to lines and multi-line bodies, in either direction (RFC 1939 section 3).

The rules, in prose:

- A line ends with CRLF; a bare LF ends one too (it is reported above).
- Whether a multi-line body follows a status line can't be seen in the octets: it depends on the command. Whoever reads
  the frames says so with ``begin_body`` before asking for the next one.
- A body ends with a line that holds a single dot. Its lines end with CRLF only, so that a bare LF inside a message is
  no line end; but if the status line before it ended with a bare LF, the server is one that writes LF, and LF counts.
- ``. LF`` ends a body as well: a line of a message that begins with a dot would have been stuffed.
"""

from __future__ import annotations

import re

from mailshell.protocol.events import BodyEnd, BodyPart, Frame, LimitReached, Line, LinePart, Side
from mailshell.protocol.limits import DEFAULT, Limits

_ENDS = (b".\r\n", b".\n")
#: A line's end before the end of a body, or before what may become it; by whether lines end with CRLF.
_BEFORE_END = {
    True: re.compile(rb"\r\n(?=\.\r?(?:\n|\Z))"),
    False: re.compile(rb"\n(?=\.\r?(?:\n|\Z))"),
}


class Framer:
    """Cuts the octets of one side into frames. ``feed`` them in any pieces, then call ``next`` until it gives None."""

    def __init__(self, side: Side, limits: Limits = DEFAULT) -> None:
        self.side = side
        self.limits = limits
        self.offset = 0
        self._data = b""
        self._at = 0
        self._line = bytearray()
        self._overlong = False
        self._body = False
        self._line_start = True
        self._crlf = True

    @property
    def partial_line(self) -> bytes:
        """What has come of a line that has not ended yet."""
        return b"" if self._body else bytes(self._line)

    @property
    def inside_body(self) -> bool:
        """True in a multi-line body whose end has not come."""
        return self._body

    def begin_body(self) -> None:
        """What follows is a multi-line body."""
        self._body, self._line_start = True, True

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

    def next(self) -> Frame | LimitReached | None:
        """The next frame or report, or None until more octets are fed."""
        if self._at >= len(self._data):
            return None
        if self._body:
            return self._next_body()
        return self._next_overlong() if self._overlong else self._next_line()

    def _take(self, end: int) -> bytes:
        start, self._at = self._at, end
        octets = self._data if start == 0 and end == len(self._data) else self._data[start:end]
        if self._line:
            octets = bytes(self._line) + octets
            self._line.clear()
        return octets

    def _next_line(self) -> Frame | LimitReached | None:
        end = self._data.find(b"\n", self._at)
        stop = len(self._data) if end < 0 else end + 1
        if len(self._line) + stop - self._at > self.limits.line:
            self._overlong = True
            return LimitReached(self.side, "line", self.limits.line, self.offset)
        if end < 0:
            self._line += self._data[self._at :]
            self._at = stop
            return None
        line = Line(self.side, self._take(stop), self.offset)
        self._crlf = line.octets.endswith(b"\r\n")
        self.offset += len(line.octets)
        return line

    def _next_overlong(self) -> LinePart:
        end = self._data.find(b"\n", self._at)
        octets = self._take(len(self._data) if end < 0 else end + 1)
        part = LinePart(self.side, octets, self.offset, last=end >= 0)
        self.offset += len(octets)
        self._overlong = end < 0
        return part

    def _next_body(self) -> Frame | None:
        """A piece of the body, or its end. A possible end that has come in part is held back (4 octets at most)."""
        if self._line:
            self._data = bytes(self._line) + self._data[self._at :]
            self._at = 0
            self._line.clear()
        data, at = self._data, self._at
        if self._line_start:
            for end in _ENDS:
                if data.startswith(end, at):
                    frame = BodyEnd(self.side, end, self.offset)
                    self._at += len(end)
                    self.offset += len(end)
                    self._body = False
                    return frame
            if len(data) - at < 3 and b".\r\n".startswith(data[at:]):
                self._hold(at)
                return None
        before_end = _BEFORE_END[self._crlf].search(data, at)
        if before_end is not None:
            return self._part(before_end.end(), line_start=True)
        if data.endswith(b"\r\n" if self._crlf else b"\n"):
            return self._part(len(data), line_start=True)
        if self._crlf and data.endswith(b"\r"):
            if len(data) - 1 == at:
                self._hold(at)
                return None
            return self._part(len(data) - 1, line_start=False)
        return self._part(len(data), line_start=False)

    def _hold(self, at: int) -> None:
        self._line += self._data[at:]
        self._at = len(self._data)

    def _part(self, end: int, *, line_start: bool) -> BodyPart:
        octets = self._data if self._at == 0 and end == len(self._data) else self._data[self._at : end]
        part = BodyPart(self.side, octets, self.offset, self._line_start, self._crlf)
        self._at = end
        self.offset += len(octets)
        self._line_start = line_start
        return part
