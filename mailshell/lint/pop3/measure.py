"""What can be told of a message while it passes: its size and dots, its header and the lines of its body."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from mailshell.lint.piece import Piece
from mailshell.lint.pop3.reply import Lines, masked

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

    def feed(self, part: Piece) -> None:
        """Count a piece of a reply."""
        octets = part.octets
        self.lines += part.line_feeds
        self.bare += part.line_feeds - part.pairs
        begins = part.line_start and octets[:1] == b"."
        # A piece may end behind two dots that begin a line; it never ends behind one.
        if self._two:
            self.three += octets[:1] == b"."
        self._two = octets[-2:] == b".." and (
            (begins and len(octets) == 2) or octets.endswith((b"\r\n" if part.crlf else b"\n") + b"..")
        )
        dots = begins + (_begun_with(octets, b".", part.crlf) if part.dotted else 0)
        if dots:
            double = (begins and octets[1:2] == b".") + _begun_with(octets, b"..", part.crlf)
            self.three += (begins and octets[:3] == b"...") + _begun_with(octets, b"...", part.crlf)
            self.single += dots - double
            self.dots += dots
        self.octets += len(octets) - dots
        # A mask may be cut by the end of a piece.
        if masked(octets) or (not self._tail.isascii() and masked(self._tail + octets[:2])):
            self.masked = True
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
    _inside: bool = True
    _reader: Lines | None = None

    def feed(self, part: Piece) -> None:
        """Take in a piece of a reply to RETR or TOP."""
        header = self._header(part) if self._inside else 0
        self.octets += len(part.octets)
        if self.blank:
            self.lines += part.line_feeds - header

    def _header(self, part: Piece) -> int:
        """Read what belongs to the header; how many of the lines that end in the piece."""
        end = 0 if part.octets[:2] == b"\r\n" else part.octets.find(b"\r\n\r\n") + 2
        if not self.octets and end > 1 and part.line_feeds == part.pairs == part.returns:
            # All of it at once; it gives what the lines give below.
            header = part.octets[:end]
            self._inside, self.blank, self.masked = False, True, masked(header)
            self.header = zlib.crc32(header.replace(b"\r\n", b"\n"))
            return header.count(b"\n") + 1
        if self._reader is None:
            self._reader = Lines(_LONGEST_HEADER)
        for count, (line, _) in enumerate(self._reader.feed(part), start=1):
            self.masked = self.masked or masked(line)
            if not line.rstrip(b"\r\n"):
                self._inside, self._reader, self.blank = False, None, True
                return count
            self.header = zlib.crc32(line.rstrip(b"\r\n") + b"\n", self.header)
        if self.octets > _LONGEST_HEADER:
            self._inside, self._reader = False, None
        return part.line_feeds
