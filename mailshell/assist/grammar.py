"""The grammar of arguments as tables: what stands inside a list, what follows a word, and which token fits a place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from mailshell.assist.slots import Slot, term_slots
from mailshell.assist.tokens import Item
from mailshell.protocol.terms import KINDS as TERM_KINDS
from mailshell.protocol.terms import Term, Terms

#: What stands in the parentheses (for ``section``: the brackets) of an argument of this kind.
INSIDE: Mapping[str, str] = {
    "fetch-items": "item:fetch-item ...",
    "fetch-modifiers": "modifier:fetch-modifier ...",
    "store-modifiers": "modifier:store-modifier ...",
    "flags": "flag ...",
    "status-items": "item:status-item ...",
    "search-keys": "search-key ...",
    "search-key": "search-key ...",
    "search-return": "option:search-return ...",
    "search-sources": "filter:notify-filter ...",
    "sort-criteria": "criterion:sort-key ...",
    "list-selection": "option:list-selection ...",
    "list-return": "option:list-return ...",
    "list-mailbox": "pattern:list-mailbox ...",
    "select-parameters": "parameter:select-parameter ...",
    "create-parameters": "parameter:create-parameter ...",
    "quota-limits": "{resource:quota-resource limit:number} ...",
    "metadata-options": "option:metadata-option ...",
    "metadata-entries": "entry:metadata-entry ...",
    "metadata-values": "{entry:metadata-entry value:nstring} ...",
    "annotation-entries": "entry:annotation-entry ...",
    "annotation-attributes": "attribute:annotation-attribute ...",
    "annotation-values": "{attribute:annotation-attribute value:nstring} ...",
    "id-parameters": "{field:id-field value:nstring} ...",
    "parameters": "parameter ...",
    "text": "value ...",
    "value": "value ...",
    "append-data": "value ...",
}
#: The same for the brackets of a section, by what stands before them.
SECTIONS: Mapping[str, str] = {"BODY[": "[section]", "BODY.PEEK[": "[section]"}

#: What may follow a word that stands for an argument of this kind without its parentheses.
BARE: Mapping[str, str] = {"flags": "[flag ...]"}
#: What may follow one particular word.
FOLLOWS: Mapping[tuple[str, str], str] = {
    ("notify-events", "SET"): "[STATUS] (filter:notify-filter (event:notify-event ...)|NONE) ...",
}
#: Several messages may be given, each with flags and a date before it (RFC 3502 section 6.3.11).
AGAIN: Mapping[str, str] = {"append-data": "[flags] [date-time]"}
#: Declared with ``...``, because they are several words; what follows the first is told by ``FOLLOWS``.
ONCE = frozenset({"notify-events"})

#: The terms that may stand for an argument without its parentheses.
TERMS_OF: Mapping[str, str] = {
    "fetch-items": "fetch-item",
    "search-keys": "search-key",
    "store-operation": "store-item",
}
#: The kinds of terms that ask for what follows them.
ASKING = frozenset(
    {
        "append-data",
        "create-parameter",
        "fetch-item",
        "fetch-modifier",
        "list-return",
        "list-selection",
        "metadata-option",
        "notify-event",
        "notify-filter",
        "search-key",
        "search-return",
        "section",
        "select-parameter",
        "sort-key",
        "store-item",
        "store-modifier",
    }
)
#: What follows such a word stands in place of the next argument (``STORE 1 ANNOTATION (...)``).
REPLACING = frozenset({"store-operation"})
#: Arguments that are nothing but a list: without its parenthesis an optional one is not there.
LISTS = frozenset(
    {
        "flags",
        "fetch-modifiers",
        "store-modifiers",
        "list-selection",
        "select-parameters",
        "create-parameters",
        "metadata-options",
        "parameters",
    }
)

_DATE = re.compile(r'"[ \d]\d-[A-Za-z]{3}-\d{4}\b')
#: A date that has not been typed to its end.
_DATE_BEGINS = re.compile(r'"(?:[ \d](?:\d(?:-[A-Za-z]{0,3}(?:-[\d :+-]*)?)?)?)?\Z')
_PARTS = re.compile(r"\d+(?:\.\d+)*(?:\.|\Z)")


@cache
def element_kind(kind: str) -> str:
    """The kind of the terms that stand for an argument of this kind, or as the first word within its parentheses.

    ``fetch-items`` → ``fetch-item``, ``quota-limits`` → ``quota-resource``, ``charset`` → ``charset``.
    """
    slots = term_slots(INSIDE.get(kind, ""))
    found = slots[0].kind if slots else kind
    return TERMS_OF.get(kind, found if found in TERM_KINDS else kind)


def inside(slot: Slot, opener: str) -> tuple[Slot, ...]:
    """What stands in the list or section that the cursor is in, and that stands in this place."""
    if opener != "(":
        return term_slots(SECTIONS.get(opener.upper(), "[part]"))
    return slot.inside or term_slots(INSIDE.get(slot.kind, ""), slot.owner, element=True)


def follows(slot: Slot, item: Item, terms: Terms) -> tuple[Slot, ...]:
    """What has to follow, or may follow, a token that has been given in this place."""
    after = slot.then
    if slot.kind in AGAIN and slot.argument is not None and slot.repeated:
        after = (*after, *term_slots(AGAIN[slot.kind]))
    if item.kind != "word":
        return after
    name = item.text.upper()
    if slot.kind in BARE:
        after = (*after, *(replace(more, argument=slot.argument) for more in term_slots(BARE[slot.kind])))
    elif (slot.kind, name) in FOLLOWS:
        after = (*after, *term_slots(FOLLOWS[slot.kind, name], name))
    term = find_term(slot.kind, name, terms)
    if term is not None and term.arguments:
        after = (*term_slots(term.arguments, term.name), *after)
    return after


def find_term(kind: str, name: str, terms: Terms) -> Term | None:
    """The term that a word stands for in a place of this kind, if terms of that kind ask for something."""
    kind = TERMS_OF.get(kind, kind)
    if kind == "section":
        name = name[part_length(name) :]
    return terms.find(kind, name) if kind in ASKING else None


def part_length(section: str) -> int:
    """How much of a section is the number of a part, with the dot behind it: ``1.2.HEADER`` → 4."""
    match = _PARTS.match(section)
    return match.end() if match else 0


def fits(slot: Slot, item: Item, *, begun: bool = False) -> bool:
    """Whether the token can stand in this place. ``begun``: it is still being typed."""
    kind = slot.kind
    if kind == "keyword":
        return item.kind == "word" and _is_keyword(slot.name, item.text.upper(), begun)
    if kind in LISTS or not slot.bare:
        return item.kind == "list"
    if kind == "date-time":
        return item.kind in ("quoted", "unclosed") and bool((_DATE_BEGINS if begun else _DATE).match(item.text))
    if kind == "append-data":
        return item.kind in ("literal", "file", "word")
    if kind == "string":
        return item.kind in ("quoted", "unclosed", "literal", "file")
    return item.kind != "list" or bool(slot.inside) or kind in INSIDE


def _is_keyword(names: str, word: str, begun: bool) -> bool:
    return any(name.startswith(word) if begun else name == word for name in names.split("|"))
