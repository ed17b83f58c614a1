"""IMAP values: a framed response as a tree of atoms, strings, literals and lists, read tolerantly.

The rules, in prose (RFC 9051 sections 4 and 9):

- Values are separated by spaces; a list stands in parentheses and may hold lists.
- An atom is whatever is not a delimiter. ``BODY[HEADER.FIELDS (TO)]<0>`` is one atom, spaces and all.
- What can't be read becomes an ``Unreadable`` leaf that says why, and reading goes on after it.
- A quote, or the bracket of a section, that is not closed in its line is an octet like any other, and so are all
  after it in that line.
- Nothing here raises, and no octet is read more than three times: time is linear in the length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailshell.protocol.events import Deviation, Side
from mailshell.protocol.imap.response import KeptLiteral, Response
from mailshell.protocol.limits import DEFAULT


@dataclass(frozen=True, slots=True)
class Atom:
    """A word: a number, a flag, NIL, a name with its section."""

    octets: bytes
    start: int

    @property
    def upper(self) -> str:
        return self.octets.decode("latin-1").upper()


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quoted string; ``octets`` is its value, without quotes and escapes."""

    octets: bytes
    start: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal; ``octets`` is None if it was too large to keep. ``size`` in octets."""

    octets: bytes | None
    size: int
    start: int


@dataclass(frozen=True, slots=True)
class List:
    """A parenthesised list."""

    items: tuple[Value, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Octets that have no form here, and why."""

    octets: bytes
    start: int
    reason: str


Value = Atom | Quoted | Literal | List | Unreadable

_QUOTED = rb'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+'
_SECTION = rb'(?:BODY(?:\.PEEK)?|BINARY(?:\.PEEK|\.SIZE)?)\[(?:[^\]"\n]|' + _QUOTED + rb'")*+'


def _tokens(*strings: bytes) -> re.Pattern[bytes]:
    """The tokens of a line, with these kinds of strings that may hold spaces; each may be cut off by the line's end."""
    return re.compile(
        rb"""(?P<space>[ \t]+)
        | (?P<open>\()
        | (?P<close>\))
        | (?P<announced>~?\{\d+[+-]?\}(?=\r?\n\Z))
        | (?P<end>\r?\n\Z)
        | %s (?P<atom>[^ \t()"\r\n]+)
        | (?P<other>.)"""
        % b"".join(string + b" | " for string in strings),
        re.VERBOSE | re.IGNORECASE | re.DOTALL,
    )


#: The kinds of strings, by the group that holds what closes them; it is empty if nothing does.
_STRINGS = {
    "quote": _QUOTED + rb'(?P<quote>"?)',
    "bracket": _SECTION + rb"(?P<bracket>(?:\](?:<\d*>)?)?)",
}
#: The patterns, by the kinds of strings that may still be closed in the line.
_TOKENS = {
    frozenset(kinds): _tokens(*(_STRINGS[kind] for kind in kinds))
    for kinds in (("quote", "bracket"), ("quote",), ("bracket",), ())
}
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


def read_values(response: Response) -> tuple[tuple[Value, ...], tuple[Deviation, ...]]:
    """The values after the response's first words, and what deviates from the grammar. Never raises."""
    reader = _Reader(response.offset)
    for index, segment in enumerate(response.segments):
        if isinstance(segment, KeptLiteral):
            reader.literal(segment)
        else:
            reader.line(segment, response.body if index == 0 else 0)
    return reader.finish()


def read_octets(octets: bytes, offset: int = 0) -> tuple[tuple[Value, ...], tuple[Deviation, ...]]:
    """The values in octets without literals, e.g. the arguments of a response code."""
    reader = _Reader(offset)
    reader.line(octets, 0)
    return reader.finish()


class _Reader:
    def __init__(self, offset: int) -> None:
        self._at = offset
        self._stack: list[tuple[list[Value], int]] = []
        self._items: list[Value] = []
        self._deviations: list[Deviation] = []
        self._too_deep = 0
        self._left = DEFAULT.values

    def literal(self, literal: KeptLiteral) -> None:
        self._items.append(Literal(literal.octets, literal.header.size, self._at))
        self._at += literal.header.size

    def line(self, line: bytes, start: int) -> None:
        strings = frozenset(_STRINGS)
        while (unclosed := self._read_tokens(line, start, strings)) is not None:
            kind, start = unclosed
            strings -= {kind}
        self._at += len(line)

    def _read_tokens(self, line: bytes, start: int, strings: frozenset[str]) -> tuple[str, int] | None:
        """Read the tokens of a line, up to a string that is not closed: its kind and where it begins."""
        base = self._at
        for match in _TOKENS[strings].finditer(line, start):
            kind = match.lastgroup
            at = base + match.start()
            self._left -= 1
            if self._left <= 0:
                if self._left == 0:
                    self._deviate("values", at, at + 1, f"more than {DEFAULT.values:,} values; the rest is left unread")
                return None
            if kind == "space":
                if len(match[0]) > 1 or match[0] == b"\t":
                    self._deviate("spaces", at, base + match.end(), "more than one space, or a tab, between values")
            elif kind == "atom":
                self._items.append(Atom(match[0], at))
            elif kind == "quote" or kind == "bracket":
                if not match[kind]:
                    return kind, match.start()
                if kind == "bracket":
                    self._items.append(Atom(match[0], at))
                    continue
                value = match[0][1:-1]
                self._items.append(Quoted(_ESCAPE.sub(rb"\1", value) if b"\\" in value else value, at))
            elif kind == "open":
                self._open(at)
            elif kind == "close":
                self._close(at)
            elif kind == "other":
                self._items.append(Unreadable(match[0], at, "stands where a value should"))
                self._deviate("unreadable", at, at + 1, f"{match[0]!r} stands where a value should")
        return None

    def _open(self, at: int) -> None:
        if len(self._stack) >= DEFAULT.nesting:
            self._too_deep += 1
            if self._too_deep == 1:
                self._deviate("nesting", at, at + 1, f"parentheses nested more than {DEFAULT.nesting} deep")
            return
        self._stack.append((self._items, at))
        self._items = []

    def _close(self, at: int) -> None:
        if self._too_deep:
            self._too_deep -= 1
        elif self._stack:
            items, start = self._stack.pop()
            items.append(List(tuple(self._items), start))
            self._items = items
        else:
            self._items.append(Unreadable(b")", at, "closes nothing"))
            self._deviate("unbalanced", at, at + 1, "a parenthesis that closes nothing")

    def finish(self) -> tuple[tuple[Value, ...], tuple[Deviation, ...]]:
        if self._stack:
            start = self._stack[0][1]
            self._deviate("unbalanced", start, self._at, "a parenthesis that is not closed")
        while self._stack:
            items, start = self._stack.pop()
            items.append(List(tuple(self._items), start))
            self._items = items
        return tuple(self._items), tuple(self._deviations)

    def _deviate(self, rule: str, start: int, end: int, message: str) -> None:
        if len(self._deviations) < 100:
            self._deviations.append(Deviation(Side.SERVER, rule, start, end, message, "RFC 9051 9"))


def as_octets(value: Value | None) -> bytes | None:
    """The octets of a string or atom; None for NIL, lists, what was not kept and what is missing."""
    if isinstance(value, (Quoted, Literal)):
        return value.octets
    if isinstance(value, Atom):
        return None if value.octets.upper() == b"NIL" else value.octets
    return None


def as_number(value: Value | None) -> int | None:
    """The number that an atom stands for; None if it is none."""
    if isinstance(value, Atom) and value.octets.isdigit() and len(value.octets) < 40:
        return int(value.octets)
    return None


def as_items(value: Value | None) -> Sequence[Value]:
    """The items of a list; none for anything else (NIL among it)."""
    return value.items if isinstance(value, List) else ()


def is_nil(value: Value | None) -> bool:
    return isinstance(value, Atom) and value.octets.upper() == b"NIL"


def plain(value: Value) -> object:
    """The value as strings, numbers, None and lists, for JSON. Octets that are no UTF-8 are read as Latin-1."""
    if isinstance(value, List):
        return [plain(item) for item in value.items]
    if isinstance(value, Literal) and value.octets is None:
        return {"literal": value.size}
    if isinstance(value, Atom):
        number = as_number(value)
        if number is not None:
            return number
    if is_nil(value):
        return None
    return text_of(value.octets or b"")


def text_of(octets: bytes) -> str:
    """Octets as text: UTF-8 if they are, else Latin-1."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
