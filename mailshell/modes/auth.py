"""``mailshell auth URL``: each way to log in that the server offers, tried on a connection of its own."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mailshell.contract import SessionError
from mailshell.exits import Exit, UsageError
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.logins import try_way
from mailshell.interpreter.mechanisms import ask_capabilities, missing
from mailshell.interpreter.options import Options
from mailshell.interpreter.passwords import PasswordSource
from mailshell.interpreter.ways import AUTO, OWN_WAYS, OwnWay, chosen_way, find_way, offered_ways
from mailshell.modes.batch import BatchConsole, LineReader, open_session
from mailshell.protocol.imap.state import Phase
from mailshell.render.columns import Column, Table
from mailshell.sasl.mechanism import Mechanism, SaslError
from mailshell.sasl.offers import offered
from mailshell.sasl.table import MECHANISMS
from mailshell.session import Session
from mailshell.text.escape import escape
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed

_COLUMNS = (Column("way"), Column("offered"), Column("tried"), Column("ms", number=True), Column("result"))
#: After so many refusals no more is tried, unless somebody says otherwise.
REFUSALS = 2
#: The result of a way that the server has accepted, or refused.
_ACCEPTED, _REFUSED, _FAILED, _NOT_TRIED = "accepted", "refused", "failed", "not tried"


@dataclass(slots=True)
class Row:
    """What came of one way. ``result``: accepted, refused, failed, or not tried; ``words``: the server's, or why.

    ``offered``: how often the server lists it. ``milliseconds``: from the first command of the login to its end.
    """

    way: str
    offered: int
    result: str = _NOT_TRIED
    words: str = ""
    milliseconds: float | None = None

    @property
    def tried(self) -> bool:
        return self.result != _NOT_TRIED

    def cells(self) -> list[str]:
        """The row of the table."""
        listed = {0: "no", 1: "yes", 2: "twice"}.get(self.offered, f"{self.offered} times")
        took = f"{self.milliseconds:.1f}" if self.milliseconds is not None else "-"
        told = self.words if not self.tried else f"{self.result}: {self.words}" if self.words else self.result
        return [escape(self.way), listed, "yes" if self.tried else "no", took, told]

    def as_json(self) -> dict[str, object]:
        """The object that ``--json`` prints."""
        took = round(self.milliseconds, 3) if self.milliseconds is not None else None
        return {
            "way": self.way,
            "offered": self.offered,
            "tried": self.tried,
            "result": self.result,
            "words": self.words,
            "milliseconds": took,
        }


def main(endpoint: Endpoint, options: Options, *, max_failures: int, as_json: bool) -> Exit:
    """Try them, and print the table. OK if one was accepted, REFUSED if none was; else as a run that can't connect."""
    return asyncio.run(_run(endpoint, options, max_failures, as_json=as_json))


async def _run(endpoint: Endpoint, options: Options, max_failures: int, *, as_json: bool) -> Exit:
    return await _Trial(endpoint, options, max_failures).run(as_json=as_json)


class _Trial:
    """All tries on one server. So many refusals end it, for the next might lock the account."""

    def __init__(self, endpoint: Endpoint, options: Options, max_failures: int) -> None:
        self._endpoint = endpoint
        self._options = options
        self._most = max_failures
        self._refused = 0
        self._chosen, _ = chosen_way(options.auth, endpoint.auth)
        # Nobody is to be logged in by opening: each try does that itself.
        options.login = False
        self._console = BatchConsole(LineReader(iter(())), collects=False)
        self._interpreter = Interpreter(self._console, options)

    async def run(self, *, as_json: bool) -> Exit:
        status = await open_session(self._interpreter, self._endpoint)
        if status is not Exit.OK:
            return status
        session = self._interpreter.connected
        if session.engine.state.phase is Phase.AUTHENTICATED:
            self._console.say("the server has greeted with PREAUTH: there is nothing to log in with")
            await self._leave()
            return Exit.OK
        await ask_capabilities(self._interpreter)
        rows = list(self._rows(session))
        if not any(self._find(row.way) for row in rows):
            self._console.say(f"{session.endpoint.name} offers nothing that mailshell can log in with")
        try:
            for row in sorted(rows, key=lambda row: _strength(row.way)):
                await self._fill(row)
        finally:
            await self._leave()
        self._print(rows, as_json=as_json)
        return Exit.OK if any(row.result == _ACCEPTED for row in rows) else Exit.REFUSED

    def _rows(self, session: Session) -> Iterator[Row]:
        """A row for each way that is offered, or for the one that was chosen."""
        names = offered_ways(session)
        listed = Counter(offered(session.protocol, session.engine.state.capabilities or ()))
        if self._chosen != AUTO:
            way = find_way(self._chosen, session.protocol).name
            yield Row(way, listed[way] or int(way in names))
            return
        for name in names:
            yield Row(name, listed[name] or 1)

    def _find(self, name: str) -> OwnWay | Mechanism | None:
        return OWN_WAYS.get(name) or MECHANISMS.get(name)

    async def _fill(self, row: Row) -> None:
        """Try the way, or say why not."""
        way = self._find(row.way)
        if way is None:
            row.words = "mailshell does not carry it out"
        elif self._refused >= self._most:
            row.words = (
                f"left out after {self._refused} refusals, lest the account is locked; --max-failures allows more"
            )
        elif lacks := self._lacks(way):
            row.words = lacks
        else:
            await self._keep_password(way)
            try:
                await self._try(row, way)
            except (UsageError, SaslError, SessionError, ConnectFailed, ConnectionError) as error:
                # What could not be sent was not tried.
                row.result = _NOT_TRIED if isinstance(error, UsageError) else _FAILED
                row.words = escape(self._interpreter.secrets.mask_str(str(error)))

    def _lacks(self, way: OwnWay | Mechanism) -> str:
        """Which credentials are missing for a way that nobody has chosen; empty if none are."""
        if isinstance(way, Mechanism) and way.needs == "token" and not self._options.sources.token.exists:
            return "no token is given"
        if self._chosen != AUTO:
            return ""
        if way.name == "EXTERNAL" and self._options.tls_options.cert is None and self._endpoint.kind == "tcp":
            return "no certificate is given (--cert); --auth EXTERNAL tries it all the same"
        if way.name == "ANONYMOUS" and (self._options.user or self._endpoint.user):
            return "a guest's, and a user is given; --auth ANONYMOUS tries it all the same"
        return ""

    async def _try(self, row: Row, way: OwnWay | Mechanism) -> None:
        interpreter = self._interpreter
        if interpreter.session is None or not interpreter.session.is_open:
            await interpreter.open(self._endpoint)
        await ask_capabilities(interpreter)
        if isinstance(way, Mechanism) and (lacks := missing(way, interpreter.connected)):
            raise UsageError(lacks)
        begun = time.perf_counter()
        try:
            attempt = await try_way(interpreter, way)
        finally:
            row.milliseconds = (time.perf_counter() - begun) * 1000
            await self._leave()
        row.result = _ACCEPTED if attempt.status.ok else _REFUSED
        row.words = interpreter.secrets.mask_str(attempt.words)
        self._refused += not attempt.status.ok

    async def _leave(self) -> None:
        await self._interpreter.close()
        if self._interpreter.session is not None:
            await self._interpreter.session.wait_closed()

    async def _keep_password(self, way: OwnWay | Mechanism) -> None:
        """Get the password once for all tries: a person is not to be asked again and again. Raises UsageError."""
        sources = self._options.sources
        if isinstance(way, Mechanism) and way.needs != "password":
            return
        user = self._options.user or self._endpoint.user
        if sources.password.given is None and user:
            sources.password = PasswordSource(given=await self._interpreter.password_for(user))
            sources.asks = False

    def _print(self, rows: list[Row], *, as_json: bool) -> None:
        if as_json:
            for row in rows:
                self._console.show(json.dumps(row.as_json()))
            return
        table = Table(_COLUMNS, self._console.width, whole=self._console.whole)
        for row in rows:
            for line in table.add(row.cells()):
                self._console.show(line)
        for line in table.flush():
            self._console.show(line)


def _strength(name: str) -> int:
    """The place of a way in the order in which they are tried: what shows no secret comes first."""
    order = [*(name for name in MECHANISMS if not MECHANISMS[name].reveals and MECHANISMS[name].needs), "APOP"]
    order += [name for name in (*MECHANISMS, *OWN_WAYS) if name not in order]
    return order.index(name) if name in order else len(order)
