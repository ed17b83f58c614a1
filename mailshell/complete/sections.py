"""What stands in the brackets of BODY[...] and BINARY[...]: sections, and the parts of a structure that was seen."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.assist.position import Position
from mailshell.assist.reading import read
from mailshell.assist.tokens import Item
from mailshell.complete.candidate import Offer
from mailshell.complete.surroundings import Surroundings
from mailshell.protocol.imap.data import BodyStructure

#: Sections that end with an open parenthesis.
_WITH_FIELDS = frozenset({"HEADER.FIELDS", "HEADER.FIELDS.NOT"})
#: Terms that stand for the number of any part.
_NUMBERS = frozenset({"0", "1"})


def section_offers(text: str, position: Position, around: Surroundings) -> Iterator[Offer]:
    """The sections, with what closes the bracket. ``text`` is the line up to the cursor."""
    before = text[text.rfind("[", 0, position.start) + 1 : position.start]
    for part in _parts(text, around):
        if part.section.startswith(before):
            yield Offer(f"{part.section[len(before) :]}]", _describe(part))
    if position.enclosing[-1].startswith("BINARY"):
        return
    if not before:
        yield Offer("]", "the whole message")
    for term in around.terms.of_kind("section"):
        if term.name not in _NUMBERS and (before or term.name != "MIME"):
            yield Offer(f"{term.name} (" if term.name in _WITH_FIELDS else f"{term.name}]", term.help)


def _parts(text: str, around: Surroundings) -> list[BodyStructure]:
    """The parts of the one message that the line names, if its structure was seen."""
    reading = read(text, around.catalogue, around.terms, tags=True)
    if reading is None:
        return []
    messages = around.knowledge.messages
    number, uid = (_number(reading.given(kind)) for kind in ("sequence-set", "uid-set"))
    if uid is not None:
        number = next((known for known, message in messages.items() if message.uid == uid), None)
    message = messages.get(number) if number is not None else None
    structure = message.structure if message is not None else None
    return [part for part in _walk(structure) if part.section] if structure is not None else []


def _number(item: Item | None) -> int | None:
    """The one number that a set is."""
    return int(item.text) if item is not None and item.text.isdecimal() and len(item.text) < 20 else None


def _walk(structure: BodyStructure) -> Iterator[BodyStructure]:
    yield structure
    for part in structure.parts:
        yield from _walk(part)


def _describe(part: BodyStructure) -> str:
    names = [value for name, value in part.disposition_parameters if name.lower() == "filename"]
    size = f"{part.size:,} octets" if part.size is not None else ""
    return "  ".join(filter(None, (f"{part.type}/{part.subtype}".lower(), size, *names)))
