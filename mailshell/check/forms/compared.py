"""Two reports as blocks, side by side: first what differs, then what is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailshell.check.comparison import CapabilityRow, Comparison, ProbeRow, different, telling
from mailshell.check.forms.contents import head, item_of
from mailshell.check.forms.document import Block, Cell, Grid, Heading, Items, Pairs, Paragraph, sentence
from mailshell.check.moments import MOMENTS
from mailshell.check.report import Extension, Report
from mailshell.text.escape import escape
from mailshell.text.sentences import counted


def compared(comparison: Comparison) -> Iterator[Block]:
    """The blocks."""
    probes, capabilities = comparison.probes, comparison.capabilities
    names = _names(comparison)
    yield Heading(f"{names[0]} and {names[1]} compared", 1)
    yield Paragraph(sentence(_summary(probes, capabilities)))
    for name, report in zip(names, comparison.reports, strict=True):
        yield Heading(name)
        yield Paragraph(sentence(report.mask(report.summary)))
        yield Pairs(tuple(head(report)))
    differ = [row for row in probes if row.differs]
    yield from _probes(comparison, differ, "Probes that differ", names)
    yield from _details(comparison, differ, names)
    other = [row for row in capabilities if row.differs]
    yield from _capabilities(comparison, other, "Capabilities that differ", names)
    yield from _probes(comparison, [row for row in probes if not row.differs], "Probes with the same verdict", names)
    same = [row for row in capabilities if not row.differs]
    yield from _capabilities(comparison, same, "Capabilities that both have", names)
    if rules := comparison.rules:
        yield Heading("On the wire")
        rows = ((Cell(name), Cell(f"{one:,}"), Cell(f"{other:,}")) for name, one, other in rules)
        yield Grid(("rule of lint", *names), tuple(rows))


def _names(comparison: Comparison) -> tuple[str, str]:
    one, other = (escape(report.server) for report in comparison.reports)
    return (one, other) if one != other else (f"{one} (first)", f"{other} (second)")


def _summary(probes: Sequence[ProbeRow], capabilities: Sequence[CapabilityRow]) -> str:
    differ = sum(row.differs for row in probes)
    other = sum(row.differs for row in capabilities)
    return (
        f"{differ:,} of {counted(len(probes), 'probe')} and {other:,} of "
        f"{counted(len(capabilities), 'capability', 'capabilities')} come out differently"
    )


def _probes(comparison: Comparison, rows: Sequence[ProbeRow], title: str, names: Sequence[str]) -> Iterator[Block]:
    if not rows:
        return
    yield Heading(title)
    cells = []
    for row in rows:
        sides = (_result(report, row, side) for side, report in enumerate(comparison.reports))
        cells.append((Cell(row.id), *sides))
    yield Grid(("probe", *names), tuple(cells))


def _result(report: Report, row: ProbeRow, side: int) -> Cell:
    outcome = telling(row.results[side])
    if outcome is None:
        return Cell("–")
    # Where both are the same the word is enough.
    return Cell(report.mask(outcome.says) if row.differs else "", outcome.verdict)


def _details(comparison: Comparison, rows: Sequence[ProbeRow], names: Sequence[str]) -> Iterator[Block]:
    """What is not good on the one or the other, with its transcript."""
    items = [
        item_of(comparison.reports[side], result, outcome, told=True, label=f"{row.id} ({names[side]})")
        for row in rows
        for side, result, outcome in different(row)
    ]
    if items:
        yield Heading("What differs, in detail")
        yield Items(tuple(items))


def _capabilities(
    comparison: Comparison, rows: Sequence[CapabilityRow], title: str, names: Sequence[str]
) -> Iterator[Block]:
    if not rows:
        return
    yield Heading(title)
    cells = []
    for row in rows:
        sides = map(_extension, row.sides)
        cells.append((Cell(comparison.reports[0].mask(escape(row.name))), *sides))
    yield Grid(("capability", *names), tuple(cells))


def _extension(extension: Extension) -> Cell:
    """When it is advertised, and the verdict of trying it."""
    when = ", ".join(MOMENTS[moment].when for moment in extension.moments) or "not advertised"
    return Cell(when, extension.worst.verdict if extension.worst is not None else None)
