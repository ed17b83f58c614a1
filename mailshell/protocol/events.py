"""What crosses the wire, as values: frames (the octets, cut where the protocol cuts them) and reports.

The octets of all frames of one side, joined, are the octets of that side: nothing is dropped, added or changed.
A line is always one frame; a literal, a multi-line body and a line beyond the limit come in pieces as they arrive,
so that their size does not matter.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple


class Side(enum.Enum):
    """Who sent the octets."""

    CLIENT = "C"
    SERVER = "S"


class SecretSpan(NamedTuple):
    """Octets that must not be shown: ``start`` and ``end`` as offsets, and what they are ("password")."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class LiteralHeader:
    """The announcement of a literal at the end of a line: ``{n}``, ``{n+}``, ``{n-}``, ``~{n}``.

    RFC 9051 section 4.3, RFC 7888 (non-synchronizing), RFC 3516 (literal8).
    """

    size: int
    sync: bool = True
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its line end. ``first``: it begins a command or response, rather than going on after a literal.

    ``secret`` counts offsets from the start of the line.
    """

    side: Side
    octets: bytes
    offset: int
    first: bool = True
    literal: LiteralHeader | None = None
    secret: tuple[SecretSpan, ...] = ()

    @property
    def text(self) -> bytes:
        """The line without its line end."""
        if self.octets.endswith(b"\r\n"):
            return self.octets[:-2]
        return self.octets.removesuffix(b"\n")


@dataclass(frozen=True, slots=True)
class LinePart:
    """A piece of a line longer than the limit. ``secret`` is the label when it must not be shown."""

    side: Side
    octets: bytes
    offset: int
    last: bool
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class LiteralPart:
    """A piece of a literal: ``position`` octets of ``size`` came before it. An empty literal is one empty piece."""

    side: Side
    octets: bytes
    offset: int
    position: int
    size: int
    secret: str | None = None

    @property
    def last(self) -> bool:
        return self.position + len(self.octets) == self.size


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A piece of a multi-line POP3 reply as it stands on the wire, dots stuffed (RFC 1939 section 3).

    ``line_start``: its first octet is the first of a line. A piece never ends between CR and LF, nor between
    a line's first dot and what tells whether the dot ends the reply.
    """

    side: Side
    octets: bytes
    offset: int
    line_start: bool
    crlf: bool = True

    def content(self) -> bytes:
        """The octets with the stuffed dots removed: the first dot of each line that begins with one."""
        octets = self.octets[1:] if self.line_start and self.octets[:1] == b"." else self.octets
        return octets.replace(b"\r\n.", b"\r\n") if self.crlf else octets.replace(b"\n.", b"\n")


@dataclass(frozen=True, slots=True)
class BodyEnd:
    """The line with the single dot that ends a multi-line reply."""

    side: Side
    octets: bytes
    offset: int


Frame = Line | LinePart | LiteralPart | BodyPart | BodyEnd


@dataclass(frozen=True, slots=True)
class LimitReached:
    """A limit was passed (see ``limits.Limits``); ``what`` is the name of its field."""

    side: Side
    what: str
    limit: int
    offset: int
    announced: int | None = None

    def __str__(self) -> str:
        who = "the server" if self.side is Side.SERVER else "this side"
        if self.what == "literal":
            return f"{who} announces a literal of {self.announced:,} octets, more than the limit of {self.limit:,}"
        if self.what == "line":
            return f"{who} sends a line of more than {self.limit:,} octets; it is not read to its end"
        if self.what == "nesting":
            return f"parentheses nested more than {self.limit} deep; the rest of the response is left unread"
        if self.what == "outstanding":
            return f"more than {self.limit:,} commands wait for an answer; the oldest is given up"
        return f"{who} sends a response of more than {self.limit:,} octets; it is passed on unread"


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that the protocol does not allow: ``start`` and ``end`` are offsets in the stream of ``side``."""

    side: Side
    rule: str
    start: int
    end: int
    message: str
    section: str

    def __str__(self) -> str:
        return f"{self.message} ({self.section})"
