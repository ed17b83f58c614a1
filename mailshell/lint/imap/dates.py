"""Dates: INTERNALDATE and SAVEDATE have the form of ``date-time``, and name a day that there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import fault_at
from mailshell.protocol.imap.data import Fetched, FetchItem
from mailshell.protocol.imap.values import Atom, List, Value, as_items, is_nil
from mailshell.text.months import MONTHS

_FORM = re.compile(r"([ 0-9]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) [+-](\d\d)(\d\d)")
_MONTHS = {name.upper(): number for number, name in enumerate(MONTHS, start=1)}
_EPOCH = date(1970, 1, 1).toordinal()
_DATES = ("INTERNALDATE", "SAVEDATE")


class Dates(Checker):
    """Looks at INTERNALDATE and SAVEDATE."""

    concerns = frozenset({"FETCH", "UIDFETCH"})
    plain = False

    def untagged(self, received: Received, now: Now) -> Faults:
        if not isinstance(received.data, Fetched):
            return NONE
        dates = [item for item in received.data.items if item.name in _DATES]
        return self._dates(dates, received) if dates else NONE

    def _dates(self, items: Iterable[FetchItem], received: Received) -> Iterator[Fault]:
        for item in items:
            if item.name == "SAVEDATE" and item.value is None:
                continue
            match = _FORM.fullmatch(item.value) if isinstance(item.value, str) else None
            value = None if match and _possible(match) else _value_of(item.name, received)
            if value is None:
                continue
            if match is None or isinstance(value, Atom):
                yield fault_at("date-form", value, received.response, expected='"dd-Mon-yyyy hh:mm:ss +zzzz"')
            else:
                what = f"{item.name} is {item.value}, which there is not"
                yield fault_at("impossible-date", value, received.response, what, "a day of the calendar")


def instant(text: str) -> int | None:
    """An INTERNALDATE in seconds since 1970, whatever its zone; None if it is none."""
    match = _FORM.fullmatch(text)
    if match is None or not _possible(match):
        return None
    day, month, year, hour, minute, second, *zone = match.groups()
    days = date(int(year), _MONTHS[month.upper()], int(day)).toordinal() - _EPOCH
    offset = int(zone[0]) * 60 + int(zone[1])
    east = -1 if text[-5] == "-" else 1
    return days * 86400 + int(hour) * 3600 + int(minute) * 60 + int(second) - east * offset * 60


def _possible(match: re.Match[str]) -> bool:
    day, month, year, hour, minute, second, *zone = match.groups()
    try:
        date(int(year), _MONTHS[month.upper()], int(day))
    except (ValueError, KeyError):
        return False
    # A leap second may be counted.
    return int(hour) < 24 and int(minute) < 60 and int(second) < 61 and int(zone[0]) < 24 and int(zone[1]) < 60


def _value_of(name: str, received: Received) -> Value | None:
    values = received.values[0]
    items = as_items(values[0]) if values and isinstance(values[0], List) else values
    for at in range(0, len(items) - 1, 2):
        word = items[at]
        if isinstance(word, Atom) and word.upper == name:
            value = items[at + 1]
            return None if name == "SAVEDATE" and is_nil(value) else value
    return None
