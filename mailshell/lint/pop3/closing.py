"""The end of a connection: after an error, at a login, instead of an answer; and QUIT."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.endings import PATIENCE
from mailshell.lint.pop3.reply import LOGIN
from mailshell.protocol.events import Deviation, Line
from mailshell.protocol.exchange import Completed, Exchange, Sent
from mailshell.wire import Closed, WireEvent

#: An end so many seconds after an error was caused by it.
_AT_ONCE = 2.0
#: A server may lose its patience after so many errors in a row.
_MANY_ERRORS = 3


class Closings(Checker):
    """Whether the server closes the connection when it should answer."""

    def __init__(self) -> None:
        self._line = (0, 0)
        self._last: Exchange | None = None
        self._ended = 0.0
        self._errors = 0
        self._sent = 0.0
        self._told = False
        #: Lines that are no replies came while commands waited: so many replies may be counted for later commands.
        self._unread = 0

    def line(self, line: Line, now: Now) -> Faults:
        self._line = (line.offset, line.offset + len(line.octets.rstrip(b"\r\n")))
        return NONE

    def deviation(self, event: Deviation, now: Now) -> Faults:
        if event.rule == "stray-line" and now.engine.outstanding:
            self._unread += 1
        return NONE

    def sent(self, event: Sent, now: Now) -> Faults:
        self._last = None
        self._sent = now.time
        return NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        self._last, self._ended = event.exchange, now.time
        if not now.engine.outstanding:
            self._unread = 0
        ok = event.response.ok
        self._errors = 0 if ok else self._errors + 1
        return (Fault("quit-refused", *self._line),) if event.exchange.name == "QUIT" and not ok else NONE

    def wire(self, event: WireEvent, now: Now) -> Faults:
        # Whether a connection that broke was broken by the server can't be told.
        closed = isinstance(event, Closed) and event.by_server and not event.broken and now.engine.answering is None
        return self._closed(now) if closed else NONE

    def _closed(self, now: Now) -> Iterator[Fault]:
        waits = now.engine.outstanding
        if waits:
            if len(waits) > self._unread:
                yield from self._unanswered(waits[0].name)
        elif (
            self._last is not None
            and self._last.status is not None
            and not self._last.status.ok
            and self._last.name not in LOGIN | {"QUIT"}
            and self._errors < _MANY_ERRORS
            and now.time - self._ended <= _AT_ONCE
        ):
            detail = f"the server refuses {self._last.name or 'a command'} and closes the connection"
            yield Fault("closed-after-error", *self._line, detail)

    def idle(self, now: Now) -> Iterator[Fault]:
        waits = now.engine.outstanding
        late = now.time - self._sent >= PATIENCE and now.engine.answering is None
        if late and waits and waits[0].name == "CAPA" and not self._told:
            self._told = True
            yield Fault("capa-not-answered", *self._line, f"CAPA is not answered for {PATIENCE:g} s")

    def _unanswered(self, name: str) -> Iterator[Fault]:
        """The connection ends while this command waits for its reply."""
        if name == "CAPA":
            yield Fault("capa-not-answered", *self._line, "the server closes the connection instead of answering CAPA")
        elif name == "QUIT":
            yield Fault("quit-not-answered", *self._line)
        elif name in LOGIN:
            yield Fault("closed-at-login", *self._line, f"the server closes the connection instead of answering {name}")
