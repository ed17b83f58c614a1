"""Slots: the places of a grammar in which a token may stand, read from the texts that describe arguments.

Two such languages are read. That of the catalogue (``mailbox:mailbox [RETURN options:list-return]``) stands in
``mailshell.protocol.catalogue``. The other is that of terms, as a person writes it, and of the tables of this package:

    ``date``             a word is named, and its name tells the kind (see ``WORDS``)
    ``name:kind``        a word whose kind is told
    ``NIL``              a keyword that stands there literally
    ``[a b]``            may be left out, as a whole
    ``{a b}``            belongs together
    ``(a b)``            a list in parentheses
    ``a|b``              one or the other
    ``a ...``            one or more of what stands before
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mailshell.protocol.catalogue import KINDS, Argument, parse_arguments
from mailshell.protocol.terms import KINDS as TERM_KINDS

#: What may stand in a place and is neither an argument of a command nor a term, and how it is called in a message.
MORE_KINDS: Mapping[str, str] = {
    "command": "a command",
    "keyword": "a keyword",
    "local": "a local command",
    "local-argument": "an argument of a local command",
    "file": "the name of a file",
    "date": "a date, dd-Mon-yyyy",
    "part": "the number of a part, e.g. 1.2",
    "partial": "a range of octets, <first.count>",
    "value": "a value",
    "none": "nothing",
}

#: What a name in the arguments of a term says of its kind, if it is not the kind itself. Any other is a value.
WORDS: Mapping[str, str] = {
    "criterion": "sort-key",
    "entry": "annotation-entry",
    "entry-name": "string",
    "attribute": "annotation-attribute",
    "field-name": "header",
    "mod-sequence": "number",
    "nz-number": "number",
    "uidvalidity": "number",
}
#: The same where it depends on the term.
WORDS_OF: Mapping[tuple[str, str], str] = {
    ("USE", "attribute"): "list-attribute",
    ("METADATA", "entry"): "metadata-entry",
    ("CHILDINFO", "selection"): "list-selection",
    ("CATENATE", "part"): "append-data",
}

_KNOWN = frozenset({*KINDS, *TERM_KINDS, *MORE_KINDS})
_PIECE = re.compile(r"[\[\](){}|]|[^\s\[\](){}|]+")
_CLOSERS = {"[": "]", "(": ")", "{": "}"}
_MARKS = frozenset("])}|") | {"..."}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place: the name and the kind of what stands there, and how often.

    ``then`` is what has to follow once this is given, ``inside`` what stands in its parentheses. ``owner`` is the term
    or keyword that it belongs to, ``argument`` the catalogue's record if it is an argument of the command. ``element``
    tells that it stands within parentheses, ``bare`` that it may do without parentheses of its own.
    """

    name: str
    kind: str
    optional: bool = False
    repeated: bool = False
    then: tuple[Slot, ...] = ()
    inside: tuple[Slot, ...] = ()
    owner: str = ""
    argument: Argument | None = None
    element: bool = False
    bare: bool = True


@lru_cache(maxsize=1024)
def argument_slots(arguments: str) -> tuple[Slot, ...]:
    """The slots of a command, from its arguments in the language of the catalogue."""
    slots: list[Slot] = []
    group = 0
    for argument in parse_arguments(arguments):
        # A text goes to the end of the line, however many words it has.
        repeated = argument.repeated or argument.kind == "text"
        slot = Slot(argument.name, argument.kind, argument.optional, repeated, argument=argument)
        if argument.group and argument.group == group:
            # What stands in a group behind its first is given if that is.
            first = slots.pop()
            rest = replace(slot, optional=False, owner=first.name if first.kind == "keyword" else "")
            slot = replace(first, then=(*first.then, rest))
        slots.append(slot)
        group = argument.group
    return tuple(slots)


@lru_cache(maxsize=4096)
def term_slots(text: str, owner: str = "", *, element: bool = False) -> tuple[Slot, ...]:
    """The slots of a term, from its arguments. Whatever the text is, there is an answer."""
    return _Phrase(text, owner).sequence(element)


class _Phrase:
    """The arguments of a term while they are read."""

    def __init__(self, text: str, owner: str) -> None:
        self.pieces = _PIECE.findall(text.replace("...", " ... "))[::-1]
        self.owner = owner

    def sequence(self, element: bool, closer: str = "") -> tuple[Slot, ...]:
        found: list[Slot] = []
        while self.pieces:
            if self.pieces[-1] == closer:
                self.pieces.pop()
                break
            slot = self._alternatives(element)
            if self.pieces[-1:] == ["..."]:
                self.pieces.pop()
                slot = replace(slot, repeated=True) if slot is not None else None
            if slot is not None:
                found.append(slot)
        return tuple(found)

    def _alternatives(self, element: bool) -> Slot | None:
        slot = self._single(element)
        while self.pieces[-1:] == ["|"]:
            self.pieces.pop()
            other = self._single(element) if self.pieces else None
            slot = _either(slot, other) if slot is not None and other is not None else slot or other
        return slot

    def _single(self, element: bool) -> Slot | None:
        piece = self.pieces.pop()
        if piece == "(":
            inside = self.sequence(True, ")")
            name = f"({' '.join(map(_shown, inside))})"
            return Slot(name, _list_kind(inside), inside=inside, owner=self.owner, element=element, bare=False)
        if piece not in _CLOSERS:
            return None if piece in _MARKS else self._word(piece, element)
        slots = self.sequence(element, _CLOSERS[piece])
        if not slots:
            return None
        first = replace(slots[0], then=(*slots[0].then, *slots[1:])) if len(slots) > 1 else slots[0]
        return replace(first, optional=True) if piece == "[" else first

    def _word(self, word: str, element: bool) -> Slot:
        name, _, kind = word.partition(":")
        if name == kind == "number":
            name, kind = word, "number-range"
        elif kind not in _KNOWN:
            name, kind = word, WORDS_OF.get((self.owner, word)) or _kind_of(word)
        return Slot(name, kind, owner=self.owner, element=element)


def _kind_of(word: str) -> str:
    """The kind that a name tells of."""
    bare = word.strip('"<>~')
    if bare in _KNOWN:
        return bare
    return WORDS.get(bare) or ("keyword" if word.isupper() else "value")


def _shown(slot: Slot) -> str:
    """The slot as a person writes it."""
    name = slot.name + (" ..." if slot.repeated else "")
    name = " ".join([name, *map(_shown, slot.then)])
    return f"[{name}]" if slot.optional else name


def _either(one: Slot, other: Slot) -> Slot:
    """One slot for two that may stand in the same place."""
    kind = other.kind if one.kind == "keyword" else one.kind
    inside = one.inside or other.inside
    return replace(one, name=f"{one.name}|{other.name}", kind=kind, inside=inside, bare=one.bare or other.bare)


def _list_kind(inside: tuple[Slot, ...]) -> str:
    """The kind of a list, by its first element."""
    return _LISTS.get(inside[0].kind, "parameters") if inside else "parameters"


#: Which argument a list of such elements is.
_LISTS: Mapping[str, str] = {
    "flag": "flags",
    "status-item": "status-items",
    "fetch-item": "fetch-items",
    "search-key": "search-keys",
    "sort-key": "sort-criteria",
    "notify-event": "notify-events",
    "notify-filter": "notify-events",
}
