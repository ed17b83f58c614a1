"""The report on a server: what the probes found, and what lint found on the wire meanwhile. Its forms are in
``mailshell.check.forms``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailshell.check.outcome import Outcome, ProbeResult, Verdict
from mailshell.lint.finding import Finding
from mailshell.protocol.secrecy import Secrets
from mailshell.text.sentences import counted

#: Bad enough for somebody to do something about it, the worst first.
BAD = (Verdict.CRITICAL, Verdict.ERROR, Verdict.WARNING)
#: When capabilities were told, in the order in which that happens, and the words for it.
MOMENTS = {"greeting": "greeting", "clear": "in the clear", "tls": "under TLS", "login": "after login"}
_NAMES = {Verdict.CRITICAL: "critical fault"}
#: The words of the other verdicts in a count.
_COUNTED = {
    Verdict.NOTE: ("note", "notes"),
    Verdict.UNDECIDED: ("undecided", "undecided"),
    Verdict.NOT_OFFERED: ("not offered", "not offered"),
    Verdict.LEFT_OUT: ("left out", "left out"),
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
        return max(self.outcomes, key=lambda outcome: outcome.verdict, default=None)


@dataclass(slots=True)
class Report:
    """``server``: the URL without a password. ``began``: when, in UTC (ISO 8601). ``seconds``: how long it took, of
    ``budget``. ``findings``: what lint told, the first of each rule; ``counts``: how often each rule fired, by name.
    ``notes``: what a person should know of how it was done. ``capabilities``: what was advertised at each moment.
    ``interrupted``: the person has ended it. ``login_refused``: what the server said to the login, if it refused it.
    ``secrets`` are masked in each form.
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
        return max(told, Verdict[found.name]) if found is not None else told

    @property
    def bad(self) -> list[tuple[ProbeResult, Outcome]]:
        """The outcomes that somebody should do something about, the worst first."""
        all_ = [(result, one) for result in self.results for one in result.outcomes if one.verdict in BAD]
        return sorted(all_, key=lambda pair: -pair[1].verdict)

    @property
    def bad_rules(self) -> list[str]:
        """The rules of lint that somebody should do something about, by id and name, the worst first."""
        found = sorted((finding.rule for finding in self.findings), key=lambda rule: -rule.severity)
        return list(dict.fromkeys(f"{rule.id} {rule.name}" for rule in found if Verdict[rule.severity.name] in BAD))

    @property
    def told_moments(self) -> list[str]:
        """The moments at which capabilities were told, in their order."""
        return [moment for moment in MOMENTS if self.capabilities.get(moment)]

    @property
    def extensions(self) -> list[Extension]:
        """The capabilities that were advertised or tried, by name."""
        found: dict[str, Extension] = {}
        for moment in self.told_moments:
            for line in self.capabilities[moment]:
                name = line.split(" ", 1)[0].upper()
                known = found.setdefault(name, Extension(name))
                if moment not in known.moments:
                    known.moments = (*known.moments, moment)
        for outcome in self._trials():
            name = outcome.about.split(" ", 1)[0].upper()
            found.setdefault(name, Extension(name)).outcomes.append(outcome)
        return [found[name] for name in sorted(found)]

    def _trials(self) -> Iterator[Outcome]:
        """What is said about capabilities, whichever probe has tried them."""
        advertised = {line.split(" ", 1)[0].upper() for lines in self.capabilities.values() for line in lines}
        for result in self.results:
            for outcome in result.outcomes:
                name = outcome.about.split(" ", 1)[0].upper()
                if name and (result.group == "extensions" or name in advertised):
                    yield outcome

    def mask(self, text: str) -> str:
        """Text without secrets."""
        return self.secrets.mask_str(text)

    @property
    def summary(self) -> str:
        """The counts as one sentence, without a full stop: ``3 errors, 2 warnings; 31 of 40 probes found nothing``."""
        counts = self.verdicts
        rules = {finding.rule.name: Verdict[finding.rule.severity.name] for finding in self.findings}
        wire = Counter(rules.values())
        bad = ", ".join(_bad(counts))
        lint = ", ".join(_bad(wire))
        good = sum(result.verdict is Verdict.GOOD for result in self.results)
        tried = [f"{good:,} of {counted(len(self.results), 'probe')} found everything good"]
        tried += [counted(counts[verdict], *words) for verdict, words in _COUNTED.items() if counts[verdict]]
        found = "; ".join(part for part in (bad, f"on the wire {lint}" if lint else "") if part)
        return f"{found or 'nothing is wrong'}; {', '.join(tried)}"


def _bad(counts: Counter[Verdict]) -> list[str]:
    return [counted(counts[verdict], _NAMES.get(verdict, verdict.word)) for verdict in BAD if counts[verdict]]
