"""What a command asked for: its arguments, the messages that it names, the items that it fetches.

They are read from the words of the command as they may be shown. A command of which not all is known (it was too long,
or a literal stands in it) asks for nothing that could be told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from mailshell.protocol.exchange import Exchange
from mailshell.protocol.imap.catalogue import CATALOGUE

#: As long as the words of an exchange can be: longer ones are cut there.
_CUT = 1000
_LITERAL = re.compile(r"\{\d*[+-]?\}")
_SET = re.compile(r"(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*\Z")
#: UIDs and message numbers have 32 bits.
LARGEST = 2**32 - 1


def arguments(exchange: Exchange) -> str | None:
    """What stands after the command's name; None if not all of it is known."""
    if len(exchange.words) >= _CUT or _LITERAL.search(exchange.words):
        return None
    return CATALOGUE.find(exchange.words)[2].strip(" ")


class Numbers:
    """A sequence set: ``largest`` is what ``*`` stands for (RFC 9051 section 9, sequence-set)."""

    def __init__(self, text: str, largest: int) -> None:
        bounds = []
        for part in text.split(","):
            ends = [largest if end == "*" else int(end) for end in part.split(":")]
            bounds.append((min(ends), max(ends)))
        self._ranges: list[tuple[int, int]] = []
        for low, high in sorted(bounds):
            if self._ranges and low <= self._ranges[-1][1] + 1:
                self._ranges[-1] = (self._ranges[-1][0], max(high, self._ranges[-1][1]))
            else:
                self._ranges.append((low, high))

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """The ranges, ascending, no two of which touch."""
        return self._ranges

    @property
    def smallest(self) -> int:
        return self._ranges[0][0]

    @property
    def largest(self) -> int:
        return self._ranges[-1][1]

    def __contains__(self, number: int) -> bool:
        low, high = self._ranges[0]
        if low <= number <= high:
            return True
        at = bisect_right(self._ranges, (number, LARGEST + 1)) - 1
        return at >= 0 and self._ranges[at][0] <= number <= self._ranges[at][1]


def read_set(text: str, largest: int = LARGEST) -> Numbers | None:
    """The set that is written there; None if it is none, or refers to a saved search (``$``)."""
    return Numbers(text, largest) if _SET.match(text) else None


@dataclass(frozen=True, slots=True)
class FetchAsked:
    """A FETCH: the set as written, the names under which the items must come, upper case, and for those of which only
    a part was asked for, how many octets. ``modified``: modifiers say that not all messages are asked for.
    """

    set: str
    items: frozenset[str]
    partial: dict[str, int]
    modified: bool


_FETCH = re.compile(r"(\S+) +(?:\((?P<list>.*?)\)|(?P<one>[^ (\[]+(?:\[[^\]]*\](?:<[\d.]+>)?)?))(?P<rest> .*)?\Z")
_ITEM = re.compile(r"([A-Za-z0-9.]+)(?:(\[[^\]]*\])(?:<(\d+)\.(\d+)>)?)?(?= |\Z)")
_MACROS = {
    "ALL": "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE",
    "FAST": "FLAGS INTERNALDATE RFC822.SIZE",
    "FULL": "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY",
}
#: The items whose answer has their own name. Of others, those of extensions, nothing is told.
_PLAIN = frozenset({"FLAGS", "UID", "INTERNALDATE", "ENVELOPE", "BODY", "BODYSTRUCTURE"}) | {
    f"RFC822{end}" for end in ("", ".SIZE", ".HEADER", ".TEXT")
}
_SECTIONS = {
    "BODY": "BODY",
    "BODY.PEEK": "BODY",
    "BINARY": "BINARY",
    "BINARY.PEEK": "BINARY",
    "BINARY.SIZE": "BINARY.SIZE",
}


def fetch_asked(exchange: Exchange) -> FetchAsked | None:
    """What a FETCH or UID FETCH asks for; None if that cannot be told."""
    text = arguments(exchange)
    match = None if text is None else _FETCH.match(_closed(text))
    if match is None:
        return None
    written = match["one"] if match["list"] is None else match["list"]
    written = _MACROS.get(written.upper(), written)
    items, partial = set(), {}
    for name, section, origin, count in _ITEM.findall(written):
        upper = name.upper()
        if section and upper in _SECTIONS:
            key = section_name(_SECTIONS[upper] + section)
            if origin:
                key += f"<{int(origin)}>"
                partial[key] = int(count)
            items.add(key)
        elif not section and upper in _PLAIN:
            items.add(upper)
    if exchange.name == "UID FETCH":
        items.add("UID")
    return FetchAsked(match[1], frozenset(items), partial, bool(match["rest"] and match["rest"].strip()))


def _closed(text: str) -> str:
    """The parentheses within brackets as braces, so that a list ends at the first one that closes it."""
    return re.sub(r"\[[^\]]*\]", lambda match: match[0].replace("(", "{").replace(")", "}"), text)


def section_name(name: str) -> str:
    """The name of a section in one spelling: upper case, fields in order, without quotes and in braces."""
    spelt = name.upper()
    if not _SPELT_OTHERWISE.intersection(spelt):
        return spelt
    spelt = spelt.translate(_SPELLING)
    return _FIELDS.sub(lambda match: "{" + " ".join(sorted(match[1].split())) + "}", spelt)


_SPELT_OTHERWISE = frozenset('(){}"')
_SPELLING = str.maketrans("()", "{}", '"')
_FIELDS = re.compile(r"\{([^}]*)\}")
