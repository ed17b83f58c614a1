"""What a client sends as one: a command with its literals, put together from frames as they come.

A literal of any size passes through: of a large one its size and digest are kept.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from mailshell.protocol.catalogue import Command
from mailshell.protocol.events import Line, LiteralPart
from mailshell.protocol.imap.commands import read_head
from mailshell.protocol.limits import KIB
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

#: A mask among the octets of a recording.
MASK = re.compile("⟦[^⟧\r\n]{1,60}⟧".encode())
#: Up to this size a literal is kept (octets).
KEPT_LITERAL = 64 * KIB


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal: its size (octets), its SHA-256, and its octets unless they are too many to be kept.

    ``masked``: what looks like a mask stands in it.
    """

    size: int
    digest: bytes
    value: bytes | None
    masked: bool = False


@dataclass(slots=True)
class Request:
    """A command as it was sent. ``first`` is its first line whole; ``lines`` are all its lines with their line ends
    and announcements, the first without the tag. ``complete``: the last line announces no literal.
    """

    tag: bytes
    name: str
    record: Command | None
    first: bytes
    lines: list[bytes]
    literals: list[Literal] = field(default_factory=list)
    complete: bool = True

    @property
    def held(self) -> int:
        """How many octets of it are kept."""
        return sum(map(len, self.lines)) + sum(len(literal.value or b"") for literal in self.literals)


class RequestReader:
    """Puts the frames of a client together. Give it the lines and pieces of literals in order."""

    def __init__(self, protocol: str, kept: int = KEPT_LITERAL) -> None:
        self._kept = kept
        self._imap = protocol == "imap"
        self._request: Request | None = None
        self._hash = hashlib.sha256()
        self._value: bytearray = bytearray()
        self._masked = False

    def line(self, line: Line) -> Request:
        """The request that this line begins, or goes on with after a literal."""
        request = self._request
        if line.first or request is None:
            request = self._begin(line)
        else:
            request.lines.append(line.octets)
        request.complete = line.literal is None
        self._request = None if request.complete else request
        return request

    def literal(self, part: LiteralPart) -> None:
        """A piece of the literal that the line before has announced."""
        if part.position == 0:
            self._hash, self._value, self._masked = hashlib.sha256(), bytearray(), False
        self._masked = self._masked or MASK.search(part.octets) is not None
        self._hash.update(part.octets)
        if part.size <= self._kept:
            self._value += part.octets
        if part.last and self._request is not None:
            kept = bytes(self._value) if part.size <= self._kept else None
            self._request.literals.append(Literal(part.size, self._hash.digest(), kept, self._masked))

    def _begin(self, line: Line) -> Request:
        if not self._imap:
            name, record, _ = POP3.find(line.text.replace(b"\t", b" ").decode("latin-1"))
            return Request(b"", name, record, line.octets, [line.octets])
        head = read_head(line.text)
        tag = head.tag.encode("latin-1")
        return Request(tag, head.name, head.record, line.octets, [line.octets[len(tag) :]])
