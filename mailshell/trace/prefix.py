"""The first four columns of each row in the style ``mailshell``: who, how, what, and a space.

They tell without colour what a row is, and ``grep`` finds it: ``^C`` is all that this side sent, ``^.~`` all that went
through TLS, ``^..!`` all that surprises. The rows of the trace's own, which belong to neither side, begin with dashes.
"""

from __future__ import annotations

from mailshell.protocol.events import Side

LINE = " "
CONTENTS = "|"
NOTE = "-"
SURPRISE = "!"
BOUNDARY = "="
DUMP = "#"
#: In front of a row that explains those above it, in the place of the columns: it belongs to nobody's octets.
EXPLANATION = "  · "

#: What may stand in each column and what it means, for the help.
COLUMNS: tuple[tuple[int, str, str], ...] = (
    (1, "C", "sent by this side, the client"),
    (1, "S", "sent by the server"),
    (1, "=", "a request with its answer (level 1)"),
    (1, "-", "told by mailshell: connection, TLS, end"),
    (2, ":", "in the clear"),
    (2, "~", "protected by TLS"),
    (2, "-", "neither"),
    (3, " ", "a line of the protocol"),
    (3, "|", "a line of a literal or of a multi-line body"),
    (3, "-", "a note: what was folded away, what happened to the connection"),
    (3, "!", "a surprise: a deviation, a limit, a line that answers nothing, the end without goodbye"),
    (3, "=", "the boundary of a read or a write (level 4)"),
    (3, "#", "a hex dump (level 5)"),
)

#: What the rows hold beyond their prefix, for the help.
SIGNS: tuple[tuple[str, str], ...] = (
    (EXPLANATION, "instead of a prefix: what the row above means (.explain on)"),
    ("⟦password⟧", "a secret stands here; sizes and offsets leave it out"),
    ("… 1,234 more octets", "the rest of the line is not shown; level 3 shows it"),
    ("\\ at the end", "the line has no end: it goes on in the next row, or the literal or connection ended"),
    ("\\n at the end", "the line ends with a bare LF instead of CRLF"),
    ("\\x1b \\u202e", "an octet, a character that is not shown as it is"),
)

_WHO = {Side.CLIENT: "C", Side.SERVER: "S"}


def of_side(side: Side, tls: bool, what: str) -> str:
    """The prefix of a row about something that a side has sent."""
    return f"{_WHO[side]}{'~' if tls else ':'}{what} "


def of_request(tls: bool, *, surprise: bool = False) -> str:
    """The prefix of a request with its answer."""
    return f"={'~' if tls else ':'}{SURPRISE if surprise else LINE} "


def own(*, surprise: bool = False) -> str:
    """The prefix of a row about the connection."""
    return f"--{SURPRISE if surprise else NOTE} "
