"""Numbers in untagged data: each is one, not 0 where it can't be, and fits (RFC 9051 section 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.number_faults import MOST_32, MOST_63, number_fault
from mailshell.lint.imap.places import end_of
from mailshell.protocol.imap.data import ExtendedSearch, Fetched, MailboxStatus, Numbers, Pairs
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Atom, Value, as_items

_COUNTED = re.compile(rb"\* +([+-]?[\d.,]*\d[\d.,]*) +(?:EXISTS|RECENT|EXPUNGE|FETCH)\b", re.IGNORECASE)
_DIGITS = re.compile(rb"\d+")
_GLUED = re.compile(rb"\d+[A-Za-z(]")
_WORD = re.compile(rb"[^ ()]+")

#: The items of STATUS: the least and the most that each may be (RFC 9051 section 9, RFC 7162 section 7, RFC 7889,
#: RFC 9208 section 4.1.4). Others, and those that may be NIL, are let pass.
STATUS = {
    "MESSAGES": (0, MOST_32),
    "RECENT": (0, MOST_32),
    "UNSEEN": (0, MOST_32),
    "DELETED": (0, MOST_32),
    "UIDNEXT": (1, MOST_32),
    "UIDVALIDITY": (1, MOST_32),
    "SIZE": (0, MOST_63),
    "HIGHESTMODSEQ": (0, MOST_63),
    "DELETED-STORAGE": (0, MOST_63),
}
#: The same for FETCH. The 63 bits of RFC822.SIZE are those of rev2 (RFC 3501: 32).
FETCH = {
    "UID": (1, MOST_32),
    "RFC822.SIZE": (0, MOST_63),
    "MODSEQ": (1, MOST_63),
}
ESEARCH = {"MIN": (1, MOST_32), "MAX": (1, MOST_32), "COUNT": (0, MOST_32), "MODSEQ": (1, MOST_63)}


class NumbersInData(Checker):
    """Looks at the data as it was read, and at the octets only where something is wrong with it."""

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if response.status:
            return NONE
        if response.number is None:
            return _counted(response)
        if response.name in ("EXISTS", "RECENT", "EXPUNGE"):
            return _too_many(response) if response.number > MOST_32 else NONE
        return _fetched(received, now) if response.name == "FETCH" and not _fits(received) else NONE


def _counted(response: Response) -> Iterator[Fault]:
    """``* -1 EXISTS``: what stands before the name of the data is no number."""
    match = _COUNTED.match(response.line)
    if match and not match[1].isdigit():
        fault = number_fault(match[1], response.offset + match.start(1), "the number of this data")
        if fault is not None:
            yield fault


def _too_many(response: Response) -> Iterator[Fault]:
    match = _DIGITS.search(response.line)
    if match and (fault := number_fault(match[0], response.offset + match.start(), response.name)):
        yield fault


def _fits(received: Received) -> bool:
    """Whether the numbers of a FETCH in its plain form are as small as any server's."""
    if not received.plain or (received.response.number or 0) > MOST_32:
        return False
    items = received.data.items if isinstance(received.data, Fetched) else ()
    for item in items:
        bounds = FETCH.get(item.name)
        if bounds is not None and not (isinstance(item.value, int) and bounds[0] <= item.value <= MOST_32):
            return False
    return True


def _fetched(received: Received, now: Now) -> Iterator[Fault]:
    response = received.response
    if response.number == 0 or (response.number or 0) > MOST_32:
        match = _DIGITS.search(response.line)
        if match and (fault := number_fault(match[0], response.offset + match.start(), "the message", least=1)):
            yield fault
    data = received.data
    if not isinstance(data, Fetched):
        return
    for item in data.items:
        bounds = FETCH.get(item.name) or (item.name.startswith("BINARY.SIZE[") and (0, MOST_32))
        if not bounds:
            continue
        least, most = bounds
        if isinstance(item.value, int) and least <= item.value <= MOST_32:
            continue
        if item.name == "RFC822.SIZE" and not now.imap.has("IMAP4rev2"):
            most = MOST_32
        if not isinstance(item.value, int) or not least <= item.value <= most:
            values = received.values[0]
            yield from _pairwise(item.name, as_items(values[0] if values else None), least, most, received)


class NumbersInAnswers(Checker):
    """STATUS, SEARCH, SORT, ESEARCH and QUOTA."""

    concerns = frozenset({"STATUS", "SEARCH", "SORT", "ESEARCH", "QUOTA"})

    def untagged(self, received: Received, now: Now) -> Faults:
        name = received.response.name
        if name in ("SEARCH", "SORT"):
            return _searched(received)
        if name == "STATUS":
            return _status(received)
        if name == "ESEARCH":
            return _extended(received)
        return _quota(received)


def _searched(received: Received) -> Iterator[Fault]:
    data, response = received.data, received.response
    if not isinstance(data, Numbers):
        return
    start = response.offset + response.body
    wrong = any(deviation.rule == "search-number" for deviation in received.deviations)
    if wrong or (data.numbers and (min(data.numbers) < 1 or max(data.numbers) > MOST_32)):
        for match in _WORD.finditer(response.rest.partition(b"(")[0]):
            fault = number_fault(match[0], start + match.start(), response.name, least=1)
            if fault is not None:
                yield fault
                return
    if data.modseq is not None and not 1 <= data.modseq <= MOST_63:
        at = response.rest.rfind(b"(")
        found = _DIGITS.search(response.rest, at)
        if found and (fault := number_fault(found[0], start + found.start(), "MODSEQ", least=1, most=MOST_63)):
            yield fault


def _status(received: Received) -> Iterator[Fault]:
    data = received.data
    if not isinstance(data, MailboxStatus):
        return
    for name, value in data.items.items():
        if (bounds := STATUS.get(name)) is None:
            continue
        if not isinstance(value, int) or not bounds[0] <= value <= bounds[1]:
            values = received.values[0]
            yield from _pairwise(name, as_items(values[-1] if values else None), *bounds, received)


def _extended(received: Received) -> Iterator[Fault]:
    data = received.data
    if not isinstance(data, ExtendedSearch):
        return
    for name, value in data.items.items():
        bounds = ESEARCH.get(name)
        if bounds is None or (isinstance(value, int) and bounds[0] <= value <= bounds[1]):
            continue
        values = received.values[0]
        # The names and values stand behind (TAG ...) and UID.
        while values and not (isinstance(values[0], Atom) and values[0].upper == name):
            values = values[1:]
        yield from _pairwise(name, values, *bounds, received)


def _quota(received: Received) -> Iterator[Fault]:
    data = received.data
    if not isinstance(data, Pairs):
        return
    for name, numbers in data.pairs:
        if isinstance(numbers, list) and all(isinstance(number, int) for number in numbers):
            continue
        values = received.values[0]
        items = as_items(values[1] if len(values) > 1 else None)
        for at in range(0, len(items) - 2, 3):
            if isinstance(one := items[at], Atom) and one.upper == name.upper():
                for value in items[at + 1 : at + 3]:
                    yield from _value(name, value, 0, MOST_63, received.response)
                break


def _pairwise(name: str, items: Sequence[Value], least: int, most: int, received: Received) -> Iterator[Fault]:
    """The fault of the number behind this name, among names and values."""
    for at in range(0, len(items) - 1, 2):
        if isinstance(word := items[at], Atom) and word.upper == name:
            value = items[at + 1]
            inside = as_items(value)
            yield from _value(name, inside[0] if len(inside) == 1 else value, least, most, received.response)
            return


def _value(name: str, value: Value, least: int, most: int, response: Response) -> Iterator[Fault]:
    if isinstance(value, Atom):
        if _GLUED.match(value.octets):
            # The space behind the number is missing: that is another rule's.
            return
        fault = number_fault(value.octets, value.start, name, least=least, most=most)
        if fault is not None:
            yield fault
    else:
        yield Fault(
            "not-a-number", value.start, end_of(value, response), f"the value of {name} is no number", "digits only"
        )
