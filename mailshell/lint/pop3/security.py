"""TLS by STLS, what comes around it, and what is told or taken before anybody has been identified."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.reply import arguments
from mailshell.lint.way import SENDS_SECRET
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Completed, Exchange, Sent
from mailshell.protocol.pop3.response import StatusLine
from mailshell.protocol.pop3.state import Phase
from mailshell.wire import Injected, Octets, WireEvent

_TRANSACTION = frozenset({"STAT", "LIST", "RETR", "DELE", "RSET", "TOP", "UIDL"})
_MOST = 100


class Stls(Checker):
    """From the reply that agrees to STLS until the handshake nothing may come, and nothing sent so far may count."""

    def __init__(self) -> None:
        self._agreed = self._told = self._asked = False
        #: Commands that were sent in the clear behind STLS, by number.
        self._behind: set[int] = set()

    def sent(self, event: Sent, now: Now) -> Faults:
        # Whoever goes on in the clear has not begun a handshake, or this is a log without it.
        self._agreed = False
        if event.exchange.name == "STLS":
            self._asked = True
        elif self._asked and not now.tls and len(self._behind) < _MOST:
            self._behind.add(event.exchange.number)
        return NONE

    def wire(self, event: WireEvent, now: Now) -> Faults:
        if isinstance(event, Octets) and event.side is Side.SERVER:
            return self._injected(event.offset, now) if self._agreed and not event.tls else NONE
        return self._injected(max(0, now.end - len(event.octets)), now) if isinstance(event, Injected) else NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        concerned = event.exchange.name == "STLS" or self._behind
        return self._answered(event, now) if concerned else NONE

    def _answered(self, event: Completed, now: Now) -> Iterator[Fault]:
        status, exchange = event.response, event.exchange
        if not isinstance(status, StatusLine):
            return
        start, end = status.offset, status.offset + len(status.line)
        if exchange.name == "STLS" and not now.tls:
            self._asked = self._agreed = status.ok
            if not status.ok:
                self._behind.clear()
            elif now.end > end + 2:
                # The line ends with CRLF; nothing may have come with it.
                yield from self._injected(end + 2, now)
        elif exchange.number in self._behind:
            self._behind.discard(exchange.number)
            if now.tls:
                detail = f"{exchange.name}, sent in the clear behind STLS, is answered under TLS"
                yield Fault("command-injection", start, end, detail)

    def _injected(self, start: int, now: Now) -> Iterator[Fault]:
        if not self._told:
            self._told = True
            yield Fault("response-injection", min(start, now.end), now.end, expected="the handshake of TLS")


class Refusal(Checker):
    """STLS is agreed to where CAPA lists it, and whoever asked for it does not log in without it."""

    def __init__(self) -> None:
        self._refusal: tuple[int, int] | None = None

    def completed(self, event: Completed, now: Now) -> Faults:
        return self._answered(event, now) if event.exchange.name == "STLS" and not now.tls else NONE

    def _answered(self, event: Completed, now: Now) -> Iterator[Fault]:
        status = event.response
        if not isinstance(status, StatusLine):
            return
        span = status.offset, status.offset + len(status.line)
        self._refusal = None if status.ok else span
        if not status.ok and now.pop3.phase is Phase.AUTHORIZATION and now.pop3.has("STLS"):
            yield Fault("starttls-refused", *span, expected="+OK, for CAPA lists it")

    def sent(self, event: Sent, now: Now) -> Faults:
        refusal = self._refusal
        sends = "" if refusal is None else sends_password(event.exchange)
        if refusal is None or not sends or not now.way.open or now.tls:
            return NONE
        self._refusal = None
        detail = f"STLS was refused, and {sends} goes out in the clear all the same"
        return (Fault("login-after-refusal", *refusal, detail),)


class Clear(Checker):
    """What is done without TLS, on the way to another machine."""

    def completed(self, event: Completed, now: Now) -> Faults:
        return self._accepted(event, now) if now.way.open and not now.tls and event.response.ok else NONE

    def _accepted(self, event: Completed, now: Now) -> Iterator[Fault]:
        status, exchange = event.response, event.exchange
        if not isinstance(status, StatusLine):
            return
        start, end = status.offset, status.offset + len(status.line)
        sends = sends_password(exchange)
        if sends:
            yield Fault("password-in-the-clear", start, end, f"the server takes the password of {sends} without TLS")
        elif exchange.name == "CAPA" and now.pop3.phase is Phase.AUTHORIZATION and not now.pop3.has("STLS"):
            yield Fault("stls-not-offered", start, end)


class Early(Checker):
    """Answers about a maildrop before anybody has logged in."""

    def completed(self, event: Completed, now: Now) -> Faults:
        status, name = event.response, event.exchange.name
        early = name in _TRANSACTION and now.pop3.phase is Phase.AUTHORIZATION
        if early and status.ok and isinstance(status, StatusLine):
            what = f"{name} is accepted before login"
            return (Fault("data-before-login", status.offset, status.offset + 3, what),)
        return NONE


def sends_password(exchange: Exchange) -> str:
    """The command (``PASS``, ``AUTH PLAIN``) if it sends a password as it is, else empty."""
    words = arguments(exchange)
    if exchange.name == "AUTH" and words and words[0].upper() in SENDS_SECRET:
        return f"AUTH {words[0].upper()}"
    return "PASS" if exchange.name == "PASS" else ""
