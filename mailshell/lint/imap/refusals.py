"""Commands that are refused although they are right, and refusals that mean something else than they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.imap.legal import legal_form
from mailshell.lint.imap.places import Span, whole
from mailshell.lint.imap.within_idle import WithinIdle
from mailshell.protocol.exchange import Completed, Sent
from mailshell.protocol.imap.state import Phase
from mailshell.wire import Closed, WireEvent

#: What servers write (not a syntax: the words of those that are known for it).
_THROTTLED = re.compile(
    rb"throttl|backoff time|rate limit|too many requests|Command Argument Error\. 11", re.IGNORECASE
)
_NOT_CONNECTED = re.compile(rb"authenticated but not connected", re.IGNORECASE)
_UNSAFE = re.compile(rb"unsafe login", re.IGNORECASE)
_LOGINS = frozenset({"LOGIN", "AUTHENTICATE"})
#: A connection that ends so many seconds after a failed login ends because of it.
_SOON = 1.0


class Refusals(Checker):
    """Looks at each completion with BAD or NO, and for a code that is in use and registered nowhere."""

    def __init__(self) -> None:
        self._within_idle = WithinIdle()

    def sent(self, event: Sent, now: Now) -> Faults:
        self._within_idle.sent(event, now)
        return NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        if self._within_idle.completed(event):
            return NONE
        status = event.response.status
        if event.response.code and event.response.code.upper() == b"THROTTLED":
            return (Fault("throttled-code", *whole(event.response), expected="NO [LIMIT] or NO [INUSE]"),)
        if status == "BAD":
            return self._bad(event, now)
        return self._no(event, now) if status == "NO" else NONE

    def _bad(self, event: Completed, now: Now) -> Iterator[Fault]:
        exchange, text, place = event.exchange, event.response.text, whole(event.response)
        if _NOT_CONNECTED.search(text):
            yield Fault("login-without-mailbox", *place, expected="NO to the login")
            return
        if _THROTTLED.search(text):
            yield Fault("throttled-with-bad", *place, expected="NO [LIMIT] or NO [INUSE]")
            return
        record = exchange.record
        if record is None or now.imap.phase.letter not in record.states:
            return
        form = legal_form(exchange, now.imap.view.exists if now.imap.view is not None else None)
        # A response that is no base64 is refused with BAD, and rightly: it can't be looked at here.
        if form is None or (exchange.name == "AUTHENTICATE" and b"base64" in text.lower()):
            return
        # UTF8=ACCEPT has one, and another one is refused with BAD (RFC 6855 section 3).
        if now.enabled("UTF8=ACCEPT") and " CHARSET " in exchange.words.upper():
            return
        if exchange.name == "ID" and now.imap.phase is Phase.NOT_AUTHENTICATED:
            yield Fault("id-refused-before-login", *place, expected="OK")
            return
        advertised = [name for name in form.capabilities if now.imap.has(name)]
        if advertised:
            what = f"{exchange.name} is answered with BAD, and {' and '.join(advertised)} is advertised"
            yield Fault("advertised-and-refused", *place, what)
        elif not form.capabilities:
            yield Fault("legal-and-refused", *place, f"{exchange.name} is answered with BAD, and it is legal")

    def _no(self, event: Completed, now: Now) -> Iterator[Fault]:
        place = whole(event.response)
        if _UNSAFE.search(event.response.text):
            yield Fault("id-required", *place, expected="OK without ID as well")
        elif event.exchange.name == "ID" and now.imap.phase is Phase.NOT_AUTHENTICATED and legal_form(event.exchange):
            yield Fault("id-refused-before-login", *place, expected="OK")


class FailedLogins(Checker):
    """The connection goes on after a login that failed."""

    def __init__(self) -> None:
        self._failed: tuple[float, Span, str] | None = None

    def completed(self, event: Completed, now: Now) -> Faults:
        self._failed = None
        if event.exchange.name in _LOGINS and event.response.status == "NO":
            self._failed = now.time, whole(event.response), event.exchange.name
        return NONE

    def sent(self, event: Sent, now: Now) -> Faults:
        self._failed = None
        return NONE

    def wire(self, event: WireEvent, now: Now) -> Iterator[Fault]:
        if self._failed is None or not isinstance(event, Closed) or not event.by_server:
            return
        time, (start, end), name = self._failed
        self._failed = None
        if event.time - time <= _SOON:
            yield Fault("closed-after-failed-login", start, end, f"{name} failed, and the server closed the connection")
