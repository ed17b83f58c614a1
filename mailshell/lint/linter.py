"""Watches a session with all checkers of its protocol and makes findings of their faults. An observer."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from mailshell.lint.checker import Checker, Faults, Now, Received
from mailshell.lint.finding import SHOWN, Fault, Finding
from mailshell.lint.rule import Rules, Severity
from mailshell.protocol.events import BodyEnd, BodyPart, Deviation, Line, LiteralPart, Side
from mailshell.protocol.exchange import Completed, Continuation, Event, Greeting, Sent, Stray, Untagged
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.pop3.connection import Pop3Connection
from mailshell.wire import Octets, WireEvent

#: Of one rule so many findings are given in one session; the others are only counted.
MOST_OF_A_RULE = 100
#: So many octets of what the server sent last are kept, to show the line of a finding.
_KEPT = 64 << 10
_METHODS = tuple(name for name, value in vars(Checker).items() if callable(value) and name != "untagged")
#: Names of responses are remembered up to so many; a server may invent them.
_NAMES = 200


class Linter:
    """``report`` gets each finding that is at least as bad as ``level`` and not of a rule in ``silenced``.

    ``counts`` has all, by the name of the rule.
    """

    masks = False

    def __init__(
        self,
        engine: ImapConnection | Pop3Connection,
        rules: Rules,
        checkers: Iterable[Checker],
        report: Callable[[Finding], None],
        *,
        level: Severity = Severity.NOTE,
        silenced: frozenset[str] = frozenset(),
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.level = level
        self.silenced = silenced
        self._rules = rules
        self._report = report
        self._now = Now(engine)
        self._recent: deque[tuple[int, bytes]] = deque()
        self._recent_size = 0
        checkers = list(checkers)
        self._untagged_of = [(one.untagged, one.concerns) for one in checkers if _overrides(one, "untagged")]
        #: Who wants the untagged responses of a name.
        self._by_name: dict[str, list[Callable[[Received, Now], Faults]]] = {}
        # A method that a checker does not override is not called: most concern few events.
        self._who: dict[str, Sequence[Callable[..., Faults]]] = {
            name: [getattr(one, name) for one in checkers if _overrides(one, name)] for name in _METHODS
        }

    # --- as an observer

    def wire(self, event: WireEvent) -> None:
        self._now.time = event.time
        if isinstance(event, Octets):
            self._now.tls = event.tls
            if event.side is Side.SERVER:
                self._keep(event.offset, event.octets)
        self._ask("wire", event)

    def event(self, event: Event, time: float, tls: bool) -> None:
        self._now.time, self._now.tls = time, tls
        match event:
            case Line() if event.side is Side.SERVER:
                self._ask("line", event)
            case LiteralPart() if event.side is Side.SERVER:
                self._ask("literal", event)
            case BodyPart() | BodyEnd():
                self._ask("body", event)
            case Untagged():
                self._untagged(event)
            case Completed():
                self._ask("completed", event)
            case Continuation():
                self._ask("continuation", event)
            case Greeting():
                self._ask("greeting", event)
            case Sent():
                self._ask("sent", event)
            case Stray():
                self._ask("stray", event)
            case Deviation():
                self._ask("deviation", event)

    def idle(self, time: float) -> None:
        """Nothing has come for a while."""
        self._now.time = time
        self._ask("idle", None)

    # --- within

    def _untagged(self, event: Untagged) -> None:
        received = Received(event.response, event.exchange)
        name = event.response.name
        asked = self._by_name.get(name)
        if asked is None:
            asked = [ask for ask, concerns in self._untagged_of if concerns is None or name in concerns]
            if len(self._by_name) < _NAMES:
                self._by_name[name] = asked
        for ask in asked:
            for fault in ask(received, self._now):
                self._found(fault)
        if self._who["deviation"]:
            for deviation in received.read[1]:
                self._ask("deviation", deviation)

    def _ask(self, method: str, event: object) -> None:
        for ask in self._who[method]:
            for fault in ask(self._now) if event is None else ask(event, self._now):
                self._found(fault)

    def _found(self, fault: Fault) -> None:
        rule = self._rules[fault.rule]
        self.counts[rule.name] += 1
        count = self.counts[rule.name]
        if (
            count > MOST_OF_A_RULE
            or rule.severity < self.level
            or rule.name in self.silenced
            or rule.id in self.silenced
        ):
            return
        line, at, until = self._line(fault.start, fault.end)
        self._report(
            Finding(
                rule,
                Side.SERVER,
                fault.start,
                fault.end,
                fault.detail or rule.says,
                fault.expected,
                fault.otherwise,
                self._now.time,
                line,
                at,
                until,
                count,
            )
        )

    def _keep(self, offset: int, octets: bytes) -> None:
        if len(octets) > _KEPT:
            offset, octets = offset + len(octets) - _KEPT, octets[-_KEPT:]
        self._recent.append((offset, octets))
        self._recent_size += len(octets)
        while self._recent_size > _KEPT and len(self._recent) > 1:
            self._recent_size -= len(self._recent.popleft()[1])

    def _line(self, start: int, end: int) -> tuple[bytes, int, int]:
        """The line around these octets, as far as it is kept, and where they stand in it."""
        if not self._recent:
            return b"", 0, 0
        first = self._recent[0][0]
        octets = b"".join(piece for _, piece in self._recent)
        if start < first or start > first + len(octets):
            return b"", 0, 0
        at = start - first
        begin = max(octets.rfind(b"\n", 0, at) + 1, at - SHOWN // 2)
        newline = octets.find(b"\n", max(at, end - first - 1))
        stop = min(len(octets) if newline < 0 else newline + 1, begin + SHOWN)
        return octets[begin:stop], at - begin, min(end - first, stop) - begin


def _overrides(checker: Checker, method: str) -> bool:
    return getattr(type(checker), method) is not getattr(Checker, method)
