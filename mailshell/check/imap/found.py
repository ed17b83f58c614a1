"""What STATUS tells, and what a search has found: SEARCH (IMAP4rev1) or ESEARCH (IMAP4rev2, RFC 9051 section 6.4.4)."""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.check.client import Reply
from mailshell.protocol.imap.data import Data, ExtendedSearch, MailboxStatus, Numbers

#: Of a set no more numbers than these are told.
_MOST = 100_000


def found(reply: Reply, kind: str = "SEARCH") -> tuple[int, ...] | None:
    """All that the responses name, in their order; None if there was no response, or it can't be read.

    ``kind``: ``SEARCH``, which ESEARCH stands for as well, or ``SORT``.
    """
    each = [_numbers(one) for one in reply.data if is_result(one, kind)]
    if not each or None in each:
        return None
    return tuple(number for numbers in each for number in numbers or ())


def is_result(data: Data, kind: str = "SEARCH") -> bool:
    """Whether it is what a search (or SORT) has found."""
    if isinstance(data, Numbers):
        return data.kind == kind
    return isinstance(data, ExtendedSearch) and kind == "SEARCH"


def _numbers(data: Data) -> tuple[int, ...] | None:
    if isinstance(data, Numbers):
        return data.numbers
    told = data.items.get("ALL") if isinstance(data, ExtendedSearch) else None
    return () if told is None else _in_order(told)


def numbers_in(sequence_set: object) -> list[int] | None:
    """The numbers that a set such as ``1:3,7`` names, ascending; None if it is no set, or names too many."""
    numbers = _in_order(sequence_set)
    return None if numbers is None else sorted(set(numbers))


def _in_order(sequence_set: object) -> tuple[int, ...] | None:
    """The numbers of a set without ``*``, as they stand; None if it is none, or names too many."""
    numbers: list[int] = []
    for part in str(sequence_set).split(","):
        ends = part.split(":")
        if len(ends) > 2 or not all(end.isascii() and end.isdecimal() and len(end) < 20 for end in ends):
            return None
        low, high = min(map(int, ends)), max(map(int, ends))
        if low < 1 or len(numbers) + high - low >= _MOST:
            return None
        numbers += range(low, high + 1)
    return tuple(numbers)


def flat(thread: object) -> tuple[int, ...]:
    """The numbers in a thread, whatever its branches."""
    if isinstance(thread, int):
        return (thread,)
    return tuple(number for one in thread for number in flat(one)) if isinstance(thread, tuple) else ()


def status_items(reply: Reply) -> Mapping[str, object] | None:
    """The items of the (first) STATUS response; None without one."""
    return next((one.items for one in reply.data if isinstance(one, MailboxStatus)), None)
