"""What stands in the brackets of BODY[...] and BINARY[...]: sections, and the parts of a structure that was seen."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.assist.position import Position
from mailshell.assist.reading import read
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
    by_number, by_uid = reading.given("sequence-set"), reading.given("uid-set")
    messages = around.knowledge.messages
    for number, message in messages.items():
        if message.structure is None:
            continue
        named = by_number is not None and by_number.text == str(number)
        if named or (by_uid is not None and by_uid.text == str(message.uid)):
            return [part for part in _walk(message.structure) if part.section]
    return []


def _walk(structure: BodyStructure) -> Iterator[BodyStructure]:
    yield structure
    for part in structure.parts:
        yield from _walk(part)


def _describe(part: BodyStructure) -> str:
    names = [value for name, value in part.disposition_parameters if name.lower() == "filename"]
    size = f"{part.size:,} octets" if part.size is not None else ""
    return "  ".join(filter(None, (f"{part.type}/{part.subtype}".lower(), size, *names)))
