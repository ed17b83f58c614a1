"""What ``imaplib`` prints at ``Debug`` 4 (and mailshell in the style of that name).

::

      14:02.17 > b'KBMD1 NOOP'
      14:02.18 < b'KBMD1 OK NOOP completed'
      14:02.31 read literal size 342

Minutes and seconds are all that it tells of the time, and of a literal only its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mailshell.protocol.events import Side
from mailshell.recording.imports.chunk import Chunk, Loss, pieces_of_lines
from mailshell.recording.imports.gaps import MASKED_LITERAL, Gaps
from mailshell.recording.imports.python_repr import read_repr

ROW = re.compile(rb"  (\d\d):(\d\d)\.(\d\d) ([<>] b['\"].*['\"]|(?:read|write) literal size .*)\s*\Z", re.DOTALL)
_LITERAL = re.compile(rb"(read|write) literal size (\d{1,12})?")
_HOUR = 3600.0


def read_imaplib(file: BinaryIO, protocol: str, losses: set[Loss]) -> Iterator[Chunk]:
    """The chunks of the session: a line is one."""
    losses |= {Loss.DATE, Loss.CHUNKS, Loss.LINE_ENDS}
    reader = _Reader(Gaps(protocol, losses), losses)
    for row in pieces_of_lines(file):
        match = ROW.match(row)
        if match is not None:
            yield from reader.row(match)
    yield from reader.end()


class _Reader:
    def __init__(self, gaps: Gaps, losses: set[Loss]) -> None:
        self._gaps = gaps
        self._losses = losses
        self._last = 0.0
        self._hours = 0.0
        #: A literal has been sent, and the rest of its command follows: a row of its own, or nothing but CRLF.
        self._rest = False

    def row(self, match: re.Match[bytes]) -> Iterator[Chunk]:
        time = self._time(match)
        text = match[4]
        literal = _LITERAL.match(text)
        if self._rest and not (literal or text.startswith(b">")):
            yield from self._end_rest(time)
        if literal is not None:
            yield from self._literal(literal, time)
            return
        octets = read_repr(text[2:])
        if octets is None:
            self._losses.add(Loss.ROWS)
            return
        side = Side.CLIENT if text[:1] == b">" else Side.SERVER
        yield from self._gaps.fill(side, time)
        if self._gaps.inside_literal(Side.CLIENT) and side is Side.CLIENT:
            return
        self._rest = False
        yield self._gaps.line(side, octets, time)

    def _literal(self, literal: re.Match[bytes], time: float) -> Iterator[Chunk]:
        side = Side.CLIENT if literal[1] == b"write" else Side.SERVER
        if self._gaps.inside_literal(side):
            yield from self._gaps.fill(side, time)
            self._rest = side is Side.CLIENT
        elif side is Side.CLIENT and self._gaps.between(side):
            # What answers a challenge. The letter is none that could be taken for something else later on.
            self._losses.add(Loss.LITERALS)
            size = min(int(literal[2]), MASKED_LITERAL) if literal[2] else MASKED_LITERAL
            yield self._gaps.line(side, b"?" * size, time)
        elif side is Side.CLIENT:
            # An empty literal, of which the framing has seen the end already.
            self._rest = True

    def _end_rest(self, time: float | None) -> Iterator[Chunk]:
        self._rest = False
        yield self._gaps.line(Side.CLIENT, b"", time)

    def end(self) -> Iterator[Chunk]:
        """The rows have ended."""
        if self._rest:
            yield from self._end_rest(None)

    def _time(self, match: re.Match[bytes]) -> float:
        time = int(match[1]) * 60 + int(match[2]) + int(match[3]) / 100
        if time + _HOUR / 2 < self._last:
            self._hours += _HOUR
        self._last = time
        return self._hours + time
