"""Tells the person of what no command is waiting for."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from mailshell.interpreter.answer import masked, response_text
from mailshell.interpreter.console import Console
from mailshell.interpreter.masking import beginning
from mailshell.protocol.events import LimitReached
from mailshell.protocol.exchange import Exchange, Status, Stray
from mailshell.protocol.imap.data import Data, Other
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.protocol.secrecy import Secrets
from mailshell.render.imap import unsolicited
from mailshell.render.status import status_line
from mailshell.text.escape import escape, escape_octets

#: Of each kind of untagged response so many are kept for ``response``, and for results that are collected.
KEPT = 100
#: Of the untagged responses that belong to a late answer so many are shown; the others are counted.
LATE = 3


class Announcer:
    """A session's listener. ``untagged`` keeps what came unasked since it was last cleared."""

    def __init__(self, console: Console, secrets: Secrets) -> None:
        self.console = console
        self.secrets = secrets
        #: What stands before each message.
        self.label: Callable[[], str] = lambda: ""
        self.untagged: deque[str] = deque(maxlen=KEPT)
        self.on_closed: Callable[[], None] = lambda: None
        #: What wants to know what the server said unasked.
        self.learn: Callable[[Data], None] = lambda data: None
        #: Why the connection ended, if that was told: it need not be told again.
        self.told = ""
        #: Whether the time stands before what comes unasked: while nobody watches, as in IDLE.
        self.timed = False
        #: Whether a finding has just shown all of these octets.
        self.is_shown: Callable[[bytes], bool] = lambda octets: False
        self._late: dict[Exchange, int] = {}

    def _say(self, text: str) -> None:
        self.console.say(self.label() + self.secrets.mask_str(text))

    def unsolicited(self, response: Response) -> None:
        response = masked(response, self.secrets)
        data, _ = read_data(response)
        self.learn(data)
        self.untagged.append(response_text(response))
        # What has no form of its own is shown as it came.
        when = time.strftime("%H:%M:%S ") if self.timed else ""
        self._say(
            f"{when}* {escape_octets(response.line[2:][:1000]) if isinstance(data, Other) else unsolicited(data)}"
        )

    def late(self, exchange: Exchange, response: Status) -> None:
        which = f"{exchange.tag} {exchange.name}" if exchange.tag else exchange.name
        count = self._late.pop(exchange, 0)
        more = f"; {count:,} responses came with it, and {LATE} of them are shown" if count > LATE else ""
        self._say(f"* late answer to {escape(which)}: {status_line(response)}{more}")

    def late_untagged(self, exchange: Exchange, response: Response) -> None:
        self._late[exchange] = count = self._late.get(exchange, 0) + 1
        data, _ = read_data(masked(response, self.secrets))
        self.learn(data)
        if count > LATE:
            return
        self._say(f"* late, for {escape(exchange.tag)} {escape(exchange.name)}: {unsolicited(data)}")

    def late_continuation(self, exchange: Exchange, response: Status) -> None:
        which = f"{exchange.tag} {exchange.name}" if exchange.tag else exchange.name
        self._say(f"* late, for {escape(which)}: {status_line(response)}")

    def stray(self, stray: Stray) -> None:
        if self.is_shown(stray.octets):
            return
        self._say(f"! stray line: {escape_octets(beginning(stray.octets, 2000, self.secrets))}")

    def report(self, report: LimitReached) -> None:
        self._say(f"! {escape(str(report))}")

    def injected(self, octets: bytes) -> None:
        shown = escape_octets(beginning(octets, 200, self.secrets))
        self._say(
            f"! CRITICAL: {len(octets):,} octets came in the clear after the server agreed to TLS; somebody may have "
            f"injected them, and they are discarded (RFC 9051 11.1): {shown}"
        )

    def closed(self, reason: str) -> None:
        self._late.clear()
        self.told = self.secrets.mask_str(reason)
        self._say(f"* {escape(reason)}")
        self.on_closed()

    def diagnostic(self, text: str) -> None:
        self._say(f"* stderr: {escape(text)}")
