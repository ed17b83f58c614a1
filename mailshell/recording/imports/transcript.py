"""``C:`` and ``S:`` text, as MailKit's protocol log and RFCs write it.

The rules, in prose:

- A line that begins with ``C:`` or ``S:``, after any indentation or a time, is a line of that side. As many spaces as
  follow the first prefix are left out after each.
- A line without prefix that is indented deeper than the prefixes goes on the line before it, behind one space: RFCs
  wrap long lines so. Within a literal it is a line of its own.
- Any other line is no part of the session: a heading, a remark, a blank line.
- If lines end with CRLF they do so on the wire; else LF stands for CRLF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mailshell.protocol.events import Side
from mailshell.recording.imports.chunk import LONGEST_PIECE, Chunk, Loss, pieces_of_lines
from mailshell.recording.imports.gaps import Gaps

ROW = re.compile(rb"([ \t]*)(?:\d{4}-\d\d-\d\dT[0-9:.,]+(?:Z|[+-][0-9:]+)?[ \t]+)?([CS]):(?:( *)([^\r\n]*))(\r?\n)?\Z")
_INDENTED = re.compile(rb"([ \t]+)([^\r\n]*)(\r?\n)?\Z")


def read_transcript(file: BinaryIO, protocol: str, losses: set[Loss]) -> Iterator[Chunk]:
    """The chunks of the session: a line is one, with what was wrapped."""
    losses |= {Loss.TIMES, Loss.CHUNKS}
    reader = _Reader(Gaps(protocol, losses), losses)
    for row in pieces_of_lines(file):
        yield from reader.row(row)
    yield from reader.end()


class _Reader:
    def __init__(self, gaps: Gaps, losses: set[Loss]) -> None:
        self._gaps = gaps
        self._losses = losses
        self._margin = 0
        self._spaces: int | None = None
        self._held: tuple[Side, bytes] | None = None
        self._side = Side.SERVER
        self._open = False

    def row(self, row: bytes) -> Iterator[Chunk]:
        whole = row.endswith(b"\n") or len(row) < LONGEST_PIECE
        if self._open:
            # The rest of a line that was too long to be read at once.
            self._open = not whole
            yield from self._put(row if not whole else _with_end(row, self._losses))
            return
        match = ROW.match(row)
        if match is not None:
            yield from self.end()
            self._margin = len(match[1].expandtabs())
            if self._spaces is None:
                self._spaces = len(match[3])
            self._side = Side.CLIENT if match[2] == b"C" else Side.SERVER
            text = match[3][self._spaces :] + match[4]
            if not self._gaps.inside_literal(self._side) and self._gaps.between(self._side):
                text = text.lstrip(b" ")
            self._held = self._side, text + self._end_of(match[5], row)
        elif (indented := _INDENTED.match(row)) is not None and len(indented[1].expandtabs()) > self._margin:
            yield from self._wrapped(indented[2], self._end_of(indented[3], row))
        else:
            yield from self.end()
            return
        if not whole:
            self._open = True
            yield from self.end()

    def _wrapped(self, text: bytes, end: bytes) -> Iterator[Chunk]:
        if not text:
            return
        if self._held is not None and self._ends_command(self._held[1]):
            self._losses.add(Loss.WRAPPING)
            if len(self._held[1]) < LONGEST_PIECE:
                self._held = self._side, self._held[1].rstrip(b"\r\n") + b" " + text + end
            return
        yield from self.end()
        if self._gaps.inside_literal(self._side):
            self._held = self._side, text + end

    def _ends_command(self, line: bytes) -> bool:
        """Whether the line before stands outside a literal and announces none: what follows was wrapped."""
        return not self._gaps.inside_literal(self._side) and not line.rstrip(b"\r\n").endswith(b"}")

    def _end_of(self, end: bytes | None, row: bytes) -> bytes:
        if end != b"\r\n" and (end or len(row) < LONGEST_PIECE):
            self._losses.add(Loss.LINE_ENDS)
            return b"\r\n"
        return end or b""

    def _put(self, octets: bytes) -> Iterator[Chunk]:
        yield self._gaps.follow(self._side, octets)

    def end(self) -> Iterator[Chunk]:
        """The line that is held is complete."""
        if self._held is not None:
            side, line = self._held
            self._held = None
            yield self._gaps.follow(side, line)


def _with_end(row: bytes, losses: set[Loss]) -> bytes:
    if row.endswith(b"\r\n"):
        return row
    losses.add(Loss.LINE_ENDS)
    return row.rstrip(b"\n") + b"\r\n"
