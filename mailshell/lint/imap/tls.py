"""STARTTLS, and what is said in the clear.

Nothing is told unless the way to the server is known: octets without a connection may come from a log that was written
behind TLS. What goes over the loopback interface, a pipe or a socket file can be read by nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.places import find, whole
from mailshell.lint.imap.status import StatusChecker
from mailshell.lint.way import SENDS_SECRET
from mailshell.protocol.events import Line
from mailshell.protocol.exchange import Completed, Exchange, Greeting, Sent
from mailshell.protocol.imap.response import STATUSES, Response
from mailshell.protocol.imap.state import Phase
from mailshell.wire import Injected, TlsBegun, TlsStarted, WireEvent

#: What speaks of mailboxes and messages, and has no sense before login.
_MAILBOX_DATA = frozenset(
    {"EXISTS", "RECENT", "EXPUNGE", "VANISHED", "FETCH", "UIDFETCH", "FLAGS", "LIST", "LSUB", "XLIST", "STATUS"}
    | {"SEARCH", "ESEARCH", "SORT", "THREAD", "NAMESPACE", "ACL", "MYRIGHTS", "LISTRIGHTS", "QUOTA", "QUOTAROOT"}
    | {"METADATA", "ANNOTATION"}
)
#: The codes that show a text to the user or send the client elsewhere.
_SPEAKING = frozenset({"ALERT", "BADCHARSET", "PARSE", "REFERRAL"})
_EARLY = (Phase.NOT_AUTHENTICATED, Phase.LOGOUT)
#: So many commands that were sent behind STARTTLS are remembered.
_MOST = 100


class Upgrade(Checker):
    """Between the OK to STARTTLS and the handshake nothing is said, and what was sent before is not obeyed after it."""

    def __init__(self) -> None:
        #: Where the answer ended that agreed to TLS; None if no handshake is due.
        self._agreed: int | None = None
        self._behind: list[Exchange] = []

    def wire(self, event: WireEvent, now: Now) -> Iterator[Fault]:
        if isinstance(event, Injected) and self._agreed is not None:
            yield from self._injected(now.end - len(event.octets), now.end)
        elif isinstance(event, TlsBegun | TlsStarted):
            self._agreed = None

    def sent(self, event: Sent, now: Now) -> Faults:
        # Whoever goes on in the clear has not begun a handshake, or this is a log without it.
        self._agreed = None
        outstanding = now.engine.outstanding
        if not now.tls and len(outstanding) > 1 and len(self._behind) < _MOST:
            before = outstanding[: outstanding.index(event.exchange)] if event.exchange in outstanding else []
            if any(one.name == "STARTTLS" for one in before):
                self._behind.append(event.exchange)
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        exchange, response = event.exchange, event.response
        if not isinstance(response, Response):
            return
        if exchange in self._behind:
            self._behind.remove(exchange)
            if now.tls:
                detail = f"{exchange.tag} {exchange.name} was sent in the clear behind STARTTLS, and is answered in TLS"
                yield Fault("command-injection", *whole(response), detail, "no answer: the command was thrown away")
        if exchange.name == "STARTTLS" and response.ok and not now.tls and now.way.known:
            self._agreed = response.offset + response.length
            if now.end > self._agreed:
                yield from self._injected(self._agreed, now.end)

    def line(self, line: Line, now: Now) -> Faults:
        due = self._agreed is not None and not now.tls
        return self._injected(line.offset, line.offset + len(line.octets)) if due else NONE

    def _injected(self, start: int, end: int) -> Iterator[Fault]:
        if self._agreed is None:
            return
        self._agreed = None
        detail = f"{end - start:,} octets came in the clear behind the answer that agreed to TLS"
        yield Fault("response-injection", start, end, detail, "the handshake")


class Refusal(Checker):
    """STARTTLS is agreed to where it is announced; whoever asked for it does not log in without it."""

    def __init__(self) -> None:
        self._announced = False
        self._refusal: Response | None = None

    def sent(self, event: Sent, now: Now) -> Iterator[Fault]:
        name = event.exchange.name
        if name == "STARTTLS":
            self._announced = now.imap.has("STARTTLS")
        elif name in ("LOGIN", "AUTHENTICATE") and self._refusal is not None and not now.tls:
            detail = f"STARTTLS was refused, and {name} goes out in the clear all the same"
            yield Fault("login-after-refusal", *whole(self._refusal), detail, "the end of the connection")
            self._refusal = None

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        response = event.response
        if event.exchange.name != "STARTTLS" or not isinstance(response, Response) or not now.way.known:
            return
        self._refusal = None
        if not response.ok and not now.tls and now.imap.phase is Phase.NOT_AUTHENTICATED:
            self._refusal = response
            if self._announced:
                yield Fault("starttls-refused", *whole(response), expected="OK, for it is announced")


class Announced(StatusChecker):
    """STARTTLS is not announced where TLS stands."""

    concerns = STATUSES | {"CAPABILITY"}

    def __init__(self) -> None:
        self._told = False

    def untagged(self, received: Received, now: Now) -> Faults:
        if not now.tls or self._told:
            return NONE
        response = received.response
        return self._announcement(response, now) if response.name == "CAPABILITY" else super().untagged(received, now)

    def status(self, response: Response, now: Now) -> Faults:
        return self._announcement(response, now) if response.code_name == "CAPABILITY" else ()

    def _announcement(self, response: Response, now: Now) -> Iterator[Fault]:
        if now.tls and not self._told and now.imap.has("STARTTLS"):
            self._told = True
            yield Fault("starttls-under-tls", *find(response, b"STARTTLS"), expected="no STARTTLS")


class InTheClear(StatusChecker):
    """What has to wait for TLS or for the login."""

    concerns = STATUSES | _MAILBOX_DATA

    def __init__(self) -> None:
        self._disabled: set[Exchange] = set()

    def greeting(self, event: Greeting, now: Now) -> Iterator[Fault]:
        response = event.response
        if isinstance(response, Response) and response.name == "PREAUTH" and now.way.open and not now.tls:
            yield Fault("preauth-in-the-clear", *whole(response), expected="* OK, and a login under TLS")
        yield from super().greeting(event, now)

    def sent(self, event: Sent, now: Now) -> Faults:
        if (
            event.exchange.name == "LOGIN"
            and not now.tls
            and now.imap.has("LOGINDISABLED")
            and len(self._disabled) < _MOST
        ):
            self._disabled.add(event.exchange)
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        # After the login there is nothing to tell.
        return self._early(received, now) if now.imap.phase in _EARLY else NONE

    def _early(self, received: Received, now: Now) -> Iterator[Fault]:
        response = received.response
        if response.name in _MAILBOX_DATA and now.way.known and now.imap.phase is Phase.NOT_AUTHENTICATED:
            where = "" if now.tls else ", in the clear"
            detail = f"{response.name} comes before anybody is logged in{where}"
            yield Fault("data-before-login", *whole(response), detail, "nothing about mailboxes before the login")
        yield from super().untagged(received, now)

    def status(self, response: Response, now: Now) -> Iterator[Fault]:
        name, open_way = response.code_name, now.way.open and not now.tls
        if name in _SPEAKING and open_way and now.imap.phase in _EARLY:
            detail = f"{name} comes in the clear before the login, and anybody may have written it"
            yield Fault("unauthenticated-text", *find(response, b"[" + name.encode()), detail)

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        exchange, response = event.exchange, event.response
        if exchange in self._disabled:
            self._disabled.discard(exchange)
            if response.ok:
                yield Fault("login-despite-logindisabled", *whole(response), expected="NO")
        elif response.ok and now.way.open and not now.tls and _sends_password(exchange):
            detail = f"the server takes {exchange.name} in the clear"
            yield Fault("password-in-the-clear", *whole(response), detail, "LOGINDISABLED, and NO")
        yield from super().completed(event, now)


def _sends_password(exchange: Exchange) -> bool:
    words = exchange.words.upper().split(None, 2)
    return exchange.name == "LOGIN" or (exchange.name == "AUTHENTICATE" and len(words) > 1 and words[1] in SENDS_SECRET)


def checkers() -> list[Checker]:
    """Those of this file, fresh."""
    return [Upgrade(), Refusal(), Announced(), InTheClear()]
