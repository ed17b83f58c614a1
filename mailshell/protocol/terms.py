"""The form of the tables of terms: everything beside commands that has a name in the protocols.

Capabilities, response codes, untagged responses, data items, search keys, flags and the like, one record each. The
records stand in ``imap/terms_*.py`` and ``pop3/terms.py``. Completion, help, explanations and the coverage test are
derived from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

#: The kinds of terms, and how each is called in a sentence.
KINDS: Mapping[str, str] = {
    "capability": "a capability",
    "response-code": "a response code",
    "response": "an untagged response",
    "fetch-item": "a FETCH data item",
    "section": "a section of a message",
    "fetch-modifier": "a FETCH modifier",
    "store-item": "a STORE data item",
    "store-modifier": "a STORE modifier",
    "search-key": "a SEARCH key",
    "search-return": "a SEARCH result option",
    "sort-key": "a SORT criterion",
    "thread-algorithm": "a threading algorithm",
    "status-item": "a STATUS item",
    "list-selection": "a LIST selection option",
    "list-return": "a LIST return option",
    "list-attribute": "a mailbox attribute",
    "flag": "a flag",
    "right": "an ACL right",
    "quota-resource": "a quota resource",
    "sasl-mechanism": "a SASL mechanism",
    "select-parameter": "a SELECT parameter",
    "create-parameter": "a CREATE parameter",
    "append-data": "a form of data for APPEND",
    "metadata-option": "a GETMETADATA option",
    "metadata-entry": "a metadata entry",
    "annotation-entry": "an annotation entry",
    "annotation-attribute": "an annotation attribute",
    "notify-event": "a NOTIFY event",
    "notify-filter": "a NOTIFY mailbox filter",
    "charset": "a character set",
    "comparator": "a comparator",
    "language": "a language",
    "id-field": "an ID field",
    "header": "a header field",
    "urlauth-mechanism": "a URLAUTH mechanism",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A name of the protocol and what it means.

    ``arguments``: what follows it, as a person writes it (``nz-number``, ``(flag ...)``, empty for none). ``help``: one
    line, what it says or asks for. ``advice``: what a client does about it, where that is not plain (empty: nothing
    special). ``place``: where it stands, if not where terms of its kind do: ``answer`` if only the server says it, or
    the term that it stands behind. ``capability``: the one that it needs, if any. ``group`` orders capabilities in
    ``.caps`` ("login", "mailboxes", "search" ...). A ``name`` that ends with ``=`` stands for all that begin so
    (``AUTH=``, ``THREAD=``).
    """

    name: str
    kind: str
    help: str
    rfc: str
    arguments: str = ""
    advice: str = ""
    capability: str | None = None
    group: str = ""
    obsolete: bool = False
    place: str = ""


class Terms(Mapping[tuple[str, str], Term]):
    """Terms by kind and name (upper case)."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms: dict[tuple[str, str], Term] = {}
        self._kinds: dict[str, list[Term]] = {}
        for term in terms:
            key = (term.kind, term.name.upper())
            if term.kind not in KINDS or key in self._terms:
                raise ValueError(f"{term.kind} {term.name} is of an unknown kind or stands twice")
            self._terms[key] = term
            self._kinds.setdefault(term.kind, []).append(term)

    def __getitem__(self, key: tuple[str, str]) -> Term:
        kind, name = key
        return self._terms[kind, name.upper()]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    def of_kind(self, kind: str) -> list[Term]:
        """The terms of a kind, in the order of the table."""
        return self._kinds.get(kind, [])

    def find(self, kind: str, name: str) -> Term | None:
        """The term of a kind by its name, in any case; ``AUTH=PLAIN`` without a record of its own finds ``AUTH=``."""
        term = self._terms.get((kind, name.upper()))
        if term is None and "=" in name:
            term = self._terms.get((kind, name.upper().partition("=")[0] + "="))
        return term

    def named(self, name: str) -> list[Term]:
        """All terms of that name, whatever their kind."""
        return [term for (_, known), term in self._terms.items() if known == name.upper()]
