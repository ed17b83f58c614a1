"""What stands at the cursor: the place in the grammar of the command, and what has been typed of the word there.

The cursor is the end of the text. ``text[position.start:]`` is always ``position.word``.

A place may take more than one kind (``SEARCH `` takes ``RETURN``, ``CHARSET`` or a key). ``expected`` names all of
them, in the order in which they may come; ``kind`` is the one that the word at the cursor looks like, otherwise the
one that must be given, otherwise the first.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import pairwise

from mailshell.assist.grammar import fits, inside, part_length
from mailshell.assist.head import Head, read_head, tokens_of
from mailshell.assist.redirection import find_redirection
from mailshell.assist.slots import Slot, argument_slots
from mailshell.assist.tokens import LONGEST, Item, Level, Tokens
from mailshell.assist.walk import Walk
from mailshell.protocol.catalogue import Argument, Catalogue, Command
from mailshell.protocol.terms import Terms

_LOCAL = re.compile(r"\s*(?P<name>\.\S*)(?P<blank>\s*)(?P<arguments>.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that may stand in a place, and ``then`` what has to follow it.

    ``listed`` tells that it stands within parentheses.
    """

    name: str
    kind: str
    optional: bool
    listed: bool = False
    then: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """What stands at the cursor.

    ``kind`` is a key of the catalogue's, the terms' or this package's kinds (``slots.MORE_KINDS``), ``none`` if nothing
    may come or nothing is known. ``argument`` is the argument of the command in which the cursor stands, ``enclosing``
    names what it stands in (``("FETCH", "BODY[", "HEADER.FIELDS")``), ``given`` is what stands in the same list
    already. ``word`` has no opening quote; ``quoted`` tells that there is one. It and ``given`` may be secret.
    """

    kind: str
    word: str = field(default="", repr=False)
    start: int = 0
    quoted: bool = False
    command: str = ""
    record: Command | None = None
    argument: Argument | None = None
    expected: tuple[Expected, ...] = ()
    given: tuple[str, ...] = field(default=(), repr=False)
    enclosing: tuple[str, ...] = ()
    listed: bool = False
    tag: str | None = None

    @property
    def fresh(self) -> bool:
        """Whether nothing has been typed yet of what is to stand here."""
        return not self.word and not self.quoted


def locate(text: str, catalogue: Catalogue, terms: Terms, *, tags: bool, words: Container[str] = ()) -> Position:
    """What stands at the end of the text. ``tags``: the protocol has tags, quotes and lists (IMAP).

    ``words``: other words (in lower case) that may begin a line, and are no tags.
    """
    end = len(text)
    if end > LONGEST:
        return Position("none", start=end)
    local = _LOCAL.match(text)
    if local is not None:
        return _locate_local(local)
    head = read_head(text, catalogue, tags=tags, words=words)
    if not head.finished:
        return Position("command", text[head.start :], head.start, tag=head.tag)
    redirection = find_redirection(text, head, tags=tags)
    if redirection is not None:
        return _locate_file(text, head, redirection)
    if head.record is None:
        return _in(head, "none", start=end)
    tokens = tokens_of(text, head, tags=tags)
    item = tokens.last
    cursor = item if item is not None and item.end == end else None
    return _Finder(text, head, head.record, tokens, cursor).position(terms)


def _in(head: Head, kind: str, word: str = "", start: int = 0, quoted: bool = False) -> Position:
    """A position in the line of a command, outside its arguments."""
    return Position(kind, word, start, quoted, head.name, head.record, enclosing=(head.name,), tag=head.tag)


def _locate_local(match: re.Match[str]) -> Position:
    name = match["name"]
    if not match["blank"]:
        return Position("local", name, match.start("name"))
    given = tuple(match["arguments"].split())
    start = match.end()
    if given and not match["arguments"][-1].isspace():
        start -= len(given[-1])
    return Position(
        "local-argument",
        match.string[start:],
        start,
        given=given[:-1] if start < match.end() else given,
        enclosing=(name.lower(),),
    )


def _locate_file(text: str, head: Head, match: re.Match[str]) -> Position:
    name, end = match["file"], len(text)
    if name and match["after"]:
        return _in(head, "none", start=end)
    if name.startswith('"') and (name == '"' or not name.endswith('"')):
        return _in(head, "file", name[1:], match.start("file") + 1, quoted=True)
    start = match.start("file") if name else end
    return _in(head, "file", name, start)


def _expected(slot: Slot, optional: bool) -> Expected:
    then = tuple(_expected(more, more.optional) for more in slot.then)
    return Expected(slot.name, slot.kind, optional, slot.element, then)


class _Finder:
    """The way to the cursor through the levels of a command."""

    def __init__(self, text: str, head: Head, record: Command, tokens: Tokens, cursor: Item | None) -> None:
        self.text = text
        self.head = head
        self.record = record
        self.tokens = tokens
        self.cursor = cursor
        self.enclosing = [head.name]

    def position(self, terms: Terms) -> Position:
        slots = argument_slots(self.record.arguments)
        levels = self.tokens.levels
        argument: Argument | None = None
        for level, inner in pairwise(levels):
            walk = Walk(slots, terms)
            for item in level.items:
                walk.take(item)
            opener = "list" if inner.opener == "(" else "section"
            slot = walk.take(Item(opener, inner.opener, inner.start, len(self.text)))
            argument = argument or walk.argument
            if slot is None:
                return self._nothing(argument)
            self._enter(slot, inner)
            slots = inside(slot, inner.opener)
        return self._innermost(Walk(slots, terms), argument)

    def _enter(self, slot: Slot, level: Level) -> None:
        if slot.owner:
            self._enclose(slot.owner)
        if level.opener != "(":
            self._enclose(level.opener.upper())

    def _enclose(self, name: str) -> None:
        if self.enclosing[-1] != name:
            self.enclosing.append(name)

    def _innermost(self, walk: Walk, argument: Argument | None) -> Position:
        items = self.tokens.innermost.items
        taken = [(walk.take(item), item) for item in (items[:-1] if self.cursor else items)]
        expected = walk.expected()
        slot = self._choose(expected)
        if slot is None:
            return self._nothing(argument)
        if slot.owner:
            self._enclose(slot.owner)
        kind, word, start, quoted = self._word(slot)
        return Position(
            kind,
            word,
            start,
            quoted,
            self.head.name,
            self.record,
            argument or slot.argument or walk.argument,
            tuple(_expected(slot, optional) for slot, optional in expected),
            tuple(self._text(item) for other, item in taken if other is not None and other.kind == slot.kind),
            tuple(self.enclosing),
            slot.element,
            self.head.tag,
        )

    def _choose(self, expected: tuple[tuple[Slot, bool], ...]) -> Slot | None:
        """The place that the word at the cursor is likely to take."""
        if self.cursor is not None:
            candidates = [slot for slot, optional in expected if not optional or fits(slot, self.cursor, begun=True)]
        else:
            required = [slot for slot, optional in expected if not optional]
            candidates = required or [slot for slot, _ in expected]
        # A keyword or a list that is left out as often as not says less than what stands behind it.
        return min(candidates, key=lambda slot: 2 * (slot.kind == "keyword") + (not slot.bare), default=None)

    def _word(self, slot: Slot) -> tuple[str, str, int, bool]:
        """Kind, word, its offset, and whether it is in quotes."""
        item, end = self.cursor, len(self.text)
        if item is None:
            return slot.kind, "", end, False
        if item.kind == "unclosed":
            return slot.kind, self.text[item.start + 1 :], item.start + 1, True
        if item.kind == "file":
            start = item.start + (6 if item.text.startswith("@crlf:") else 1)
            quoted = self.text.startswith('"', start)
            return "file", self.text[start + quoted :], start + quoted, quoted
        start = item.start
        kind = slot.kind
        if item.kind == "section" and "]<" in item.text and not item.text.endswith(">"):
            kind, start = "partial", item.start + item.text.rindex("<") + 1
        elif kind == "section":
            start += (
                part_length(item.text)
                if item.text.rstrip("0123456789").endswith(".") or item.text[-1:].isalpha()
                else 0
            )
        return kind, self.text[start:], start, False

    def _text(self, item: Item) -> str:
        return item.text or self.text[item.start : item.end]

    def _nothing(self, argument: Argument | None) -> Position:
        start = self.cursor.start if self.cursor is not None else len(self.text)
        return Position(
            "none",
            self.text[start:],
            start,
            False,
            self.head.name,
            self.record,
            argument,
            enclosing=tuple(self.enclosing),
            tag=self.head.tag,
        )
