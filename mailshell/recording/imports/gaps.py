"""Knows where a literal of either side is being written down, and fills in what was left out of one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.protocol.events import Side
from mailshell.protocol.imap.framing import Framer
from mailshell.recording.imports.chunk import Chunk, Filler, Loss

#: The size that a masked literal gets (octets), and the mask of its length in a trace.
MASKED_LITERAL = 40
_MASKED_LENGTH = re.compile(r"\{⟦length⟧(?=[+-]?\}$)".encode())


class Gaps:
    """Follows the octets of both sides. In POP3, which has no literals, there are no gaps."""

    def __init__(self, protocol: str, losses: set[Loss]) -> None:
        self._framers = {side: Framer(side) for side in Side} if protocol == "imap" else {}
        self._losses = losses
        self.filler = Filler()

    def inside_literal(self, side: Side) -> bool:
        """Whether octets of a literal are still to come."""
        framer = self._framers.get(side)
        return framer is not None and framer.inside_literal is not None

    def between(self, side: Side) -> bool:
        """Whether nothing has been begun and not ended."""
        framer = self._framers.get(side)
        return framer is None or framer.between

    def follow(self, side: Side, octets: bytes, time: float | None = None) -> Chunk:
        """These octets come next; the chunk of them."""
        framer = self._framers.get(side)
        if framer is not None:
            framer.feed(octets)
            while framer.next() is not None:
                pass
        return Chunk(side, octets, time)

    def line(self, side: Side, text: bytes, time: float | None = None) -> Chunk:
        """A line without its end comes next. A masked literal that it announces gets a size."""
        text = _MASKED_LENGTH.sub(b"{%d" % MASKED_LITERAL, text)
        return self.follow(side, text + b"\r\n", time)

    def fill(self, side: Side, time: float | None = None) -> Iterator[Chunk]:
        """What is missing of the literal that has begun."""
        framer = self._framers.get(side)
        if framer is None or framer.inside_literal is None:
            return
        have, size = framer.inside_literal
        self._losses.add(Loss.LITERALS)
        for piece in self.filler.make(size - have):
            yield self.follow(side, piece, time)
