"""Two sessions compared by meaning: aligned by their commands, and then the facts of each answer."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mailshell.replay.meaning import CODE, COMPLETION, Name, facts_of, varies
from mailshell.replay.script import Script, Step
from mailshell.text.escape import escape

_LONGEST = 300
#: Literals of commands are shown up to this size (octets).
_SHORT = 60


@dataclass(slots=True)
class Comparison:
    """``lines`` report the differences, ready for a terminal; ``varied`` names what is expected to differ, and did."""

    lines: list[str] = field(default_factory=list)
    varied: set[str] = field(default_factory=set)

    @property
    def same(self) -> bool:
        return not self.lines

    def report(self) -> Iterator[str]:
        """All lines: the differences, then what was expected to differ."""
        yield from self.lines
        if self.varied:
            yield f"expected to differ: {escape(', '.join(sorted(self.varied)))}"


def compare(one: Script, other: Script) -> Comparison:
    """Compare two sessions, aligned by the commands that they have in common."""
    comparison = Comparison()
    if one.protocol != other.protocol:
        comparison.lines.append(f"one session is {one.protocol}, the other {other.protocol}")
        return comparison
    first, second = one.steps[1:], other.steps[1:]
    _compare_step(comparison, (one, one.steps[0]), (other, other.steps[0]))
    matcher = difflib.SequenceMatcher(None, _commands(first), _commands(second), autojunk=False)
    for kind, at, end, other_at, other_end in matcher.get_opcodes():
        if kind == "equal":
            for left, right in zip(first[at:end], second[other_at:other_end], strict=True):
                _compare_step(comparison, (one, left), (other, right))
        else:
            comparison.lines += [f"- {_words(step)}" for step in first[at:end]]
            comparison.lines += [f"+ {_words(step)}" for step in second[other_at:other_end]]
    return comparison


def compare_pairs(one: Script, other: Script, pairs: Iterable[tuple[Step, Step]]) -> Comparison:
    """Compare steps that are known to correspond."""
    comparison = Comparison()
    for left, right in pairs:
        _compare_step(comparison, (one, left), (other, right))
    return comparison


def _commands(steps: Sequence[Step]) -> list[object]:
    """What tells commands apart: their words, with masks as masks."""
    return [(step.name, step.pattern, step.request.complete) for step in steps]


def _compare_step(comparison: Comparison, one: tuple[Script, Step], other: tuple[Script, Step]) -> None:
    left, right = facts_of(*one), facts_of(*other)
    lines = []
    names = dict.fromkeys([*left, *right])
    if left.get(COMPLETION) != right.get(COMPLETION):
        # Refused here and not there: that there is no data then needs no telling.
        names = dict.fromkeys(name for name in names if name in (COMPLETION, CODE))
    for name in names:
        before, after = left.get(name), right.get(name)
        if before == after:
            continue
        if varies(name) and before is not None and after is not None:
            comparison.varied.add(" ".join(part for part in name if not part.isdigit()))
            continue
        if before is not None:
            lines.append(f"-   {_fact(name, before)}")
        if after is not None:
            lines.append(f"+   {_fact(name, after)}")
    if lines:
        comparison.lines += [f"  {_words(one[1])}", *lines]


def _fact(name: Name, value: str) -> str:
    return _cut(f"{' '.join(name)} {value}".rstrip())


def _words(step: Step) -> str:
    literals = [literal.value or b"" for literal in step.request.literals if literal.size <= _SHORT]
    return _cut(" ".join([step.words, *(literal.decode("utf-8", "replace") for literal in literals)]))


def _cut(text: str) -> str:
    return escape(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
