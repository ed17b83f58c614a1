"""The commands of both protocols, and the words of IMAP that have a meaning of their own."""

from __future__ import annotations

import re
from functools import cache

from mailshell.protocol.catalogue import Catalogue, Command
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

#: The kinds of terms that are shown as data items.
_ITEMS = (
    "append-data",
    "create-parameter",
    "fetch-item",
    "fetch-modifier",
    "list-return",
    "list-selection",
    "metadata-option",
    "notify-event",
    "notify-filter",
    "quota-resource",
    "search-key",
    "search-return",
    "section",
    "select-parameter",
    "sort-key",
    "status-item",
    "store-item",
    "store-modifier",
    "thread-algorithm",
)
_NAME = re.compile(r"[A-Z0-9][A-Z0-9.-]*")
_LONGEST = 40


@cache
def items() -> frozenset[str]:
    """The names of data items, search keys and the like, upper case."""
    from mailshell.protocol.imap.terms import TERMS

    names = (_NAME.match(term.name.upper()) for kind in _ITEMS for term in TERMS.of_kind(kind))
    return frozenset(match[0] for match in names if match is not None)


def is_item(word: str) -> bool:
    """Whether the word is the name of a data item, a search key or the like."""
    return len(word) <= _LONGEST and word.upper() in items()


class Names:
    """The names of a catalogue's commands."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._first = frozenset(name.split(" ", 1)[0] for name in catalogue if " " in name)
        self._beginnings = frozenset(name[:end] for name in catalogue for end in range(1, len(name) + 1))

    def begins(self, word: str) -> bool:
        """Whether the word is the first of commands of two words (UID, XTND)."""
        return len(word) <= _LONGEST and word.upper() in self._first

    def has(self, word: str) -> bool:
        """Whether a command is called so, or begins so if it is of two words."""
        return len(word) <= _LONGEST and (word.upper() in self._catalogue or word.upper() in self._first)

    def may_become(self, words: str) -> bool:
        """Whether the name of a command begins with these letters."""
        return len(words) <= _LONGEST and words.upper() in self._beginnings


IMAP_NAMES = Names(IMAP)


def find_elsewhere(words: str) -> Command | None:
    """The record of a command in either protocol: its secrets are secret in the other one too."""
    return next((record for _, record, _ in (IMAP.find(words), POP3.find(words)) if record is not None), None)
