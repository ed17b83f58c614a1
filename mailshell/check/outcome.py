"""What came of a probe."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailshell.lint.rule import Severity


class Verdict(enum.IntEnum):
    """From the best to the worst; the last four are as bad as the findings of lint of the same name.

    ``LEFT_OUT``: not tried, for a reason that is told. ``NOT_OFFERED``: the server does not advertise it, which is its
    right. ``UNDECIDED``: it was tried, and what came back allows no judgement.
    """

    LEFT_OUT = 0
    NOT_OFFERED = 1
    GOOD = 2
    UNDECIDED = 3
    NOTE = 4
    WARNING = 5
    ERROR = 6
    CRITICAL = 7

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", " ")

    @classmethod
    def of(cls, severity: Severity) -> Verdict:
        """The verdict that is as bad as a finding of this severity."""
        return cls[severity.name]


_NUMBERS = re.compile(r"\d[\d,.]*")
#: Where nothing was tried.
ASIDE = (Verdict.LEFT_OUT, Verdict.NOT_OFFERED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that a probe has found out. ``says``: one sentence, without a full stop; it begins in lower case.

    ``about``: what of several things it is about (an extension, a message, a mechanism), for tables. ``source``: the
    RFC and section that is broken or was looked at. ``advice``: what a person can do about it. ``evidence``: lines of
    the transcript, secrets masked, control octets escaped.
    """

    verdict: Verdict
    says: str
    about: str = ""
    source: str = ""
    advice: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What it says, whatever the numbers in it: alike for all messages that have the same fault."""
        return _NUMBERS.sub("0", self.says)


def folded(outcomes: Iterable[Outcome]) -> list[tuple[Outcome, int]]:
    """Outcomes with the same words, about the same, as one: the first, and how many more there are like it."""
    found: dict[tuple[Verdict, str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault((outcome.verdict, outcome.about, outcome.source, outcome.words), []).append(outcome)
    return [(alike[0], len(alike) - 1) for alike in found.values()]


def worst_of(outcomes: Iterable[Outcome]) -> Outcome | None:
    """The worst, of several the first; None if there is none."""
    return max(outcomes, key=lambda outcome: outcome.verdict, default=None)


@dataclass(slots=True)
class ProbeResult:
    """All that came of one probe. ``seconds``: how long it took."""

    id: str
    title: str
    group: str
    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """The worst of its outcomes."""
        worst = worst_of(self.outcomes)
        return worst.verdict if worst is not None else Verdict.LEFT_OUT
