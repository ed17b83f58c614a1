"""Two sequences of commands, laid beside each other: what they have in common, and what only one of them has."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: So many of each sequence are compared at a time: the effort grows with the square of it.
_WINDOW = 2000


@dataclass(frozen=True, slots=True)
class Block:
    """A run: the numbers ``at`` to ``end`` of one sequence and ``other_at`` to ``other_end`` of the other.

    ``same``: they are equal, one by one; else they stand in the place of each other, and either may be empty.
    """

    same: bool
    at: int
    end: int
    other_at: int
    other_end: int


def blocks(one: Sequence[int], other: Sequence[int]) -> Iterator[Block]:
    """The runs, in order. In long sequences that have little in common, what has moved far is not found again."""
    at = other_at = 0
    while at < len(one) or other_at < len(other):
        is_long = max(len(one) - at, len(other) - other_at) > _WINDOW
        if is_long and (common := _common(one, at, other, other_at)):
            yield Block(True, at, at + common, other_at, other_at + common)
            at, other_at = at + common, other_at + common
            continue
        found = list(_window(one[at : at + _WINDOW], other[other_at : other_at + _WINDOW]))
        if is_long and any(block.same for block in found):
            # What stands behind the last run in common may have more in common with what comes after the window.
            while not found[-1].same:
                found.pop()
        for block in found:
            yield Block(
                block.same, at + block.at, at + block.end, other_at + block.other_at, other_at + block.other_end
            )
        at, other_at = at + found[-1].end, other_at + found[-1].other_end


def _common(one: Sequence[int], at: int, other: Sequence[int], other_at: int) -> int:
    """How many are equal from here on."""
    most = min(len(one) - at, len(other) - other_at)
    return next((count for count in range(most) if one[at + count] != other[other_at + count]), most)


def _window(one: Sequence[int], other: Sequence[int]) -> Iterator[Block]:
    for kind, *place in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield Block(kind == "equal", *place)
