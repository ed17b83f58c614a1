"""Two reports side by side: in which outcomes the probes and the capabilities differ, and what both have wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mailshell.check.moments import MOMENTS
from mailshell.check.outcome import ASIDE, Outcome, ProbeResult, Verdict, worst_of
from mailshell.check.report import BAD, Extension, Report

#: What the one and the other say of the same thing; None where one says nothing of it.
Pair = tuple[Outcome | None, Outcome | None]


@dataclass(frozen=True)
class ProbeRow:
    """A probe on both servers; None where it was not in the table."""

    id: str
    title: str
    group: str
    results: tuple[ProbeResult | None, ProbeResult | None]

    @property
    def verdicts(self) -> tuple[Verdict | None, Verdict | None]:
        one, other = self.results
        return (one.verdict if one is not None else None, other.verdict if other is not None else None)

    @property
    def differs(self) -> bool:
        """Whether there is something that only one has, or the other has otherwise."""
        return bool(self.differences)

    @cached_property
    def own(self) -> tuple[list[Outcome], list[Outcome]]:
        """What each says and the other does not."""
        one, other = (result.outcomes if result is not None else [] for result in self.results)
        known, others = set(map(_likeness, one)), set(map(_likeness, other))
        return (
            [outcome for outcome in one if _likeness(outcome) not in others],
            [outcome for outcome in other if _likeness(outcome) not in known],
        )

    @cached_property
    def differences(self) -> list[Pair]:
        """What differs, side by side: the worst about each thing, and the worst of what is about nothing in particular.

        What is good on both, or on one and unknown on the other, is no difference.
        """
        one, other = (worst_of(result.outcomes) if result is not None else None for result in self.results)
        if None in self.results:
            return [(one, other)]
        sides: list[dict[str, Outcome]] = []
        for outcomes in self.own:
            found: dict[str, Outcome] = {}
            for outcome in sorted(outcomes, key=lambda outcome: -outcome.verdict):
                found.setdefault(outcome.about, outcome)
            sides.append(found)
        pairs = [(sides[0].get(about), sides[1].get(about)) for about in dict.fromkeys([*sides[0], *sides[1]])]
        found_ = [pair for pair in pairs if _differ(pair)]
        return found_ if found_ or self.verdicts[0] is self.verdicts[1] else [(one, other)]

    @property
    def shared(self) -> list[Outcome]:
        """What is wrong on both, as the first says it."""
        one, other = (result.outcomes if result is not None else [] for result in self.results)
        others = set(map(_likeness, other))
        return [outcome for outcome in one if outcome.verdict in BAD and _likeness(outcome) in others]


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """A capability on both servers."""

    name: str
    sides: tuple[Extension, Extension]

    @property
    def differs(self) -> bool:
        """Whether only one advertises it, or the results differ. The moments alone are no difference."""
        one, other = self.sides
        return bool(one.moments) is not bool(other.moments) or _verdict(one) is not _verdict(other)


@dataclass(frozen=True)
class Comparison:
    """Two reports on servers of the same protocol."""

    reports: tuple[Report, Report]

    @property
    def probes(self) -> list[ProbeRow]:
        """All probes, in the order of the first report, those that differ first."""
        sides = [{result.id: result for result in report.results} for report in self.reports]
        rows = [
            ProbeRow(id_, (sides[0].get(id_) or sides[1][id_]).title, (sides[0].get(id_) or sides[1][id_]).group,
                     (sides[0].get(id_), sides[1].get(id_)))
            for id_ in dict.fromkeys([*sides[0], *sides[1]])
        ]  # fmt: skip
        return sorted(rows, key=lambda row: not row.differs)

    @cached_property
    def capabilities(self) -> list[CapabilityRow]:
        """All capabilities that one of the two advertises, by name, those that differ first."""
        sides = [{one.name: one for one in report.extensions} for report in self.reports]
        names = sorted(name for name in {*sides[0], *sides[1]} if any(side.get(name, _NONE).moments for side in sides))
        rows = [CapabilityRow(name, (sides[0].get(name, _NONE), sides[1].get(name, _NONE))) for name in names]
        return sorted(rows, key=lambda row: not row.differs)

    @property
    def elsewhere(self) -> list[tuple[str, int, list[str]]]:
        """What both advertise, but at this moment only one: the moment, the side (0, 1), and the names.

        Moments at which the other tells no capabilities at all are left out.
        """
        both = [row for row in self.capabilities if all(one.moments for one in row.sides)]
        told = [report.told_moments for report in self.reports]
        found = []
        for moment in MOMENTS:
            for side in (0, 1):
                if moment in told[1 - side]:
                    here = [row.name for row in both if _only(row.sides, side, moment)]
                    found += [(moment, side, here)] if here else []
        return found

    @property
    def rules(self) -> list[tuple[str, int, int]]:
        """How often each rule of lint fired on each server, by name."""
        one, other = (report.counts for report in self.reports)
        return [(name, one[name], other[name]) for name in sorted({*one, *other})]


_NONE = Extension("")


def _verdict(extension: Extension) -> Verdict | None:
    return extension.worst.verdict if extension.worst is not None else None


def _only(sides: Sequence[Extension], side: int, moment: str) -> bool:
    return moment in sides[side].moments and moment not in sides[1 - side].moments


def _likeness(outcome: Outcome) -> tuple[Verdict, str]:
    """By what outcomes of two servers are told to be the same: what they are about, or else what they say, without the
    numbers and what the server said.
    """
    return outcome.verdict, outcome.about or outcome.words.partition(": ")[0]


def _differ(pair: Pair) -> bool:
    one, other = pair
    told = [
        outcome.verdict for outcome in pair if outcome is not None and outcome.verdict not in (Verdict.GOOD, *ASIDE)
    ]
    return bool(told) or (one is not None and other is not None and one.verdict is not other.verdict)
