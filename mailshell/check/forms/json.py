"""A report as a JSON-ready value. Its shape:

``check``: 1, the number of this shape; ``mailshell``: the version; ``server``, ``protocol``; ``began`` (ISO 8601, UTC);
``seconds``, ``budget``; ``writes``, ``interrupted``: true or false; ``login_refused``: what the server said, or empty;
``worst``: the worst verdict; ``summary``: a sentence; ``verdicts``: how many outcomes there are by verdict;
``greeting``; ``identity``; ``capabilities``: what was advertised by moment (``greeting``, ``clear``, ``tls``,
``login``); ``notes``: sentences.

``extensions``: for each capability ``name``, ``moments``, ``verdict`` and ``says`` (null: not tried).
``probes``: for each ``id`` (which never changes), ``title``, ``group``, ``verdict``, ``seconds`` and ``outcomes``: for
each ``verdict``, ``says``, ``about``, ``source``, ``advice``, ``evidence`` (lines).
``findings``: what lint found, as ``mailshell lint --json`` has it; ``rules``: how often each rule fired, by name.

Two servers compared: ``check`` and ``reports``, the two of this shape; ``probes``, for each ``id``, ``title``,
``group``, ``verdicts``, ``differs`` and ``differences``: pairs of what the one and the other say, null where one says
nothing of it; ``capabilities``, for each ``name``, ``moments``, ``verdicts`` and ``differs`` (only one has it, or what
came of trying it). What differs comes first.

Verdicts are ``critical``, ``error``, ``warning``, ``note``, ``undecided``, ``good``, ``not offered``, ``left out``. In
all text secrets are masked, and control octets are escaped but for that of ``findings``. Of a list of more than 300
entries (``capabilities`` of a moment, ``extensions``, ``outcomes`` of a probe) the first 300 are there, and ``notes``
say how many there were; of two servers compared ``capabilities`` and ``differences`` are cut likewise, without a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mailshell import __version__
from mailshell.check.comparison import Comparison
from mailshell.check.moments import MOMENTS
from mailshell.check.outcome import Outcome, ProbeResult, Verdict
from mailshell.check.report import MOST, Extension, Report
from mailshell.report.json import finding_json
from mailshell.text.escape import escape

SHAPE = 1


def as_json(report: Report) -> dict[str, object]:
    """The value, as described above."""
    counts, extensions = report.verdicts, report.extensions
    return {
        "check": SHAPE,
        "mailshell": __version__,
        "server": escape(report.server),
        "protocol": report.protocol,
        "began": report.began,
        "seconds": round(report.seconds, 3),
        "budget": report.budget,
        "writes": report.allow_writes,
        "interrupted": report.interrupted,
        "login_refused": report.login_refused,
        "worst": report.worst.word,
        "summary": report.summary,
        "verdicts": {verdict.word: counts[verdict] for verdict in reversed(Verdict)},
        "greeting": _text(report, report.greeting),
        "identity": _texts(report, report.identity),
        "capabilities": {
            moment: [_text(report, line) for line in lines[:MOST]] for moment, lines in report.capabilities.items()
        },
        "notes": [*map(report.mask, report.notes), *_cut(report, extensions)],
        "extensions": [_extension(report, one) for one in extensions[:MOST]],
        "probes": [_probe(report, result) for result in report.results],
        "findings": [finding_json(finding, report.secrets) for finding in report.findings],
        "rules": dict(report.counts),
    }


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """Two reports, likewise."""
    return {
        "check": SHAPE,
        "reports": [as_json(report) for report in comparison.reports],
        "probes": [
            {
                "id": row.id,
                "title": row.title,
                "group": row.group,
                "verdicts": [verdict.word if verdict is not None else None for verdict in row.verdicts],
                "differs": row.differs,
                "differences": [
                    [
                        {"verdict": one.verdict.word, "says": report.mask(one.says)} if one is not None else None
                        for report, one in zip(comparison.reports, pair, strict=True)
                    ]
                    for pair in row.differences[:MOST]
                ],
            }
            for row in comparison.probes
        ],
        "capabilities": [
            {
                "name": _text(comparison.reports[0], row.name),
                "moments": [list(one.moments) for one in row.sides],
                "verdicts": [one.worst.verdict.word if one.worst is not None else None for one in row.sides],
                "differs": row.differs,
            }
            for row in comparison.capabilities[:MOST]
        ],
    }


def _cut(report: Report, extensions: Sequence[Extension]) -> Iterator[str]:
    """What was cut, in sentences."""
    lengths = {f"capabilities {MOMENTS[moment].when}": len(lines) for moment, lines in report.capabilities.items()}
    lengths["extensions"] = len(extensions)
    lengths |= {f"outcomes of {result.id}": len(result.outcomes) for result in report.results}
    for what, length in lengths.items():
        if length > MOST:
            yield f"of {length:,} {what} the first {MOST} are here"


def _text(report: Report, text: str) -> str:
    return report.mask(escape(text))


def _texts(report: Report, texts: Mapping[str, str]) -> dict[str, str]:
    return {_text(report, name): _text(report, value) for name, value in texts.items()}


def _extension(report: Report, extension: Extension) -> dict[str, object]:
    worst = extension.worst
    return {
        "name": _text(report, extension.name),
        "moments": list(extension.moments),
        "verdict": worst.verdict.word if worst is not None else None,
        "says": report.mask(worst.says) if worst is not None else None,
    }


def _probe(report: Report, result: ProbeResult) -> dict[str, object]:
    return {
        "id": result.id,
        "title": result.title,
        "group": result.group,
        "verdict": result.verdict.word,
        "seconds": round(result.seconds, 3),
        "outcomes": [_outcome(report, outcome) for outcome in result.outcomes[:MOST]],
    }


def _outcome(report: Report, outcome: Outcome) -> dict[str, object]:
    return {
        "verdict": outcome.verdict.word,
        "says": report.mask(outcome.says),
        "about": report.mask(outcome.about),
        "source": outcome.source,
        "advice": report.mask(outcome.advice),
        "evidence": [report.mask(line) for line in outcome.evidence],
    }
