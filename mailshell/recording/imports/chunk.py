"""What a source gives: octets of one side, in order; and what it could not know."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mailshell.protocol.events import Side

#: A line of a source is read in pieces of at most this many octets.
LONGEST_PIECE = 1 << 20
#: No more octets than this are invented for one session: a short file may announce any size.
MOST_INVENTED = 256 << 20
_FILLER_LINE = b"x" * 76 + b"\r\n"
_FILLER_LINES = 800


class Loss(enum.Enum):
    """What a source does not tell, and an import has to make up."""

    LINE_ENDS = "line ends"
    TIMES = "times"
    DATE = "the date"
    CHUNKS = "chunk boundaries"
    ORDER = "the order between the two sides"
    LITERALS = "octets of literals or bodies"
    WRAPPING = "the spaces where a line was wrapped"
    GREETING = "the greeting"
    TLS = "what TLS was like"
    ROWS = "rows that can't be read"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Octets of a side, as one read or write. ``time`` in seconds, from wherever the source counts; None: unknown."""

    side: Side
    octets: bytes
    time: float | None = None


class TooMuchInvented(Exception):
    """A source leaves out more octets than are made up for it."""


def pieces_of_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file with their ends; a very long one in pieces, of which only the last ends with LF."""
    while piece := file.readline(LONGEST_PIECE):
        yield piece


class Filler:
    """Octets in the place of those that a source leaves out: lines of the letter x."""

    def __init__(self) -> None:
        self._made = 0

    def make(self, size: int) -> Iterator[bytes]:
        """So many octets, in pieces. Raises TooMuchInvented."""
        self._made += size
        if self._made > MOST_INVENTED:
            raise TooMuchInvented
        whole = _FILLER_LINE * _FILLER_LINES
        while size > len(whole):
            yield whole
            size -= len(whole)
        if size > 2:
            yield whole[: size - 2] + b"\r\n"
        elif size:
            yield b"\r\n"[-size:] if size == 2 else b"x"
