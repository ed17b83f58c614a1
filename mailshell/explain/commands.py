"""What a command of this side asks for, from its record in the catalogue and the tables of terms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.assist.grammar import inside
from mailshell.assist.slots import argument_slots
from mailshell.assist.tokens import Item, tokenize
from mailshell.assist.walk import Walk
from mailshell.explain.explanation import Explanation, Quotes, say, source, unknown
from mailshell.explain.items import item_terms
from mailshell.explain.lessons import Lessons
from mailshell.help.values import term_kinds
from mailshell.protocol.catalogue import Command
from mailshell.protocol.exchange import Exchange
from mailshell.protocol.terms import Term, Terms
from mailshell.text.sentences import inner

#: Names that are not told here: what a mechanism is stands with the login, and UTF-8 tells nothing.
_LEFT_OUT = frozenset({"charset", "sasl-mechanism"})
#: Of longer arguments only the beginning is looked at (characters).
_MOST = 500


def tell_command(exchange: Exchange, terms: Terms, quotes: Quotes, lessons: Lessons) -> list[Explanation]:
    """What the command is, and what its arguments name. The first line is ``exchange.words``, secrets masked."""
    first = exchange.words.split(" ", 1)[0]
    record = exchange.record
    if record is None:
        name = quotes(first, 30) or "nothing"
        return unknown(f"{name}: not in the catalogue; it is sent as it is, and the server decides")
    told = [f"{record.name}: {inner(record.help)} ({source(record.rfc)})"]
    told.append(lessons.new((quotes(name, 40), term) for name, term in _named(exchange.words, record, terms)))
    if "⟦" in exchange.words and lessons.fresh("mask"):
        masked = ", ".join(f"⟦{argument.name}⟧" for argument in record.parsed if argument.secret)
        if masked:
            told.append(f"{masked} stands for what was sent there, which is masked wherever it goes")
    return say(*told)


def _named(words: str, record: Command, terms: Terms) -> Iterator[tuple[str, Term]]:
    """The terms that the arguments name, in order."""
    text = words[:_MOST]
    head = re.match(rf"(?:\S+\s*){{{len(record.name.split())}}}", text)
    found: list[tuple[int, str, str]] = []
    todo = [(argument_slots(record.arguments), head.end() if head is not None else 0, len(text))]
    while todo:
        slots, start, end = todo.pop()
        walk = Walk(slots, terms)
        line, *opened = tokenize(text[:end], start).levels
        # A list that is cut off, or goes on behind a literal, ends where the text does.
        cut = [Item("list", "", level.start, end + 1) for level in opened[:1] if level.opener == "("]
        for item in [*line.items, *cut]:
            slot = walk.take(item)
            if slot is None:
                continue
            if item.kind == "list":
                todo.append((inside(slot, "("), item.start + 1, item.end - 1))
            elif item.kind in ("word", "section") and slot.kind not in _LEFT_OUT:
                found.append((item.start, item.text, slot.kind))
    for _, word, kind in sorted(found):
        yield from item_terms(word, term_kinds(kind), terms)
