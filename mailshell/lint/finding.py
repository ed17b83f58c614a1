"""What was found, and where."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.lint.rule import Rule
from mailshell.protocol.events import Side


@dataclass(frozen=True, slots=True)
class Fault:
    """What a checker sees: the name of a rule, and the octets from ``start`` up to ``end`` in the server's stream.

    ``detail``: what of it is particular to this place, instead of the rule's own sentence. ``expected``: what should
    stand there. ``otherwise``: the second reading of octets that can be read in two ways; ``detail`` has the first.
    """

    rule: str
    start: int
    end: int
    detail: str = ""
    expected: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault with its rule and its surroundings. ``time`` in seconds.

    ``line``: the line in which the octets stand, as they came and cut to what is near (see ``excerpt``); ``at`` and
    ``until`` are offsets into it. ``count``: how many of the same rule were found up to here.
    """

    rule: Rule
    side: Side
    start: int
    end: int
    message: str
    expected: str
    otherwise: str
    time: float
    line: bytes
    at: int
    until: int
    count: int
