"""The report on a server: what the probes found, and what lint found on the wire meanwhile. Its forms are in
``mailshell.check.forms``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailshell.check.advertised import name_of, names_of
from mailshell.check.moments import MOMENTS
from mailshell.check.outcome import Outcome, ProbeResult, Verdict, folded, worst_of
from mailshell.lint.finding import Finding
from mailshell.protocol.secrecy import Secrets
from mailshell.text.sentences import counted

#: Bad enough for somebody to do something about it, the worst first.
BAD = (Verdict.CRITICAL, Verdict.ERROR, Verdict.WARNING)
#: Of a list that a server may make as long as it likes so many entries are told, and so many characters of a text.
MOST, _LONGEST = 300, 2_000
_NAMES = {Verdict.CRITICAL: "critical fault"}
#: The words of the other verdicts in a count.
_COUNTED = {
    Verdict.ERROR: "found faults",
    Verdict.NOTE: "with notes",
    Verdict.UNDECIDED: "undecided",
    Verdict.NOT_OFFERED: "not offered",
    Verdict.LEFT_OUT: "left out",
}


@dataclass(slots=True)
class Extension:
    """A capability: ``name``, without parameters; the ``moments`` at which it was advertised; what came of trying."""

    name: str
    moments: tuple[str, ...] = ()
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def worst(self) -> Outcome | None:
        """The worst of the outcomes, of several the first; None if it was not tried."""
        return worst_of(self.outcomes)


@dataclass(slots=True)
class Report:
    """``server``: the URL without a password. ``began``: when, in UTC (ISO 8601). ``seconds``: how long it took, of
    ``budget``. ``findings``: what lint told, up to three of each rule; ``counts``: how often each rule fired, by name.
    ``notes``: what a person should know of how it was done. ``capabilities``: what was advertised at each moment.
    ``interrupted``: the person has ended it; ``out_of_time``: the budget has. ``login_refused``: what the server said
    to the login, if it refused it. ``secrets`` are masked in each form.
    """

    server: str
    protocol: str
    began: str
    budget: float
    allow_writes: bool
    greeting: str = ""
    identity: Mapping[str, str] = field(default_factory=dict)
    results: list[ProbeResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    capabilities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    interrupted: bool = False
    out_of_time: bool = False
    login_refused: str = ""
    secrets: Secrets = field(default_factory=Secrets, repr=False)

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many outcomes there are of each verdict."""
        return Counter(outcome.verdict for result in self.results for outcome in result.outcomes)

    @property
    def worst(self) -> Verdict:
        """The worst of the probes' verdicts and the findings' severities."""
        found = max((finding.rule.severity for finding in self.findings), default=None)
        told = max((result.verdict for result in self.results), default=Verdict.LEFT_OUT)
        return max(told, Verdict.of(found)) if found is not None else told

    @property
    def bad(self) -> list[tuple[ProbeResult, Outcome, int]]:
        """The outcomes that somebody should do something about, the worst first; those of a probe that are alike as
        one, with how many more there are.
        """
        all_ = [
            (result, *one)
            for result in self.results
            for one in folded(outcome for outcome in result.outcomes if outcome.verdict in BAD)
        ]
        return sorted(all_, key=lambda found: -found[1].verdict)

    @property
    def bad_rules(self) -> list[str]:
        """The rules of lint that somebody should do something about, by id and name, the worst first."""
        found = sorted((finding.rule for finding in self.findings), key=lambda rule: -rule.severity)
        return list(dict.fromkeys(f"{rule.id} {rule.name}" for rule in found if Verdict.of(rule.severity) in BAD))

    @property
    def told_moments(self) -> list[str]:
        """The moments at which capabilities were told, in their order."""
        return [moment for moment in MOMENTS if self.capabilities.get(moment)]

    @property
    def asked_for_extensions(self) -> bool:
        """Whether a table of the extensions is wanted: they are tried, or nothing but what is advertised is looked at.

        Any other probe asks for the capabilities too, to build on them.
        """
        groups = {result.group for result in self.results}
        return "extensions" in groups or groups == {"capabilities"}

    @property
    def extensions(self) -> list[Extension]:
        """The capabilities that were advertised or tried, by name."""
        found: dict[str, Extension] = {}
        for moment in self.told_moments:
            for line in self.capabilities[moment]:
                name = name_of(line)
                known = found.setdefault(name, Extension(name))
                if moment not in known.moments:
                    known.moments = (*known.moments, moment)
        for outcome in self._trials():
            name = name_of(outcome.about)
            found.setdefault(name, Extension(name)).outcomes.append(outcome)
        return [found[name] for name in sorted(found)]

    def _trials(self) -> Iterator[Outcome]:
        """What is said about capabilities, whichever probe has tried them."""
        advertised = set(names_of(line for lines in self.capabilities.values() for line in lines))
        for result in self.results:
            for outcome in result.outcomes:
                name = name_of(outcome.about)
                if name and (result.group == "extensions" or name in advertised):
                    yield outcome

    def mask(self, text: str) -> str:
        """Text without secrets; of a very long one the beginning."""
        masked = self.secrets.mask_str(text)
        return masked if len(masked) <= _LONGEST else f"{masked[:_LONGEST]}…"

    @property
    def summary(self) -> str:
        """The counts as one sentence, without a full stop: ``3 errors; on the wire 1 warning; of 40 probes 31 found
        everything good, 2 with notes, 3 found faults, 4 left out``; first of all whether it is unfinished.
        """
        counts = self.verdicts
        rules = {finding.rule.name: Verdict.of(finding.rule.severity) for finding in self.findings}
        wire = Counter(rules.values())
        bad = ", ".join(_bad(counts))
        lint = ", ".join(_bad(wire))
        of = Counter(result.verdict if result.verdict not in BAD else Verdict.ERROR for result in self.results)
        tried = [f"of {counted(len(self.results), 'probe')} {of[Verdict.GOOD]:,} found everything good"]
        tried += [f"{of[verdict]:,} {words}" for verdict, words in _COUNTED.items() if of[verdict]]
        found = "; ".join(part for part in (bad, f"on the wire {lint}" if lint else "") if part)
        return "; ".join(part for part in (self.unfinished, found or self._all_clear, ", ".join(tried)) if part)

    @property
    def unfinished(self) -> str:
        """Why it has not come to its end; empty if it has."""
        if self.interrupted:
            return "unfinished: it was interrupted"
        return f"unfinished: the budget of {self.budget:g} s ended it" if self.out_of_time else ""

    @property
    def conclusive(self) -> bool:
        """Whether most of the probes came to a result."""
        looked = sum(result.verdict not in (Verdict.LEFT_OUT, Verdict.UNDECIDED) for result in self.results)
        return 2 * looked >= len(self.results)

    @property
    def _all_clear(self) -> str:
        if not self.conclusive:
            return "nothing can be said: most could not be tried"
        unclear = self.unfinished or any(result.verdict is Verdict.UNDECIDED for result in self.results)
        return "nothing is wrong in what could be tried" if unclear else "nothing is wrong"


def _bad(counts: Counter[Verdict]) -> list[str]:
    return [counted(counts[verdict], _NAMES.get(verdict, verdict.word)) for verdict in BAD if counts[verdict]]
