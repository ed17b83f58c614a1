"""An IMAP response as it was framed: its lines and literals, and what its first words say it is."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from mailshell.protocol.events import LiteralHeader


class Kind(enum.Enum):
    """RFC 9051 section 2.2.2."""

    UNTAGGED = "*"
    TAGGED = "tag"
    CONTINUATION = "+"
    OTHER = "?"


@dataclass(frozen=True, slots=True)
class KeptLiteral:
    """A literal within a response. ``octets`` is None if it was too large to keep."""

    header: LiteralHeader
    octets: bytes | None


Segment = bytes | KeptLiteral

#: The names of status responses (RFC 9051 section 7.1).
STATUSES = frozenset({"OK", "NO", "BAD", "BYE", "PREAUTH"})
_UNTAGGED = re.compile(rb"\*[ \t]+(?:(\d+)[ \t]+)?([^\s()\[\]\"{]+)[ \t]?")
_TAGGED = re.compile(rb"([^\s()\[\]\"{+*][^\s()\"{]*)[ \t]+(OK|NO|BAD|PREAUTH|BYE)(?:[ \t]|\r?\n|\Z)", re.IGNORECASE)
_CODE = re.compile(rb"[ \t]*\[([^\]\r\n]*)\]?[ ]?")


@dataclass(frozen=True, slots=True)
class Response:
    """One response. ``name`` is upper case: a status (``OK``) or the kind of data (``EXISTS``, ``LIST``).

    ``number`` is that of ``* 3 EXISTS``; ``body`` is the offset in the first segment at which the data or the text
    begins. ``length`` counts all octets of the response on the wire, ``offset`` where they begin. ``skipped``: it
    passed a limit, and what is kept is not all of it.
    """

    kind: Kind
    tag: str
    name: str
    number: int | None
    body: int
    segments: tuple[Segment, ...]
    offset: int
    length: int
    skipped: bool = False

    @property
    def status(self) -> str:
        """The status, ``+`` for a continuation request, empty for data."""
        return self.name if self.name in STATUSES or self.kind is Kind.CONTINUATION else ""

    @property
    def ok(self) -> bool:
        return self.name in ("OK", "PREAUTH")

    @property
    def line(self) -> bytes:
        """The first line without its line end."""
        first = self.segments[0]
        assert isinstance(first, bytes)
        return first.rstrip(b"\r\n")

    @property
    def rest(self) -> bytes:
        """The first line from where the data or text begins."""
        return self.line[self.body :]

    @property
    def code(self) -> bytes | None:
        """The response code with its arguments, without brackets: ``UIDNEXT 5`` (status responses)."""
        if not self.status:
            return None
        match = _CODE.match(self.rest)
        return match[1] if match else None

    @property
    def code_closed(self) -> bool:
        """False if there is a response code and no bracket ends it. A literal may hold what ends it."""
        return self.code is None or b"]" in self.rest or len(self.segments) > 1

    @property
    def code_name(self) -> str:
        """The name of the response code, upper case; empty if there is none."""
        code = self.code
        return "" if code is None else code.split(b" ", 1)[0].decode("latin-1").upper()

    @property
    def text(self) -> bytes:
        """What the status response says to a person, after the response code."""
        match = _CODE.match(self.rest) if self.status else None
        return self.rest[match.end() :] if match else self.rest

    def octets(self) -> bytes:
        """All octets of the response; of a literal that was not kept only its announcement remains."""
        return b"".join(segment if isinstance(segment, bytes) else segment.octets or b"" for segment in self.segments)


def read_response(segments: tuple[Segment, ...], offset: int, length: int, skipped: bool = False) -> Response:
    """Tell what a framed response is from its first words. Never raises."""
    line = segments[0] if segments and isinstance(segments[0], bytes) else b""
    if line[:1] == b"+":
        body = 2 if line[1:2] == b" " else 1
        return Response(Kind.CONTINUATION, "", "+", None, body, segments, offset, length, skipped)
    match = _UNTAGGED.match(line)
    if match:
        number = int(match[1]) if match[1] and len(match[1]) < 30 else None
        name = match[2].decode("latin-1").upper()
        return Response(Kind.UNTAGGED, "", name, number, match.end(), segments, offset, length, skipped)
    match = _TAGGED.match(line)
    if match:
        tag, name = match[1].decode("latin-1"), match[2].decode("latin-1").upper()
        body = match.end() if match[0][-1:] in b" \t" else match.end(2)
        return Response(Kind.TAGGED, tag, name, None, body, segments, offset, length, skipped)
    return Response(Kind.OTHER, "", "", None, 0, segments, offset, length, skipped)
