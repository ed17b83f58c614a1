"""What stands in front of the lines of transcripts: mailshell's own, those of RFCs, of imaplib, poplib and others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailshell.protocol.events import Side

#: The first four columns of mailshell's trace, see the style "mailshell".
_MAILSHELL = re.compile(r"(?:[CS=][:~]|--)[ |\-!=#](?: |\Z)")
#: What the trace explains below a line.
_EXPLANATION = re.compile(r"  · ")
_SIDES = re.compile(r"[ \t]*+(?:(?P<client>C|Client|CLIENT)|(?P<server>S|Server|SERVER)):(?:[ \t]|\Z)")
_ARROWS = re.compile(r"(?P<client>>|-->|=>)[ \t]|(?P<server><|<--|<=)[ \t]")
_IMAPLIB = re.compile(r"[ \t]*+\d\d:\d\d\.\d\d (?:(?P<client>>)|(?P<server><)|(?![<>]))[ \t]?")
_POPLIB = re.compile(r"(?:(?P<client>\*(?:cmd|put)\*)|(?P<server>\*(?:get|resp|welcome)\*)|(?P<note>\*stat\*))[ \t]")
_REPEATED = ("*cmd*", "*resp*", "*welcome*")


@dataclass(frozen=True, slots=True)
class Prefix:
    """``length``: how much of the line it takes. ``what``: the third column of mailshell's, a space for others.

    ``quoted``: what follows is written as Python writes it. ``repeats``: the line stands a second time in another form.
    """

    length: int
    side: Side | None
    what: str = " "
    quoted: bool = False
    repeats: bool = False


def find_prefix(line: str) -> Prefix | None:
    """The prefix of a line; None if it has none."""
    match = _MAILSHELL.match(line)
    if match is not None:
        side = {"C": Side.CLIENT, "S": Side.SERVER}.get(line[0])
        what = line[2] if side is not None or line[2] == "!" else line[0]
        return Prefix(match.end(), side, what)
    match = _EXPLANATION.match(line)
    if match is not None:
        return Prefix(match.end(), None, "-")
    match = _SIDES.match(line) or _ARROWS.match(line)
    if match is not None:
        return Prefix(match.end(), _side(match))
    match = _POPLIB.match(line)
    if match is not None:
        what = "-" if match["note"] else " "
        return Prefix(match.end(), _side(match), what, quoted=True, repeats=line.startswith(_REPEATED))
    match = _IMAPLIB.match(line)
    if match is not None:
        side = _side(match)
        return Prefix(match.end(), side, "-" if side is None else " ", quoted=side is not None)
    return None


def _side(match: re.Match[str]) -> Side | None:
    if match["client"]:
        return Side.CLIENT
    return Side.SERVER if match["server"] else None
