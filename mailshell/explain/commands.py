"""What a command of this side asks for, from its record in the catalogue and the tables of terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mailshell.explain.explanation import Explanation, Quotes, inner, say, source, unknown
from mailshell.explain.items import item_terms
from mailshell.explain.lessons import Lessons
from mailshell.protocol.catalogue import KINDS, Argument, Command
from mailshell.protocol.exchange import Exchange
from mailshell.protocol.imap.values import Atom, List, Value, read_octets
from mailshell.protocol.terms import Term, Terms

#: The kinds of terms that stand in an argument of each kind.
_NAMED: Mapping[str, tuple[str, ...]] = {
    "fetch-items": ("fetch-item",),
    "fetch-modifiers": ("fetch-modifier",),
    "store-operation": ("store-item",),
    "store-modifiers": ("store-modifier",),
    "flags": ("flag",),
    "status-items": ("status-item",),
    "search-keys": ("search-key",),
    "search-return": ("search-return",),
    "sort-criteria": ("sort-key",),
    "thread-algorithm": ("thread-algorithm",),
    "list-selection": ("list-selection",),
    "list-return": ("list-return",),
    "select-parameters": ("select-parameter",),
    "create-parameters": ("create-parameter", "list-attribute"),
    "append-data": ("append-data",),
    "capability": ("capability",),
    "quota-limits": ("quota-resource",),
    "metadata-options": ("metadata-option",),
    "notify-events": ("notify-event", "notify-filter"),
    "comparator": ("comparator",),
    "language": ("language",),
}
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
    kinds, after = _kinds(record.parsed)
    if not kinds and not after:
        return
    values, _ = read_octets(words[:_MOST].encode("utf-8", "replace"))
    skipped = len(record.name.split())
    for argument in record.parsed:
        # What comes first and names nothing, such as a mailbox, may have the name of something.
        if argument.kind in _NAMED or argument.optional:
            break
        skipped += 1
    keyword = ""
    for value in values[skipped:]:
        here = after.get(keyword) or sorted(kinds, key=_only_in_list, reverse=True)
        if isinstance(value, Atom):
            here = [kind for kind in here if not _only_in_list(kind)]
        terms_of = [each for kind in here for each in _NAMED[kind]]
        for atom in _atoms(value):
            yield from item_terms(atom, terms_of, terms)
        keyword = value.upper if isinstance(value, Atom) else ""


def _kinds(arguments: Sequence[Argument]) -> tuple[list[str], dict[str, list[str]]]:
    """The kinds of arguments that name something; apart, by the keyword, those that follow one (``RETURN (...)``)."""
    kinds: list[str] = []
    after: dict[str, list[str]] = {}
    keyword = ""
    for argument in arguments:
        if argument.kind in _NAMED:
            (after.setdefault(keyword, []) if keyword else kinds).append(argument.kind)
        keyword = argument.name if argument.kind == "keyword" else ""
    return kinds, after


def _only_in_list(kind: str) -> bool:
    return "in parentheses" in KINDS[kind] and "one or several" not in KINDS[kind]


def _atoms(value: Value) -> Iterator[str]:
    """The words of an argument, those of lists in a list among them."""
    if isinstance(value, Atom):
        yield value.octets.decode("utf-8", "replace")
    elif isinstance(value, List):
        for item in value.items:
            yield from _atoms(item)
