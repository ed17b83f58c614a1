"""Words as they stand within a sentence."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

#: Words that keep their capital within a sentence.
_PROPER = frozenset({"English", "German", "French", "Spanish", "Gmail's"})


def counted(number: int, one: str, many: str = "") -> str:
    """``1 message``, ``1,234 messages``. ``many``: the plural, if it is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def some(values: Collection[object], none: str = "none", *, most: int = 5) -> str:
    """``1, 3``; of many the first: ``1, 3, 4, 7, 9 and 12 more``; without any ``none``."""
    shown = ", ".join(str(value) for value in islice(values, most))
    return (f"{shown} and {len(values) - most:,} more" if len(values) > most else shown) or none


def inner(sentence: str) -> str:
    """A sentence as a part of another: ``The flags`` → ``the flags``; ``UIDs hold`` stays."""
    first = sentence.partition(" ")[0]
    if not first or first in _PROPER or first[1:2].isupper() or first[-1:].isdigit():
        return sentence
    return sentence[0].lower() + sentence[1:]
