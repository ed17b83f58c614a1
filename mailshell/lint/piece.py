"""A piece of a multi-line POP3 reply, with what several checkers have to know of its octets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailshell.protocol.events import BodyPart

#: A CR without its LF, or a dot that begins a line. A reply of any size is looked through with it once.
_ODD = re.compile(rb"\r(?!\n(?:[^.]|\Z))")


@dataclass(frozen=True, slots=True)
class Piece(BodyPart):
    """How many LF (``line_feeds``), CR (``returns``) and CRLF (``pairs``) are in it.

    ``dotted``: whether a line that begins in it, other than at its first octet, begins with a dot.
    """

    line_feeds: int = 0
    returns: int = 0
    pairs: int = 0
    dotted: bool = False


def read_piece(part: BodyPart) -> Piece:
    """Count what there is. Time is linear in the size of the piece."""
    octets, crlf = part.octets, part.crlf
    returns = octets.count(b"\r")
    if crlf and _ODD.search(octets) is None:
        pairs, dotted = returns, False
    else:
        pairs, dotted = octets.count(b"\r\n"), (b"\r\n." if crlf else b"\n.") in octets
    return Piece(part.side, octets, part.offset, part.line_start, crlf, octets.count(b"\n"), returns, pairs, dotted)
