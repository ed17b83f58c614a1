"""When the server ends the connection, what it does in IDLE, and commands sent one behind the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.places import whole
from mailshell.lint.imap.within_idle import WithinIdle
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Awaits, Completed, Continuation, Exchange, Greeting, Sent
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.state import Phase
from mailshell.wire import Closed, Octets, TlsBegun, TlsStarted, WireEvent

#: The least time of an autologout timer, with five seconds for the way (RFC 9051 section 5.4).
AUTOLOGOUT = 30 * 60 - 5
#: So long must nothing have come from the client before its silence can be what the server speaks of.
_SILENT = 10
#: Seconds after which what should come at once is missing.
_AT_ONCE = 10
#: Seconds after which a command that others have overtaken is taken for lost, and a connection for one that stays open.
_GIVEN_UP = 30
_SILENCE_NAMED = re.compile(rb"inactiv|\bidle\b|auto-? ?log-? ?out|time[d-]? ?out|no activity", re.IGNORECASE)
_NEWS = frozenset({"EXISTS", "EXPUNGE", "VANISHED", "FETCH"})


class Farewell(Checker):
    """The server says BYE before it closes the connection, once, and closes it then."""

    concerns = frozenset({"BYE"})

    def __init__(self) -> None:
        self._spoke = 0.0
        self._greeted = self._upgrading = self._told_open = False
        self._bye: Response | None = None
        self._bye_time = 0.0

    def wire(self, event: WireEvent, now: Now) -> Iterator[Fault]:
        if isinstance(event, Octets):
            if event.side is Side.CLIENT:
                self._spoke = event.time
        elif isinstance(event, TlsBegun):
            self._upgrading = True
        elif isinstance(event, TlsStarted):
            self._upgrading = False
        elif isinstance(event, Closed) and event.by_server and event.reason:
            yield from self._closed(event, now)

    def greeting(self, event: Greeting, now: Now) -> Iterator[Fault]:
        self._greeted = True
        yield from self._said(event.response, now)

    def untagged(self, received: Received, now: Now) -> Faults:
        return self._said(received.response, now)

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        if event.exchange.name == "STARTTLS" and event.response.ok:
            self._upgrading = True
        if event.exchange.name == "LOGOUT" and event.response.ok and self._bye is None:
            yield Fault("logout-without-bye", *whole(event.response), expected="* BYE before this line")

    def idle(self, now: Now) -> Iterator[Fault]:
        bye, waited = self._bye, now.time - self._bye_time
        if bye is not None and not self._told_open and waited >= _GIVEN_UP:
            self._told_open = True
            detail = f"the connection is still open {waited:,.0f} seconds after BYE"
            yield Fault("open-after-bye", *whole(bye), detail, "the end of the connection")

    def _said(self, response: object, now: Now) -> Iterator[Fault]:
        if not isinstance(response, Response) or response.name != "BYE":
            return
        if self._bye is not None:
            yield Fault("bye-repeated", *whole(response), expected="the end of the connection")
            return
        self._bye, self._bye_time = response, now.time
        silence = now.time - self._spoke
        outstanding = now.engine.outstanding
        if any(one.name == "LOGOUT" for one in outstanding):
            return
        logged_in = now.imap.phase in (Phase.AUTHENTICATED, Phase.SELECTED)
        if logged_in and _SILENCE_NAMED.search(response.rest) and _SILENT <= silence < AUTOLOGOUT:
            detail = f"the server logs out for inactivity after {_duration(silence)}"
            yield Fault("early-autologout", *whole(response), detail, "no autologout before 30 minutes")

    def _closed(self, event: Closed, now: Now) -> Iterator[Fault]:
        waiting = [one for one in now.engine.outstanding if one.name != "LOGOUT"]
        start, end = whole(self._bye) if self._bye is not None else (now.end, now.end)
        if waiting and self._greeted and not self._upgrading:
            names = ", ".join(f"{one.tag} {one.name}".rstrip() for one in waiting[:3])
            more = f" and {len(waiting) - 3:,} more" if len(waiting) > 3 else ""
            yield Fault("never-completed", start, end, f"the connection ends, and no answer has come to {names}{more}")
        # Whether a connection that broke was broken by the server can't be told.
        closed = not event.broken
        logged_out = now.imap.phase is Phase.LOGOUT
        if closed and self._greeted and not self._upgrading and not logged_out and self._bye is None:
            silence = now.time - self._spoke
            after = f" after {_duration(silence)} without a command" if silence >= 60 else ""
            detail = f"the server closes the connection without BYE{after}"
            yield Fault("end-without-bye", start, end, detail, "* BYE and the reason")


class Idling(Checker):
    """IDLE: the server agrees with ``+``, and tells news as it happens."""

    concerns = _NEWS | {"BYE"}

    def __init__(self) -> None:
        self._exchange: Exchange | None = None
        self._begun = self._agreed = self._pushed = self._ended = 0.0
        self._pushes = 0
        self._told = False
        self._exists: int | None = None
        #: After an IDLE without news: the command that follows it at once.
        self._silent = False
        self._next: Exchange | None = None

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name == "IDLE":
            self._exchange, self._begun = event.exchange, now.time
            self._agreed = self._pushed = 0.0
            self._pushes, self._told = 0, False
        self._next = None
        if self._silent and event.exchange.name == "NOOP" and now.time - self._ended <= 5:
            self._next = event.exchange
        self._silent = False
        return NONE

    def continuation(self, event: Continuation, now: Now) -> Faults:
        if event.exchange is not None and event.exchange is self._exchange:
            self._agreed = now.time
        return NONE

    def idle(self, now: Now) -> Iterator[Fault]:
        exchange, waited = self._exchange, now.time - self._begun
        if exchange is None or self._told or exchange.complete or exchange.continued or waited < _AT_ONCE:
            return
        self._told = True
        detail = f"IDLE was sent {waited:,.0f} seconds ago, and no `+` has come"
        yield Fault("idle-without-continuation", now.end, now.end, detail, "`+ idling`, or NO")

    def untagged(self, received: Received, now: Now) -> Faults:
        return NONE if self._exchange is None and self._next is None else self._untagged(received.response, now)

    def _untagged(self, response: Response, now: Now) -> Iterator[Fault]:
        exchange = self._exchange
        if exchange is not None and exchange.continued:
            if response.name in _NEWS:
                self._pushes += 1
                self._pushed = now.time
            elif response.name == "BYE":
                yield from self._bye(response, now)
        elif self._next is not None and not self._next.complete and response.name in _NEWS:
            if response.name != "EXISTS" or response.number != self._exists:
                detail = f"{response.name} comes with NOOP right after an IDLE in which the server was silent"
                yield Fault("idle-without-news", *whole(response), detail)
            self._next = None

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        if event.exchange is not self._exchange:
            return
        self._exchange, self._ended = None, now.time
        if event.response.ok and not event.exchange.continued:
            yield Fault("idle-without-continuation", *whole(event.response), expected="`+ idling` before this line")
        view = now.imap.mailbox
        self._exists = None if view is None else view.exists
        self._silent = bool(view and event.exchange.continued and not self._pushes and now.time - self._begun >= 60)

    def _bye(self, response: Response, now: Now) -> Iterator[Fault]:
        if now.time - self._agreed <= 2 and not self._pushes:
            detail = "BYE comes right after the `+` that agreed to IDLE"
            yield Fault("bye-after-idling", *whole(response), detail, "NO, if the server does not want to idle")
        if self._pushes and now.time - self._pushed < AUTOLOGOUT and _SILENCE_NAMED.search(response.rest):
            ago = _duration(now.time - self._pushed)
            detail = f"the server logs out for inactivity, and it was itself telling news {ago} ago"
            yield Fault("idle-timer-not-reset", *whole(response), detail)


class Pipelining(Checker):
    """Commands that are sent one behind the other are all answered, and most servers do so in their order."""

    concerns = frozenset({"BAD"})

    def __init__(self) -> None:
        #: Commands up to this number may have had their answer without a tag: a line that is none gets ``* BAD``.
        self._untagged = 0
        self._overtaken: Exchange | None = None
        self._by: Response | None = None
        self._told: Exchange | None = None
        self._heard = 0.0
        self._within_idle = WithinIdle()

    def sent(self, event: Sent, now: Now) -> Faults:
        self._within_idle.sent(event, now)
        return NONE

    def wire(self, event: WireEvent, now: Now) -> Iterator[Fault]:
        if isinstance(event, Octets):
            self._heard = event.time
        elif isinstance(event, Closed) and event.reason:
            yield from self._lost(now)

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        self._within_idle.completed(event)
        outstanding = now.engine.outstanding
        oldest = outstanding[0] if outstanding else None
        if oldest is None or oldest.number > event.exchange.number or oldest.awaits is not Awaits.NOTHING:
            return
        if oldest.number <= self._untagged or oldest in self._within_idle:
            return
        if oldest is not self._overtaken and isinstance(event.response, Response):
            self._overtaken, self._by = oldest, event.response
            detail = f"{event.exchange.tag} is completed before {oldest.tag}, which was sent earlier"
            yield Fault("out-of-order", *whole(event.response), detail)

    def untagged(self, received: Received, now: Now) -> Faults:
        """RFC 9051 section 7.1.3: an untagged BAD is for a command whose tag can't be told."""
        self._untagged = max((exchange.number for exchange in now.engine.outstanding), default=0)
        return NONE

    def idle(self, now: Now) -> Iterator[Fault]:
        if now.time - self._heard >= _GIVEN_UP:
            yield from self._lost(now)

    def _lost(self, now: Now) -> Iterator[Fault]:
        exchange, by = self._overtaken, self._by
        if exchange is not None and by is not None and not exchange.complete and exchange is not self._told:
            self._told = exchange
            detail = f"{exchange.tag} {exchange.name} has no answer, and commands that were sent later have"
            yield Fault("command-dropped", *whole(by), detail, f"the completion of {exchange.tag}")


def _duration(seconds: float) -> str:
    return f"{seconds:,.0f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"


def checkers() -> list[Checker]:
    """Those of this file, fresh."""
    return [Farewell(), Idling(), Pipelining()]
