"""Watches a session with all checkers of its protocol and makes findings of their faults. An observer."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from functools import partial

from mailshell.lint.checker import NONE, PLAIN_LINE, Checker, Faults, Now, Received
from mailshell.lint.excerpt import Excerpt, excerpt
from mailshell.lint.finding import Fault, Finding
from mailshell.lint.piece import read_piece
from mailshell.lint.precedence import Precedence
from mailshell.lint.rule import Rules, Severity
from mailshell.protocol.engine import Engine
from mailshell.protocol.events import BodyEnd, BodyPart, Deviation, Line, LiteralPart, Side
from mailshell.protocol.exchange import Completed, Continuation, Event, Greeting, Sent, Stray, Untagged
from mailshell.protocol.imap.response import Response
from mailshell.wire import Octets, WireEvent

#: Of one rule so many findings are given in one session; the others are only counted.
MOST_OF_A_RULE = 100
#: So many octets of what the server sent last are kept, to show the line of a finding.
_KEPT = 64 << 10
_METHODS = tuple(name for name, value in vars(Checker).items() if callable(value))
_Ask = Callable[..., Faults]
#: Names of responses are remembered up to so many; a server may invent them.
_NAMES = 200


class Linter:
    """``report`` gets each finding that is at least as bad as ``level`` and not of a rule in ``silenced``.

    ``counts`` has all of the others too, by the name of the rule.
    """

    masks = False

    def __init__(
        self,
        engine: Engine,
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
        # A method that a checker does not override is not called: most concern few events.
        self._checkers = {name: [one for one in checkers if _overrides(one, name)] for name in _METHODS}
        self._who = {name: [getattr(one, name) for one in those] for name, those in self._checkers.items()}
        #: Who wants the untagged responses, or the multi-line replies, of a name: by the method and the name.
        self._by_name: dict[tuple[str, str], list[_Ask]] = {}
        plain_fetch = [one for one in self._checkers["untagged"] if one.plain and _concerns(one, "FETCH")]
        self._plain_fetch: list[_Ask] = [one.untagged for one in plain_fetch]
        self._plain_line: list[_Ask] = [one.line for one in self._checkers["line"] if one.plain]
        #: What was found in the event that is being looked at.
        self._faults: list[Fault] = []
        self._precedence = Precedence(rules)
        #: Whether the last line of the server was plain.
        self._plain = False
        self._on: dict[type, Callable[..., None]] = {
            Untagged: self._untagged,
            Line: self._line_of,
            LiteralPart: self._literal,
            Completed: self._response,
            Continuation: self._response,
            Greeting: partial(self._ask, self._who["greeting"]),
            Sent: partial(self._ask, self._who["sent"]),
            Stray: partial(self._ask, self._who["stray"]),
            Deviation: partial(self._ask, self._who["deviation"]),
            BodyPart: self._body,
            BodyEnd: self._body,
        }

    # --- as an observer

    def wire(self, event: WireEvent) -> None:
        now = self._now
        now.time = event.time
        now.way.see(event)
        if isinstance(event, Octets):
            now.tls = event.tls
            if event.side is Side.SERVER:
                now.end = event.offset + len(event.octets)
                self._keep(event.offset, event.octets)
        self._ask(self._who["wire"], event)
        if self._faults:
            self._tell()

    def event(self, event: Event, time: float, tls: bool) -> None:
        now = self._now
        now.time, now.tls = time, tls
        on = self._on.get(type(event))
        if on is not None:
            on(event)
            if self._faults:
                self._tell()

    def idle(self, time: float) -> None:
        """Nothing has come for a while."""
        now = self._now
        now.time = time
        for ask in self._who["idle"]:
            self._faults += ask(now)
        self._tell()

    # --- within

    def _line_of(self, line: Line) -> None:
        if line.side is Side.SERVER:
            if line.first:
                self._precedence.begin(line.offset)
            self._plain = plain = line.first and line.literal is None and PLAIN_LINE(line.octets) is not None
            self._ask(self._plain_line if plain else self._who["line"], line)

    def _literal(self, part: LiteralPart) -> None:
        if part.side is Side.SERVER:
            self._ask(self._who["literal"], part)

    def _response(self, event: Completed | Continuation) -> None:
        if isinstance(event.response, Response):
            self._now.response = event.response.offset
        self._ask(self._who["completed" if isinstance(event, Completed) else "continuation"], event)

    def _untagged(self, event: Untagged) -> None:
        response = event.response
        self._now.response = response.offset
        received = Received(response, event.exchange, plain_line=self._plain)
        if received.plain:
            self._ask(self._plain_fetch, received)
            return
        self._ask(self._concerned("untagged", response.name), received)
        for deviation in received.deviations:
            self._ask(self._who["deviation"], deviation)

    def _body(self, part: BodyPart | BodyEnd) -> None:
        answering = self._now.engine.answering
        name = "" if answering is None else answering.name
        self._ask(self._concerned("body", name), read_piece(part) if isinstance(part, BodyPart) else part)

    def _concerned(self, method: str, name: str) -> list[_Ask]:
        """Those who want an event of this name."""
        asked = self._by_name.get((method, name))
        if asked is None:
            asked = [getattr(one, method) for one in self._checkers[method] if _concerns(one, name)]
            if len(self._by_name) < _NAMES:
                self._by_name[method, name] = asked
        return asked

    def _ask(self, asked: Iterable[_Ask], event: object) -> None:
        now = self._now
        for ask in asked:
            faults = ask(event, now)
            if faults is not NONE:
                self._faults += faults

    def _tell(self) -> None:
        faults, self._faults = self._faults, []
        for fault in self._precedence.settle(faults):
            self._found(fault)

    def _found(self, fault: Fault) -> None:
        rule = self._rules[fault.rule]
        if rule.name in self.silenced or rule.id in self.silenced:
            return
        self.counts[rule.name] += 1
        count = self.counts[rule.name]
        if count > MOST_OF_A_RULE or rule.severity < self.level:
            return
        shown = self._line(fault.start, fault.end)
        self._report(
            Finding(
                rule,
                Side.SERVER,
                fault.start,
                fault.end,
                # What quotes a line with a secret in it may quote a part of that.
                rule.says if shown.secret or not fault.detail else fault.detail,
                rule.expected if shown.secret or not fault.expected else fault.expected,
                "" if shown.secret else fault.otherwise,
                self._now.time,
                shown.line,
                shown.at,
                shown.until,
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

    def _line(self, start: int, end: int) -> Excerpt:
        """The line around these octets, as far as it is kept, and where they stand in it."""
        if not self._recent:
            return Excerpt()
        first = self._recent[0][0]
        octets = b"".join(piece for _, piece in self._recent)
        if start < first or start > first + len(octets):
            return Excerpt()
        return excerpt(octets, start - first, end - first, self._now.engine.secrets, whole=first == 0)


def _concerns(checker: Checker, name: str) -> bool:
    return checker.concerns is None or name in checker.concerns


def _overrides(checker: Checker, method: str) -> bool:
    return getattr(type(checker), method) is not getattr(Checker, method)
