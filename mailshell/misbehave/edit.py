"""Puts texts into lines and literals."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Sequence

from mailshell.misbehave.changes import InLiteral, Rewrite, Step
from mailshell.misbehave.occasion import Values
from mailshell.misbehave.template import compiled, fill


def filled(steps: Step | tuple[Step, ...], values: Values) -> list[Step]:
    """The steps with the values in their texts."""
    together = steps if isinstance(steps, tuple) else (steps,)
    return [fill(step, values) if isinstance(step, bytes) else step for step in together]


def matches(change: Rewrite, line: bytes) -> list[re.Match[bytes]]:
    """Where the line is to be changed."""
    pattern = compiled(change.match)
    if change.every:
        return list(pattern.finditer(line))
    found = pattern.search(line)
    return [found] if found is not None else []


def rewritten(change: Rewrite, line: bytes, places: Iterable[re.Match[bytes]], values: Values) -> list[Step]:
    """The line with what stands at these places changed."""
    steps: list[Step] = []
    at = 0
    for place in places:
        steps.append(line[at : place.start()])
        steps += filled(change.become, ChainMap(place.groupdict(), values))  # type: ignore[arg-type]
        at = place.end()
    return joined([*steps, line[at:]])


def in_literal(change: InLiteral, octets: bytes, at: int, values: Values) -> list[Step]:
    """A piece of a literal, ``at`` octets after its beginning, with the change if it falls into it."""
    start, end = change.at - at, change.at - at + change.over
    if end < 0 or start > len(octets) or (start == len(octets) and octets):
        return [octets]
    steps: list[Step] = [octets[: max(start, 0)]]
    if start >= 0:
        steps += filled(change.become, values)
    return [*steps, octets[max(end, 0) :]]


def joined(steps: Sequence[Step]) -> list[Step]:
    """The same with texts in a row as one, and without empty ones."""
    out: list[Step] = []
    for step in steps:
        if isinstance(step, bytes) and out and isinstance(out[-1], bytes):
            out[-1] += step
        elif step != b"":
            out.append(step)
    return out
