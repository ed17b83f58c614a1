"""What can be told of a message while it passes: its size and dots, its header and the lines of its body."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from mailshell.lint.pop3.reply import Lines, masked
from mailshell.protocol.events import BodyPart

#: So many octets are read as a header; what has none in them is no message.
_LONGEST_HEADER = 1 << 20


@dataclass(slots=True)
class Size:
    """Counts, of what has passed: ``octets`` without the doubled dots, ``lines``, ``bare`` LFs, lines that begin with
    a dot (``dots``), with a dot that is not doubled (``single``), and with three dots (``three``).
    """

    octets: int = 0
    lines: int = 0
    bare: int = 0
    dots: int = 0
    single: int = 0
    three: int = 0
    masked: bool = False
    _tail: bytes = b""
    _two: bool = False

    def feed(self, part: BodyPart) -> None:
        """Count a piece of a reply."""
        octets = part.octets
        line_feeds = octets.count(b"\n")
        self.lines += line_feeds
        self.bare += line_feeds - octets.count(b"\r\n")
        begins = part.line_start and octets[:1] == b"."
        # A piece may end behind two dots that begin a line; it never ends behind one.
        self.three += self._two and octets[:1] == b"."
        self._two = (begins and octets == b"..") or octets.endswith((b"\r\n" if part.crlf else b"\n") + b"..")
        dots = begins + _begun_with(octets, b".", part.crlf) if b"." in octets else 0
        if dots:
            double = (begins and octets[1:2] == b".") + _begun_with(octets, b"..", part.crlf)
            self.three += (begins and octets[:3] == b"...") + _begun_with(octets, b"...", part.crlf)
            self.single += dots - double
            self.dots += dots
        self.octets += len(octets) - dots
        # A mask may be cut by the end of a piece.
        self.masked = self.masked or masked(octets) or masked(self._tail + octets[:2])
        self._tail = (self._tail + octets)[-2:] if len(octets) < 2 else octets[-2:]


def _begun_with(octets: bytes, begin: bytes, crlf: bool) -> int:
    """How many lines in these octets, but for the first, begin so."""
    return octets.count((b"\r\n" if crlf else b"\n") + begin)


@dataclass(slots=True)
class Letter:
    """A message, whole or its top. ``header``: a checksum of its header; ``blank``: whether an empty line ends that;
    ``lines``: those of the body; ``octets``: all that came.
    """

    header: int = 0
    blank: bool = False
    lines: int = 0
    octets: int = 0
    masked: bool = False
    _reader: Lines | None = field(default_factory=Lines)

    def feed(self, part: BodyPart) -> None:
        """Take in a piece of a reply to RETR or TOP."""
        at = 0
        if self._reader is not None:
            at = self._header(self._reader, part)
        self.octets += len(part.octets)
        if self.blank:
            self.lines += part.octets.count(b"\n", at)

    def _header(self, reader: Lines, part: BodyPart) -> int:
        """Read what belongs to the header; where in the piece the body begins."""
        for line, offset in reader.feed(part):
            self.masked = self.masked or masked(line)
            if not line.rstrip(b"\r\n"):
                self._reader = None
                self.blank = True
                return offset + line.index(b"\n") + 1 - part.offset
            self.header = zlib.crc32(line.rstrip(b"\r\n") + b"\n", self.header)
        if self.octets > _LONGEST_HEADER:
            self._reader = None
        return len(part.octets)
