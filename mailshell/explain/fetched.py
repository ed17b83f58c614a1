"""What the data items of a FETCH response say (RFC 9051 section 7.5.2)."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.explain.explanation import Quotes
from mailshell.explain.items import item_terms, section_text
from mailshell.explain.lessons import Lessons
from mailshell.protocol.imap.data import Address, Body, BodyStructure, Envelope, Fetched, FetchItem
from mailshell.protocol.terms import Term, Terms
from mailshell.text.sentences import counted, inner

#: So many items of one message are told with their values; the others by name.
_MOST_ITEMS = 6


class FetchTeller:
    """Tells of messages: what their items hold, and what an item is when it is met for the first times."""

    def __init__(self, terms: Terms, quotes: Quotes, lessons: Lessons) -> None:
        self._terms = terms
        self._quotes = quotes
        self._lessons = lessons

    def tell(self, data: Fetched, *, carried: bool) -> tuple[list[str], bool]:
        """Sentences, and whether at least one of the items is known (or there is none).

        ``carried``: literals told what their sections are when they began.
        """
        values = [self._value(item, carried) for item in data.items[:_MOST_ITEMS]]
        if len(data.items) > _MOST_ITEMS:
            values.append(f"and {counted(len(data.items) - _MOST_ITEMS, 'item')} more")
        told = [f"{self.who(data.kind, data.number)}: {'; '.join(values) or 'no items'}"]
        known = not data.items
        new: list[tuple[str, Term]] = []
        for item in data.items:
            terms = list(item_terms(item.name, ("fetch-item",), self._terms))
            known = known or bool(terms)
            # A section tells what it is along with its value.
            if terms and "[" not in item.name:
                new.append((self._quotes(item.name, 40), terms[0][1]))
        return [*told, self._lessons.new(new)], known

    def who(self, kind: str, number: int | None) -> str:
        """The message that a response is about."""
        if number is None:
            return "a message without a number"
        return f"the message with the UID {number}" if kind == "UIDFETCH" else f"message {number}"

    def _value(self, item: FetchItem, carried: bool) -> str:
        value, quotes = item.value, self._quotes
        name = quotes(item.name, 40)
        if item.name == "FLAGS" and isinstance(value, tuple):
            return self._flags(value)
        if isinstance(value, Envelope):
            return f"ENVELOPE from {self._addresses(value.from_)}, subject {self._text(value.subject)}"
        if isinstance(value, BodyStructure):
            return f"{name} {self._structure(value)}"
        if isinstance(value, Body):
            section = "" if carried else section_text(item.name, self._terms)
            what = f"{name} ({section})" if section else name
            return f"{what}, {counted(value.size, 'octet')}" if value.size is not None else f"{what} is not there: NIL"
        if item.name == "RFC822.SIZE" and isinstance(value, int):
            return f"RFC822.SIZE {counted(value, 'octet')}"
        section = section_text(item.name, self._terms)
        shown = f"{name} ({section})" if section else name
        return f"{shown} {self._plain(value)}".rstrip()

    def _flags(self, flags: Sequence[object]) -> str:
        if not flags:
            return "no flags"
        told = []
        for flag in flags[:4]:
            term = self._terms.find("flag", str(flag))
            if term is not None and self._lessons.fresh(("flag", term.name)):
                told.append(f"{self._quotes(term.name, 40)} ({inner(term.help)})")
            else:
                told.append(self._quotes(str(flag), 40))
        more = f" and {len(flags) - 4:,} more" if len(flags) > 4 else ""
        return f"flags {', '.join(told)}{more}"

    def _addresses(self, addresses: Sequence[Address]) -> str:
        first = next((each for each in addresses if each.host is not None), None)
        if first is None:
            return "nobody"
        return self._quotes(f"{first.mailbox or ''}@{first.host}", 40)

    def _text(self, text: str | None) -> str:
        return "NIL" if text is None else self._quotes.string(text, 40)

    def _structure(self, part: BodyStructure) -> str:
        kind = self._quotes(f"{part.type}/{part.subtype}".lower(), 40)
        if part.parts and part.type.upper() == "MULTIPART":
            return f"{kind} of {counted(len(part.parts), 'part')}"
        return f"{kind}, {counted(part.size, 'octet')}" if part.size is not None else kind

    def _plain(self, value: object) -> str:
        if value is None:
            return "NIL"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, str):
            return self._quotes(value)
        if isinstance(value, (list, tuple)):
            words = [str(each) for each in value[:9] if isinstance(each, (str, int))]
            return self._quotes(" ".join(words)) if words else ""
        return ""
