"""SEARCH, SORT, ESEARCH and VANISHED: message numbers and sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailshell.protocol.imap.data import ExtendedSearch, Numbers, Vanished
from mailshell.render.columns import WIDEST, cells, wrap
from mailshell.render.shown import shown
from mailshell.render.values import counted, generic

#: More numbers than these are shown as ranges, if they ascend.
_MANY = 2_000


def numbers_lines(data: Numbers, width: int, *, uid: bool = False) -> list[str]:
    """The numbers, wrapped, and how many they are. ``uid``: they are UIDs."""
    notes = [counted(len(data.numbers), "message")]
    if uid and data.numbers:
        notes.append("by UID")
    if data.modseq is not None:
        notes.append(f"highest mod-sequence {data.modseq}")
    note = f"({', '.join(notes)})"
    if not data.numbers:
        return [note]
    words: Iterable[str] = map(str, data.numbers)
    if len(data.numbers) > _MANY and _ascend(data.numbers):
        words = _ranges(data.numbers)
    lines = wrap(words, width)
    if len(lines) == 1 and len(lines[0]) + 2 + len(note) <= width:
        return [f"{lines[0]}  {note}"]
    return [*lines, note]


def _ascend(numbers: Sequence[int]) -> bool:
    previous = -1
    for number in numbers:
        if number <= previous:
            return False
        previous = number
    return True


def _ranges(numbers: Sequence[int]) -> Iterator[str]:
    """Ascending numbers as elements of a sequence set: ``1:5``, ``7``."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield str(first) if first == last else f"{first}:{last}"
            first = number
        last = number
    yield str(first) if first == last else f"{first}:{last}"


def set_size(text: str) -> int | None:
    """How many numbers a sequence set names (RFC 9051 section 9); None if it is none, or has a ``*``."""
    total = 0
    for element in text.split(","):
        first, colon, last = element.partition(":")
        ends = (first, last if colon else first)
        if not all(end.isascii() and end.isdigit() and len(end) < 20 for end in ends):
            return None
        total += abs(int(ends[1]) - int(ends[0])) + 1
    return total


def extended_search_lines(data: ExtendedSearch, width: int) -> list[str]:
    """A line for each item (RFC 9051 section 7.3.4): ``MIN``, ``MAX``, ``COUNT``, ``ALL``; sets wrapped."""
    what = "UID" if data.uid else "message"
    if not data.items:
        return ["(0 messages)"]
    widest = min(max(cells(shown(name)) for name in data.items), WIDEST)
    lines = []
    for name, value in data.items.items():
        first = f"{shown(name):<{widest}}  "
        if name == "ALL" and isinstance(value, (int, str)):
            text = str(value)
            number = set_size(text)
            words = [shown(element) for element in text.split(",")]
            lines += wrap(words, width, first, " " * len(first), ",")
            if number is not None:
                lines[-1] += f"  ({counted(number, what)})"
        else:
            lines.append(first + generic(value))
    return lines


def vanished_line(data: Vanished) -> str:
    """Which messages are gone (RFC 7162 section 3.2.10)."""
    if not data.uids:
        return "messages vanished; the server does not say which"
    number = set_size(data.uids)
    count = "" if number is None else f" ({counted(number, 'message')})"
    when = "gone since the state that was named" if data.earlier else "expunged"
    return f"{when}: UID {shown(data.uids)}{count}"
