"""Two sessions compared by meaning: aligned by their commands, and then the facts of each answer."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailshell.replay.alignment import blocks
from mailshell.replay.meaning import CODE, COMPLETION, Name, facts_of, varies
from mailshell.replay.script import Script, State, Step
from mailshell.text.escape import escape

_LONGEST = 300
_MOST_LINES = 10_000
#: Literals of commands are shown up to this size (octets).
_SHORT = 60


@dataclass(slots=True)
class Comparison:
    """``lines`` report the differences, ready for a terminal, of very many the first; ``more`` counts the others.

    ``varied`` names what is expected to differ, and did; ``notes`` say what was not compared, one sentence each.
    """

    lines: list[str] = field(default_factory=list)
    varied: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def same(self) -> bool:
        return not self.lines

    def add(self, *lines: str) -> None:
        """Report more."""
        room = max(0, _MOST_LINES - len(self.lines))
        self.lines += lines[:room]
        self.more += len(lines[room:])

    def report(self) -> Iterator[str]:
        """All lines: the differences, then what was expected to differ."""
        yield from self.lines
        if self.more:
            yield f"and {self.more:,} lines more"
        if self.varied:
            yield f"expected to differ: {escape(', '.join(sorted(self.varied)))}"


def compare(one: Script, other: Script) -> Comparison:
    """Compare two sessions, aligned by the commands that they have in common."""
    comparison = Comparison()
    if one.protocol != other.protocol:
        comparison.add(f"one session is {one.protocol}, the other {other.protocol}")
        return comparison
    if not one.joined and not other.joined:
        _compare_step(comparison, (one, one.steps[0]), (other, other.steps[0]))
    start, other_start = _head(one, other, comparison), _head(other, one, comparison)
    for block in blocks(_commands(one)[start:], _commands(other)[other_start:]):
        at, end, other_at, other_end = (
            block.at + start, block.end + start, block.other_at + other_start, block.other_end + other_start,
        )  # fmt: skip
        if block.same:
            for left, right in zip(range(at, end), range(other_at, other_end), strict=True):
                _compare_step(comparison, (one, one.steps[left]), (other, other.steps[right]))
        else:
            for number in range(at, end):
                comparison.add(f"- {_words(one.steps[number])}")
            for number in range(other_at, other_end):
                comparison.add(f"+ {_words(other.steps[number])}")
    return comparison


def compare_pairs(one: Script, other: Script, pairs: Iterable[tuple[int, int]]) -> Comparison:
    """Compare steps that are known to correspond, given by their numbers."""
    comparison = Comparison()
    for left, right in pairs:
        _compare_step(comparison, (one, one.steps[left]), (other, other.steps[right]))
    return comparison


def _head(script: Script, other: Script, comparison: Comparison) -> int:
    """The first step that is compared: where one session began in the middle, what the other did until then is not."""
    if script.joined or not other.joined:
        return 1
    wanted = other.after(other.steps[0])
    numbers = range(len(script.steps))
    begins = (number for number in numbers if _place(script.outline.state_after(number)) == _place(wanted))
    head = next(begins, 0)
    if head:
        commands = f"the first {head:,} commands" if head > 1 else "the first command"
        where = f" of {wanted.mailbox}" if wanted is not None and wanted.mailbox else ""
        comparison.notes.append(
            f"one session began in the state {other.header.state}{where}; {commands} of the other, which came to it, "
            "and its greeting are not compared"
        )
    return head + 1


def _place(state: State | None) -> tuple[str, str] | None:
    return (state.phase, state.mailbox) if state is not None else None


def _commands(script: Script) -> array[int]:
    """What tells commands apart, for each step: its words, with masks as masks."""
    return script.outline.keys


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
        comparison.add(f"  {_words(one[1])}", *lines)


def _fact(name: Name, value: str) -> str:
    return _cut(f"{' '.join(name)} {value}".rstrip())


def _words(step: Step) -> str:
    literals = [literal.value or b"" for literal in step.request.literals if literal.size <= _SHORT]
    return _cut(" ".join([step.words, *(literal.decode("utf-8", "replace") for literal in literals)]))


def _cut(text: str) -> str:
    return escape(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
