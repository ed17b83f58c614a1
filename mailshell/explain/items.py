"""Data items by name: ``BODY[1.2.HEADER]<0>`` is an item, a part, a section and a range (RFC 9051 section 6.4.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailshell.assist.grammar import part_length
from mailshell.protocol.terms import Term, Terms
from mailshell.text.sentences import inner

_NAME = re.compile(r"([^\[\s]+\[)([^\]]*)")
_RANGE = re.compile(r"\]<(\d{1,20})(?:\.(\d{1,20}))?>")


def item_terms(name: str, kinds: Iterable[str], terms: Terms) -> Iterator[tuple[str, Term]]:
    """The terms of these kinds that a word names; with a section in brackets also that of the section."""
    match = _NAME.match(name)
    for kind in kinds:
        term = terms.find(kind, match[1] if match else name)
        if term is not None:
            yield (f"{match[1]}]" if match else name), term
            section = _section_term(match[2], terms) if match else None
            if section is not None:
                yield section.name, section
            return


def section_text(name: str, terms: Terms) -> str:
    """What the section in the brackets of an item is: ``the header``, ``part 1.2``, ``the whole message``.

    Empty for a name without brackets.
    """
    match = _NAME.match(name)
    if match is None:
        return ""
    part, term = match[2][: part_length(match[2])].rstrip("."), _section_term(match[2], terms)
    if term is None:
        what = f"part {part}" if part else ("the whole message" if not match[2] else "a section")
    else:
        what = f"{inner(term.help)}; of part {part}" if part else inner(term.help)
    return what + _range(name[match.end() :])


def _range(after: str) -> str:
    """The octets that ``]<FIRST.COUNT>`` asks for, or that ``]<FIRST>`` says to have been given."""
    found = _RANGE.match(after)
    if found is None:
        return ""
    return f"; {found[2]} octets from octet {found[1]} on" if found[2] else f"; from octet {found[1]} on"


def _section_term(section: str, terms: Terms) -> Term | None:
    return terms.find("section", section[part_length(section) :].partition(" ")[0])
