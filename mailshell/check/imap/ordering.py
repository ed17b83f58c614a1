"""The order that SORT must give, evaluated here (RFC 5256 section 3). Pure.

A comparison may be None: dates that stray from their form, strings beyond ASCII, and characters whose place depends on
the table of a collation.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime

from mailshell.check.imap.addresses import read_addresses
from mailshell.check.imap.evaluation import Facts, arrival, sent
from mailshell.check.imap.subjects import LONGEST, base_subject
from mailshell.protocol.imap.values import text_of

Comparison = int | None


def sent_or_arrived(one: Facts) -> datetime | None:
    """The sent date; without a Date field INTERNALDATE (section 2.2)."""
    return sent(one) if one.values("date") else arrival(one)


def subject(one: Facts) -> str | None:
    """The base subject; None if it is not plain ASCII, stands there twice or is very long."""
    values = one.values("subject")
    if len(values) > 1 or (values and len(values[0]) > LONGEST):
        return None
    text = base_subject(text_of(values[0])) if values else ""
    return text if text.isascii() else None


def _mailbox(name: str) -> Callable[[Facts], str | None]:
    def first(one: Facts) -> str | None:
        values = one.values(name)
        if not values:
            return ""
        read = read_addresses(values[0]) if len(values) == 1 else None
        if read is None or not read.addresses or read.addresses[0].host is None:
            return None
        return read.addresses[0].mailbox

    return first


def _numeric(value: Callable[[Facts], int | datetime | None]) -> Callable[[Facts, Facts], Comparison]:
    def compare(one: Facts, other: Facts) -> Comparison:
        a, b = value(one), value(other)
        return None if a is None or b is None else (a > b) - (a < b)  # type: ignore[operator]

    return compare


def _textual(value: Callable[[Facts], str | None]) -> Callable[[Facts, Facts], Comparison]:
    def compare(one: Facts, other: Facts) -> Comparison:
        a, b = value(one), value(other)
        if a is None or b is None:
            return None
        low, up = (a.lower(), b.lower()), (a.upper(), b.upper())
        first, second = (low[0] > low[1]) - (low[0] < low[1]), (up[0] > up[1]) - (up[0] < up[1])
        return first if first == second else None

    return compare


CRITERIA: dict[str, Callable[[Facts, Facts], Comparison]] = {
    "ARRIVAL": _numeric(arrival),
    "DATE": _numeric(sent_or_arrived),
    "SIZE": _numeric(lambda one: one.size),
    "SUBJECT": _textual(subject),
    "FROM": _textual(_mailbox("from")),
    "TO": _textual(_mailbox("to")),
    "CC": _textual(_mailbox("cc")),
}


def compare(one: Facts, other: Facts, program: Sequence[str]) -> Comparison:
    """Below 0 if the first comes first by a sort program such as ``("REVERSE", "SIZE", "DATE")``; never 0, as the
    sequence number decides last, and REVERSE does not reverse that."""
    reverse = False
    for word in program:
        if word == "REVERSE":
            reverse = True
            continue
        result = CRITERIA[word](one, other)
        if result is None:
            return None
        if result:
            return -result if reverse else result
        reverse = False
    return one.number - other.number


def misplaced(order: Sequence[int], messages: Sequence[Facts], program: Sequence[str]) -> tuple[int, int] | None:
    """The first two neighbours in a server's order (sequence numbers) that stand the wrong way round."""
    by_number = {one.number: one for one in messages}
    for first, second in itertools.pairwise(order):
        if first in by_number and second in by_number:
            result = compare(by_number[first], by_number[second], program)
            if result is not None and result > 0:
                return first, second
    return None
