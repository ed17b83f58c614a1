"""The octets of a side that are in a recording, counted without those that masks cover: that number is a secret too."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

#: So many masks are known by their place; what came before them counts as a sum.
_MOST = 1000


class Visible:
    """``count`` is how many there are so far."""

    def __init__(self) -> None:
        self.count = 0
        self._begun: int | None = None
        #: Where masks end in the stream of the side, and how many octets they cover together with those before.
        self._ends: list[int] = []
        self._hidden: list[int] = []

    def add(self, offset: int, length: int, masks: Iterable[tuple[int, int]]) -> None:
        """Octets at an offset of the stream, in which masks stand (start and end in order, counted from there)."""
        if self._begun is None:
            self._begun = offset
        before = total = self._hidden[-1] if self._hidden else 0
        at = 0
        for start, end in masks:
            if end > at:
                total += end - max(at, start)
                at = end
                self._ends.append(offset + end)
                self._hidden.append(total)
        del self._ends[:-_MOST], self._hidden[:-_MOST]
        self.count += length - (total - before)

    def place(self, offset: int) -> int:
        """Where an offset of the stream is in the recording."""
        number = bisect_right(self._ends, offset)
        return max(0, offset - (self._begun or 0) - (self._hidden[number - 1] if number else 0))
