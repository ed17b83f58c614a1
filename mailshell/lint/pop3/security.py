"""TLS by STLS, what comes around it, and what is told or taken before anybody has been identified."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from mailshell.lint.checker import Checker, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.reply import arguments
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Completed, Sent
from mailshell.protocol.pop3.response import StatusLine
from mailshell.protocol.pop3.state import Phase
from mailshell.wire import Connected, Injected, Octets, WireEvent

#: Mechanisms that send the password, or a token that is as good.
_PLAIN = frozenset({"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"})
_TRANSACTION = frozenset({"STAT", "LIST", "RETR", "DELE", "RSET", "TOP", "UIDL"})
_MOST = 100


class Stls(Checker):
    """From the reply that agrees to STLS until the handshake nothing may come, and nothing sent so far may count."""

    def __init__(self) -> None:
        self._end = 0
        self._agreed = False
        self._told = False
        self._asked = False
        #: Commands that were sent in the clear behind STLS, by number.
        self._behind: set[int] = set()

    def sent(self, event: Sent, now: Now) -> Iterator[Fault]:
        if event.exchange.name == "STLS":
            self._asked = True
        elif self._asked and not now.tls and len(self._behind) < _MOST:
            self._behind.add(event.exchange.number)
        yield from ()

    def wire(self, event: WireEvent, now: Now) -> Iterator[Fault]:
        if isinstance(event, Octets) and event.side is Side.SERVER:
            self._end = event.offset + len(event.octets)
            if self._agreed and not event.tls:
                yield from self._injected(event.offset)
        elif isinstance(event, Injected):
            yield from self._injected(max(0, self._end - len(event.octets)))

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        status, exchange = event.response, event.exchange
        if not isinstance(status, StatusLine):
            return
        start, end = status.offset, status.offset + len(status.line)
        if exchange.name == "STLS" and not now.tls:
            self._asked = self._agreed = status.ok
            if not status.ok:
                self._behind.clear()
                if now.pop3.has("STLS"):
                    yield Fault("stls-refused", start, end)
                return
            # The line and its CRLF; nothing may have come with it.
            if self._end > end + 2:
                yield from self._injected(end + 2)
        elif exchange.number in self._behind:
            self._behind.discard(exchange.number)
            if now.tls:
                detail = f"{exchange.name}, sent in the clear behind STLS, is answered under TLS"
                yield Fault("stls-command-injection", start, end, detail)

    def _injected(self, start: int) -> Iterator[Fault]:
        if not self._told:
            self._told = True
            yield Fault("stls-injection", min(start, self._end), self._end, expected="the handshake of TLS")


class Clear(Checker):
    """What is done without TLS, on the way to another machine."""

    def __init__(self) -> None:
        self._local = False

    def wire(self, event: WireEvent, now: Now) -> Iterator[Fault]:
        if isinstance(event, Connected):
            self._local = is_local(event.peer)
        yield from ()

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        status, exchange = event.response, event.exchange
        if self._local or now.tls or not status.ok or not isinstance(status, StatusLine):
            return
        words = arguments(exchange)
        start, end = status.offset, status.offset + len(status.line)
        if exchange.name == "PASS" or (exchange.name == "AUTH" and words and words[0].upper() in _PLAIN):
            what = "PASS" if exchange.name == "PASS" else f"AUTH {words[0].upper()}"
            yield Fault("password-in-the-clear", start, end, f"the server takes the password of {what} without TLS")
        elif exchange.name == "CAPA" and now.pop3.phase is Phase.AUTHORIZATION and not now.pop3.has("STLS"):
            yield Fault("stls-not-offered", start, end)


class Early(Checker):
    """Answers about a maildrop before anybody has logged in."""

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        status, name = event.response, event.exchange.name
        if not isinstance(status, StatusLine) or not status.ok or now.pop3.phase is not Phase.AUTHORIZATION:
            return
        if name in _TRANSACTION:
            detail = f"{name} is accepted before login"
            yield Fault("answered-before-login", status.offset, status.offset + 3, detail, "-ERR")


def is_local(peer: str) -> bool:
    """Whether the peer (``HOST:PORT``, ``[HOST]:PORT``, or what a program is called) is this machine or a tunnel."""
    host = peer.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return True
