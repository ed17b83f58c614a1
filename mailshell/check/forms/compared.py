"""Two reports as blocks, side by side: first what differs, then what is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailshell.check.comparison import CapabilityRow, Comparison, ProbeRow
from mailshell.check.forms.contents import bounded, head, item_of
from mailshell.check.forms.document import Block, Cell, Grid, Heading, Items, Pairs, Paragraph, sentence
from mailshell.check.moments import MOMENTS
from mailshell.check.outcome import ASIDE, Outcome, Verdict, folded
from mailshell.check.report import Extension, Report
from mailshell.report.text import said
from mailshell.text.escape import escape
from mailshell.text.sentences import counted, some


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
    yield from _differences(comparison, differ, names)
    yield from _details(comparison, differ, names)
    yield from _shared(comparison, probes)
    other = [row for row in capabilities if row.differs]
    yield from _capabilities(comparison, other, "Capabilities that differ", names)
    yield from _elsewhere(comparison, names)
    yield from _same(comparison, [row for row in probes if not row.differs], names)
    same = [row for row in capabilities if not row.differs]
    yield from _capabilities(comparison, same, "Capabilities that both have", names)
    yield from _wire(comparison, names)


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


def _differences(comparison: Comparison, rows: Sequence[ProbeRow], names: Sequence[str]) -> Iterator[Block]:
    """What differs, a line for each thing."""
    if not rows:
        return
    yield Heading("Probes that differ")
    lines, more = bounded([(row.id, pair) for row in rows for pair in row.differences])
    cells = (
        (Cell(id_), *(_outcome(report, one) for report, one in zip(comparison.reports, pair, strict=True)))
        for id_, pair in lines
    )
    yield Grid(("probe", *names), tuple(cells))
    yield from more


def _outcome(report: Report, outcome: Outcome | None) -> Cell:
    return Cell(report.mask(outcome.says), outcome.verdict) if outcome is not None else Cell("–")


def _same(comparison: Comparison, rows: Sequence[ProbeRow], names: Sequence[str]) -> Iterator[Block]:
    if rows:
        yield Heading("Probes with the same verdict")
        cells = (
            (Cell(row.id), *(Cell("", verdict) for verdict in row.verdicts if verdict is not None)) for row in rows
        )
        yield Grid(("probe", *names), tuple(cells))


def _details(comparison: Comparison, rows: Sequence[ProbeRow], names: Sequence[str]) -> Iterator[Block]:
    """What only one of them has and is not good, with its transcript."""
    found = [
        (side, row, outcome, alike)
        for row in rows
        for side in (0, 1)
        for outcome, alike in folded(row.own[side])
        if outcome.verdict is not Verdict.GOOD and outcome.verdict not in ASIDE
    ]
    shown, more = bounded(found)
    items = []
    for side, row, outcome, alike in shown:
        result = row.results[side]
        assert result is not None
        label = f"{row.id} ({names[side]})"
        items.append(item_of(comparison.reports[side], result, outcome, told=True, label=label, alike=alike))
    if items:
        yield Heading("What differs, in detail")
        yield Items(tuple(items))
        yield from more


def _shared(comparison: Comparison, rows: Sequence[ProbeRow]) -> Iterator[Block]:
    """What both have wrong, with the transcript of the first."""
    found, more = bounded([(row, *one) for row in rows for one in folded(row.shared)])
    items = [
        item_of(comparison.reports[0], row.results[0], outcome, told=True, alike=alike)
        for row, outcome, alike in sorted(found, key=lambda one: -one[1].verdict)
        if row.results[0] is not None
    ]
    if items:
        yield Heading("Wrong on both")
        yield Items(tuple(items))
        yield from more


def _elsewhere(comparison: Comparison, names: Sequence[str]) -> Iterator[Block]:
    """What both advertise, but not at the same moments: a line for each moment and server."""
    if found := comparison.elsewhere:
        yield Heading("Capabilities that both have, at other moments")
        for moment, side, which in found:
            said_ = comparison.reports[side].mask(escape(some(which, most=60)))
            yield Paragraph(f"Only {MOMENTS[moment].when} on {names[side]}: {said_}.")


def _wire(comparison: Comparison, names: Sequence[str]) -> Iterator[Block]:
    """How often each rule of lint fired on each, and what it said first."""
    if not comparison.rules:
        return
    first: dict[str, str] = {}
    for report in comparison.reports:
        for finding in report.findings:
            first.setdefault(finding.rule.name, said(finding, report.secrets))
    yield Heading("On the wire")
    rows = (
        (Cell(name), Cell(f"{one:,}"), Cell(f"{other:,}"), Cell(first.get(name, "–")))
        for name, one, other in comparison.rules
    )
    yield Grid(("rule of lint", *names, "what is wrong"), tuple(rows))


def _capabilities(
    comparison: Comparison, rows: Sequence[CapabilityRow], title: str, names: Sequence[str]
) -> Iterator[Block]:
    if not rows:
        return
    yield Heading(title)
    rows, more = bounded(rows)
    cells = []
    for row in rows:
        sides = map(_extension, row.sides)
        cells.append((Cell(comparison.reports[0].mask(escape(row.name))), *sides))
    yield Grid(("capability", *names), tuple(cells))
    yield from more


def _extension(extension: Extension) -> Cell:
    """When it is advertised, and the verdict of trying it."""
    when = ", ".join(MOMENTS[moment].when for moment in extension.moments) or "not advertised"
    return Cell(when, extension.worst.verdict if extension.worst is not None else None)
