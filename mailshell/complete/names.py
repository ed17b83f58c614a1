"""The words of the protocol for a place in the grammar: data items, search keys, options, mechanisms and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from mailshell.assist.capabilities import ENABLED, parameters
from mailshell.assist.forms import is_list
from mailshell.assist.grammar import element_kind
from mailshell.assist.position import Position
from mailshell.complete.candidate import Offer, is_plain_word
from mailshell.complete.mailboxes import quoted
from mailshell.complete.reasons import against_term, lacking
from mailshell.complete.surroundings import Surroundings
from mailshell.sasl.table import MECHANISMS
from mailshell.text.months import MONTHS

#: Lists that may do with one element and no parentheses.
_BARE = frozenset({"fetch-items", "metadata-entries", "parameters"})
#: Terms that are strings, and stand in quotes.
_STRINGS = frozenset({"id-field", "annotation-entry", "annotation-attribute"})
#: Data items that stand alone, and in no list (RFC 9051 section 6.4.5).
_MACROS = frozenset({("fetch-item", "ALL"), ("fetch-item", "FAST"), ("fetch-item", "FULL")})
#: Terms of which the server names all that it has: by the beginning of its capabilities.
_ADVERTISED: Mapping[str, str] = {
    "compression": "COMPRESS=",
    "sasl-mechanism": "AUTH=",
    "thread-algorithm": "THREAD=",
}
#: Words that stand for a value, by the kind of the place.
_WORDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "append-data": (("{}", "type it here; a line with a single dot ends it"), ("@", "a file")),
    "literal": (("{}", "type it here; a line with a single dot ends it"), ("@", "a file")),
    "id-parameters": (("NIL", "say nothing of this side"),),
    "identifier": (("anyone", "everybody, logged in or not"),),
    "lines": (("0", "the header only"), ("10", "the header and 10 lines")),
    "notify-events": (("NONE", "no events"), ("SET", "these events and no others")),
    "quota-root": (('""', "the root that has no name"),),
}


def word_offers(kind: str, position: Position, around: Surroundings) -> Iterator[Offer]:
    """The words for a place of this kind."""
    if kind == "atom" and position.command == "COMPRESS":
        kind = "compression"
    if kind in _ADVERTISED:
        yield from _advertised(kind, around)
        return
    element, opened = element_kind(kind), opener(kind, position)
    if not position.listed:
        yield from (Offer(word, meta) for word, meta in _WORDS.get(kind, ()))
    terms = around.terms.of_kind(element)
    # Behind a term that has words of its own (CATENATE, PREVIEW) stand those and no others.
    terms = [term for term in terms if term.place in position.enclosing] or [term for term in terms if not term.place]
    for term in terms:
        if element == "capability" or (position.listed and (element, term.name) in _MACROS):
            continue
        name = f'"{term.name}"' if element in _STRINGS else term.name
        meta = f"{term.arguments}  {term.help}" if term.arguments and not term.name.endswith("[") else term.help
        yield Offer(opened + name, meta, against_term(term, around.situation), key=term.name)
    yield from _particular(kind, around)


def opener(kind: str, position: Position) -> str:
    """The parenthesis that goes with the first word of a list, where there has to be one."""
    may_be_bare = kind in _BARE or (kind == "flags" and position.command.endswith("STORE"))
    return "(" if is_list(kind) and not may_be_bare and not position.listed else ""


def _advertised(kind: str, around: Surroundings) -> Iterator[Offer]:
    known = around.situation.capabilities
    names: Iterable[str] | None
    if known is None:
        names = None
    elif kind == "sasl-mechanism" and not around.tags:
        names = parameters("SASL", known)
    else:
        start = _ADVERTISED[kind]
        names = [name[len(start) :] for name in known if name.upper().startswith(start)]
    if names is None:
        names = [term.name for term in around.terms.of_kind(kind) if not term.obsolete]
    for name in filter(is_plain_word, names):
        term = around.terms.find(kind, name)
        lacks = kind == "sasl-mechanism" and name.upper() not in MECHANISMS
        meta = term.help if term is not None else ""
        yield Offer(name, meta, "mailshell can't carry it out; by hand it can be done" if lacks else "")


def _particular(kind: str, around: Surroundings) -> Iterator[Offer]:
    """Words that this session has: its user, its quota roots, what can be enabled, dates."""
    if kind == "capability":
        for name in ENABLED:
            term = around.terms.find("capability", name)
            yield Offer(name, term.help if term else "", lacking(name, around.situation))
    elif kind in ("user", "identifier") and around.user:
        yield Offer(quoted(around.user), "who is logged in")
    elif kind == "quota-root":
        for root in sorted(around.knowledge.quota_roots):
            yield Offer(quoted(root), "a quota root of this session")
    elif kind == "date":
        for days, meta in ((0, "today"), (1, "yesterday"), (7, "a week ago"), (30, "30 days ago"), (365, "a year ago")):
            day = around.now.date() - timedelta(days=days)
            yield Offer(f"{day.day}-{MONTHS[day.month - 1]}-{day.year}", f"{meta}, {_DAYS[day.weekday()]}")
    elif kind == "date-time":
        now = around.now
        yield Offer(f'"{now.day:2}-{MONTHS[now.month - 1]}-{now.year} {now:%H:%M:%S %z}"', "now")


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
