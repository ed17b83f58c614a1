"""A report as blocks: the verdict first, what is wrong, the extensions, each group of probes, the wire, figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from mailshell.check.forms.document import Block, Cell, Grid, Heading, Item, Items, Pairs, Paragraph, sentence
from mailshell.check.moments import MOMENTS
from mailshell.check.outcome import ASIDE, Outcome, ProbeResult, Verdict, folded
from mailshell.check.probe import GROUPS
from mailshell.check.report import BAD, MOST, Extension, Report
from mailshell.lint.rule import Rule
from mailshell.report.text import finding_lines, said
from mailshell.text.escape import escape
from mailshell.text.sentences import counted

Thing = TypeVar("Thing")
#: So many probes that were left out for the same reason are named in a report that is unfinished; of more the groups.
_FEW = 4


def contents(report: Report, *, everything: bool = False) -> Iterator[Block]:
    """The blocks. ``everything``: with the transcript of what is good, and all names of what was left out."""
    yield Heading(f"Check of {escape(report.server)}", 1)
    yield Paragraph(sentence(report.mask(report.summary)))
    yield Pairs(tuple(head(report)))
    yield from _wrong(report)
    yield from _extensions(report)
    for group in GROUPS:
        yield from _group(report, group, everything=everything)
    yield from _wire(report)
    yield from _left_out(report, everything=everything)
    yield from _figures(report)


def head(report: Report) -> Iterator[tuple[str, str]]:
    """When and how it was done, and what the server says of itself."""
    how = "with changes in a scratch mailbox" if report.allow_writes else "read-only"
    ended = ", interrupted" if report.interrupted else ""
    yield "when", f"{report.began}, {report.seconds:.1f} s of {report.budget:g} s, {how}{ended}"
    if report.greeting:
        yield "greeting", report.mask(escape(report.greeting))
    if report.identity:
        told = ", ".join(f"{name} {value}" for name, value in report.identity.items())
        yield "identity", report.mask(escape(told))
    if report.login_refused:
        yield "login", f"refused: {report.login_refused}"
    for note in report.notes:
        yield "note", report.mask(note.removeprefix("note: "))


def bounded(things: Sequence[Thing]) -> tuple[Sequence[Thing], tuple[Paragraph, ...]]:
    """The first of very many, and a block that tells how many there are beside them; none if that is all."""
    over = len(things) - MOST
    return things[:MOST], (Paragraph(f"And {over:,} more."),) if over > 0 else ()


def _wrong(report: Report) -> Iterator[Block]:
    yield Heading("What is wrong")
    bad, more = bounded(report.bad)
    items = [item_of(report, result, outcome, told=True, alike=alike) for result, outcome, alike in bad]
    yield Items(tuple(items)) if items else Paragraph("No probe has found anything wrong.")
    yield from more
    if found := report.bad_rules:
        yield Paragraph(f"Lint has found more in what the server sent, told below: {', '.join(found)}.")


def item_of(
    report: Report, result: ProbeResult, outcome: Outcome, *, told: bool, label: str = "", alike: int = 0
) -> Item:
    """An outcome as an item. ``told``: with what can be done about it, and the transcript. ``label``: instead of the
    id of the probe. ``alike``: how many more say the same.
    """
    more = []
    if told and outcome.advice:
        more.append(("advice", report.mask(outcome.advice)))
    if told and outcome.source and outcome.verdict >= Verdict.NOTE:
        more.append(("source", outcome.source))
    about = f"{outcome.about}: " if result.group == "extensions" and outcome.about not in outcome.says else ""
    evidence = tuple(map(report.mask, outcome.evidence)) if told else ()
    says = report.mask(about + outcome.says) + (f" (and {alike:,} more like it)" if alike else "")
    return Item(outcome.verdict, label or result.id, says, tuple(more), evidence)


def _extensions(report: Report) -> Iterator[Block]:
    if not report.asked_for_extensions:
        return
    found = [one for one in report.extensions if one.moments or (one.worst and one.worst.verdict not in ASIDE)]
    if not found:
        return
    if len(found) > MOST:
        # What was tried is told in any case.
        found.sort(key=lambda one: one.worst is None or one.worst.verdict in ASIDE)
    shown, more = bounded(found)
    moments = report.told_moments
    yield Heading("Extensions")
    when = ", ".join(MOMENTS[moment].when for moment in moments)
    yield Paragraph(f"When each is advertised ({when}), and what came of trying it:")
    rows = []
    for extension in shown:
        at = [Cell("yes" if moment in extension.moments else "–") for moment in moments]
        rows.append((Cell(report.mask(escape(extension.name))), *at, _result(report, extension)))
    yield Grid(("capability", *(MOMENTS[moment].column for moment in moments), "tried"), tuple(rows))
    yield from more


def _result(report: Report, extension: Extension) -> Cell:
    worst = extension.worst
    if worst is None:
        return Cell("–")
    return Cell(report.mask(worst.says), worst.verdict)


def _group(report: Report, group: str, *, everything: bool) -> Iterator[Block]:
    items = []
    for result in report.results:
        if result.group == group and result.verdict is not Verdict.LEFT_OUT:
            items += list(_probe(report, result, everything=everything))
    if items:
        yield Heading(f"Probes: {group}")
        yield Items(tuple(items))


def _probe(report: Report, result: ProbeResult, *, everything: bool) -> Iterator[Item]:
    """One line for what is good; the rest one by one, with its transcript unless that was shown above."""
    good = [outcome for outcome in result.outcomes if outcome.verdict is Verdict.GOOD]
    if good and not everything:
        says = [report.mask(outcome.says) for outcome in good[:2]]
        more = f" (and {len(good) - 2} more)" if len(good) > 2 else ""
        yield Item(Verdict.GOOD, result.id, "; ".join(says) + more)
    told_here = [(one, 0) for one in result.outcomes] if everything else _unusual(result)
    for outcome, alike in told_here[:MOST]:
        told = everything or (outcome.verdict not in BAD and outcome.verdict not in ASIDE)
        yield item_of(report, result, outcome, told=told, alike=alike)
    if (over := len(told_here) - MOST) > 0:
        yield Item(None, "and", f"{over:,} more of {result.id}")


def _unusual(result: ProbeResult) -> list[tuple[Outcome, int]]:
    """What is not good, folded."""
    # The table of extensions has those that were not tried.
    usual = (Verdict.GOOD, *ASIDE) if result.group == "extensions" else (Verdict.GOOD,)
    return folded(outcome for outcome in result.outcomes if outcome.verdict not in usual)


def _wire(report: Report) -> Iterator[Block]:
    """What lint has found meanwhile: each rule with its first finding, and how often it fired."""
    yield Heading("On the wire")
    if not report.counts:
        yield Paragraph("Lint has found nothing in what the server sent meanwhile.")
        return
    shown: dict[str, Item] = {}
    for finding in sorted(report.findings, key=lambda one: -one.rule.severity):
        rule: Rule = finding.rule
        if rule.name not in shown:
            _, *lines = finding_lines(finding, report.secrets)
            times = report.counts[rule.name]
            label = f"{rule.id} {rule.name}" + (f" ×{times:,}" if times > 1 else "")
            evidence = tuple(line.removeprefix("    ") for line in lines)
            shown[rule.name] = Item(
                Verdict.of(rule.severity), label, said(finding, report.secrets), (("advice", rule.hint),), evidence
            )
    yield Items(tuple(shown.values()))


def _left_out(report: Report, *, everything: bool) -> Iterator[Block]:
    """The probes that were not run, by reason; if it is unfinished those are many, and the groups are told."""
    reasons: dict[str, list[ProbeResult]] = {}
    for result in report.results:
        if result.verdict is Verdict.LEFT_OUT and result.outcomes and not result.outcomes[0].about:
            # What was left out of several things is told where they are.
            reasons.setdefault(result.outcomes[0].says, []).append(result)
    if not reasons:
        return
    named = everything or not report.unfinished
    yield Heading("Left out")
    yield Items(
        tuple(
            Item(None, counted(len(some), "probe"), f"{report.mask(reason)} ({_which(some, named=named)})")
            for reason, some in reasons.items()
        )
    )


def _which(results: Sequence[ProbeResult], *, named: bool) -> str:
    """Their ids; of more than a few the groups with their numbers, unless they are to be ``named``."""
    if named or len(results) <= _FEW:
        return ", ".join(result.id for result in results)
    counts = Counter(result.group for result in results)
    return f"{', '.join(f'{group} {counts[group]}' for group in GROUPS if counts[group])}; --all names them"


def _figures(report: Report) -> Iterator[Block]:
    yield Heading("Figures")
    counts = report.verdicts
    told = ", ".join(f"{counts[verdict]:,} {verdict.word}" for verdict in reversed(Verdict) if counts[verdict])
    slow = sorted(report.results, key=lambda result: -result.seconds)[:3]
    pairs = [
        ("probes", f"{len(report.results):,}"),
        ("outcomes", f"{sum(counts.values()):,}: {told}"),
        ("findings", f"{report.counts.total():,} of {counted(len(report.counts), 'rule')}"),
        ("slowest", ", ".join(f"{result.id} {result.seconds:.2f} s" for result in slow if result.seconds)),
    ]
    yield Pairs(tuple(pair for pair in pairs if pair[1]))
