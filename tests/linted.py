"""An engine that is watched by rules, for tests that feed it whatever octets they like."""

from __future__ import annotations

from collections import Counter

from mailshell.lint.excerpt import SHOWN
from mailshell.lint.finding import Finding
from mailshell.lint.linter import MOST_OF_A_RULE, Linter
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import Engine
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Event
from mailshell.wire import Closed, Connected, Octets

#: No message of a finding is longer, in characters.
MESSAGE = 1000


class Fed:
    """The octets of both sides go to the linter and to the engine, and the engine's events to the linter.

    Both must be fresh. ``offsets``: so many octets came from each side.
    """

    def __init__(self, engine: Engine, linter: Linter) -> None:
        self.offsets = {Side.CLIENT: 0, Side.SERVER: 0}
        self._engine = engine
        self._linter = linter

    def pass_on(self, side: Side, octets: bytes, time: float = 0.0, *, tls: bool = False) -> list[Event]:
        """What one side sends at once; the events that it makes."""
        self._linter.wire(Octets(side, octets, time, tls, self.offsets[side]))
        self.offsets[side] += len(octets)
        events = []
        for event in self._engine.sent(octets) if side is Side.CLIENT else self._engine.received(octets):
            self._linter.event(event, time, tls)
            events.append(event)
        return events


class Linted:
    """``sent`` and ``received`` are those of the engine; the linter sees the octets and the events. A second a call.

    ``engine`` must be fresh.
    """

    def __init__(self, engine: Engine) -> None:
        self.findings: list[Finding] = []
        self._engine = engine
        self._linter = linter_for(engine, self.findings.append)
        self._fed = Fed(engine, self._linter)
        self._clock = 0.0
        self._linter.wire(Connected(0.0, "192.0.2.1:143"))

    def sent(self, octets: bytes) -> list[Event]:
        return self._pass(Side.CLIENT, octets)

    def received(self, octets: bytes) -> list[Event]:
        return self._pass(Side.SERVER, octets)

    def finish(self) -> None:
        """Nothing comes for long, and then the end. What was found must be within bounds."""
        self._linter.idle(self._clock + 100)
        self._linter.wire(Closed(self._clock + 100, True, "the server closed the connection"))
        assert sum(self._linter.counts.values()) >= len(self.findings)
        of_rule = Counter(finding.rule.name for finding in self.findings)
        # A secret that would be cut makes a line longer.
        longest = SHOWN + 2 * self._engine.secrets.longest
        for finding in self.findings:
            assert 0 <= finding.start <= finding.end <= self._fed.offsets[Side.SERVER], finding
            assert 0 <= finding.at <= finding.until <= len(finding.line) <= longest, finding
            assert max(len(finding.message), len(finding.expected), len(finding.otherwise)) <= MESSAGE, finding
        assert max(of_rule.values(), default=0) <= MOST_OF_A_RULE

    def _pass(self, side: Side, octets: bytes) -> list[Event]:
        self._clock += 1
        return self._fed.pass_on(side, octets, self._clock)
