"""Two reports side by side: which probes and which capabilities come out differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailshell.check.outcome import ASIDE, Outcome, ProbeResult, Verdict, worst_of
from mailshell.check.report import Extension, Report


@dataclass(frozen=True, slots=True)
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
        return self.verdicts[0] is not self.verdicts[1]


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """A capability on both servers."""

    name: str
    sides: tuple[Extension, Extension]

    @property
    def differs(self) -> bool:
        """Whether one advertises what the other does not, or the moments or the results differ."""
        one, other = self.sides
        return one.moments != other.moments or _verdict(one) is not _verdict(other)


@dataclass(frozen=True, slots=True)
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

    @property
    def capabilities(self) -> list[CapabilityRow]:
        """All capabilities that one of the two advertises, by name, those that differ first."""
        sides = [{one.name: one for one in report.extensions} for report in self.reports]
        names = sorted(name for name in {*sides[0], *sides[1]} if any(side.get(name, _NONE).moments for side in sides))
        rows = [CapabilityRow(name, (sides[0].get(name, _NONE), sides[1].get(name, _NONE))) for name in names]
        return sorted(rows, key=lambda row: not row.differs)

    @property
    def rules(self) -> list[tuple[str, int, int]]:
        """How often each rule of lint fired on each server, by name."""
        one, other = (report.counts for report in self.reports)
        return [(name, one[name], other[name]) for name in sorted({*one, *other})]


_NONE = Extension("")


def _verdict(extension: Extension) -> Verdict | None:
    return extension.worst.verdict if extension.worst is not None else None


def telling(result: ProbeResult | None) -> Outcome | None:
    """The outcome that stands for a result: the first of the worst."""
    return worst_of(result.outcomes) if result is not None else None


def different(row: ProbeRow) -> Iterator[tuple[int, ProbeResult, Outcome]]:
    """What is not good, with the side (0, 1) on which that is so."""
    for side, result in enumerate(row.results):
        for outcome in result.outcomes if result is not None else ():
            if result is not None and outcome.verdict is not Verdict.GOOD and outcome.verdict not in ASIDE:
                yield side, result, outcome
