"""Octets that stand for masks while a recording is played or scrubbed: a mask stands in them as its own text.

Where a mask covers octets of a literal, as many stand for it. A literal whose announced size is masked gets a size of
its own: how long the secret was is not known, and nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.protocol.events import Side
from mailshell.recording.literals import LENGTH
from mailshell.recording.octets import Mask, Piece

#: The size of a literal whose announced size is masked (octets): any mask has room in it.
_MASKED_LITERAL = 40


class StandIns:
    """Give it the pieces of each event of octets, in order."""

    def __init__(self) -> None:
        #: The sides of which a literal with a masked size has been announced, and not come yet.
        self._announced: set[Side] = set()

    def octets(self, side: Side, pieces: Sequence[Piece]) -> tuple[bytes, list[tuple[int, int, Mask]]]:
        """The octets of an event, and where in them (start, end) masks stand."""
        octets, masks = bytearray(), []
        for piece in pieces:
            if isinstance(piece, bytes):
                octets += piece
                continue
            text = self._text(side, piece)
            masks.append((len(octets), len(octets) + len(text), piece))
            octets += text
        return bytes(octets), masks

    def _text(self, side: Side, mask: Mask) -> bytes:
        if mask.name == LENGTH:
            self._announced.add(side)
            return b"%d" % _MASKED_LITERAL
        if mask.size is not None:
            return fitted(mask, mask.size)
        if side in self._announced:
            self._announced.discard(side)
            return fitted(mask, _MASKED_LITERAL)
        return str(mask).encode()


def fitted(mask: Mask, size: int) -> bytes:
    """A mask in so many octets: filled up with spaces, or with a shorter name."""
    text = str(mask).encode()
    if len(text) > size:
        room = size - len(str(Mask("")).encode())
        text = str(Mask(mask.name[:room])).encode() if room > 0 and mask.name.isascii() else b"*" * size
    return text.ljust(size)
