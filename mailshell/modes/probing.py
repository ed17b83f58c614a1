"""Sessions for ``mailshell check``, opened as the options of a run say, and the check of one server with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mailshell.check.bench import Bench, LoginRefused
from mailshell.check.probe import Probe
from mailshell.check.report import Report
from mailshell.check.runner import Progress, run_probes
from mailshell.contract import TimeLimit
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.options import Options
from mailshell.interpreter.passwords import PasswordSource
from mailshell.interpreter.refusal import Refused
from mailshell.interpreter.ways import AUTO, chosen_way, find_way
from mailshell.lint.finding import Finding
from mailshell.lint.linter import Linter
from mailshell.lint.session import linter_for
from mailshell.modes.batch import BatchConsole, LineReader
from mailshell.protocol.imap.state import Phase
from mailshell.sasl.mechanism import Mechanism
from mailshell.session import Session
from mailshell.transport.endpoint import Endpoint
from mailshell.wire import Observer

#: Of each rule so many findings are kept for the report.
_OF_A_RULE = 3
#: So many notes of how it was done are kept.
_NOTES = 20
#: A maildrop may still be locked by the session before: so often it is tried again, after so many seconds.
_AGAIN, _PAUSE = 2, 1.0


class _QuietConsole(BatchConsole):
    """Shows nothing; a note that would be said is kept, once."""

    def __init__(self) -> None:
        super().__init__(LineReader(iter(())), collects=False)
        self.notes: list[str] = []

    def say(self, text: str) -> None:
        if text.startswith("note: ") and text not in self.notes and len(self.notes) < _NOTES:
            self.notes.append(text)

    def show(self, line: str) -> None:
        return

    def conclude(self, line: str) -> None:
        return


class Connections:
    """Opens sessions with the options of this run; as ``mailshell.check.bench.Connector`` has it."""

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        self.protocol: str = endpoint.protocol
        self.clear = not endpoint.implicit_tls and endpoint.kind == "tcp" and options.tls != "implicit"
        self.console = _QuietConsole()
        self.user = options.user or endpoint.user or ""
        self._endpoint = endpoint
        # What is found on the wire goes into the report: the bench has linters of its own. What a profile says stands
        # in the options already, and stays there: no session takes it over anew, or gives it back.
        self._options = replace(options, lint="off", profile=None, replaced={}, record_folder=None)
        self._first = Interpreter(self.console, self._options)
        self._opened: dict[Session, Interpreter] = {}
        self._logins = 0
        self._refused = ""
        self._way, _ = chosen_way(options.auth, endpoint.auth)
        #: Whether each session that is opened logs in, unless it is told not to.
        self.logs_in = options.login and bool(self.user or self._way != AUTO)
        self.secrets = self._first.secrets

    @property
    def server(self) -> str:
        """The URL as it may be shown: without a password, and of a command line only the program."""
        endpoint = self._endpoint
        scheme = endpoint.protocol + ("s" if endpoint.implicit_tls else "")
        if endpoint.kind != "tcp":
            return f"{scheme}+{endpoint.kind}:{endpoint.name}"
        return f"{scheme}://{f'{self.user}@' if self.user else ''}{endpoint.name}"

    async def keep_password(self) -> None:
        """Get the password once for all sessions: a person is not to be asked again and again. Raises UsageError."""
        sources = self._options.sources
        if not self.logs_in or not self.user or sources.password.given is not None or self._needs_none():
            return
        self._first.endpoint = self._endpoint
        sources.password = PasswordSource(given=await self._first.password_for(self.user))
        sources.asks = False

    def _needs_none(self) -> bool:
        way = find_way(self._way, self.protocol)
        return isinstance(way, Mechanism) and way.needs != "password"

    async def connect(
        self, observers: Callable[[Session], Sequence[Observer]], *, login: bool = True, starttls: bool = True
    ) -> Session:
        login = login and self.logs_in
        if login and self._refused:
            raise LoginRefused(f"{self._refused}; it is not tried again")
        tries = _AGAIN if self._logins else 0
        while True:
            try:
                session = await self._open(observers, login=login, starttls=starttls)
            except Refused as error:
                if tries and error.code == "IN-USE":
                    tries -= 1
                    await asyncio.sleep(_PAUSE)
                    continue
                self._refused = str(error)
                raise LoginRefused(self._refused) from None
            self._logins += login
            return session

    async def _open(
        self, observers: Callable[[Session], Sequence[Observer]], *, login: bool, starttls: bool
    ) -> Session:
        interpreter = self._first.beside()
        interpreter.watchers.append(observers)
        tls = self._options.tls
        interpreter.options = replace(
            self._options, login=login, tls="none" if tls == "starttls" and not starttls else tls
        )
        try:
            await interpreter.open(self._endpoint)
        except BaseException:
            if interpreter.session is not None:
                interpreter.session.abort()
            raise
        session = interpreter.connected
        self._opened[session] = interpreter
        return session

    async def leave(self, session: Session) -> None:
        await self._opened.pop(session).close()
        await session.wait_closed()


async def examine(
    connections: Connections,
    probes: Sequence[Probe],
    *,
    budget: float,
    allow_writes: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Probe one server.

    Raises what opening the first session raises, and TimeLimit if that takes longer than the budget: a server that
    can't be reached has no report. All that comes later, a refused login too, becomes part of it. Cancelled while
    probes run, it returns what was found by then.
    """
    report = Report(
        connections.server,
        connections.protocol,
        datetime.now(UTC).isoformat(timespec="seconds"),
        budget,
        allow_writes,
        secrets=connections.secrets,
    )
    linters: list[Linter] = []
    sessions: list[Session] = []

    def keep(finding: Finding) -> None:
        if sum(one.rule is finding.rule for one in report.findings) < _OF_A_RULE:
            report.findings.append(finding)

    def observe(session: Session) -> Sequence[Observer]:
        sessions.append(session)
        linters.append(linter_for(session.engine, keep))
        return [linters[-1]]

    bench = Bench(connections, observe, allow_writes=allow_writes, user=connections.user)
    begun = time.monotonic()
    try:
        async with asyncio.timeout(budget) as limit:
            await _reach(connections, bench, report)
    except TimeoutError:
        if not limit.expired():
            raise
        greeted = any(session.greeting is not None for session in sessions)
        if not greeted or connections.logs_in:
            what = "the login did not end" if greeted else "no greeting"
            raise TimeLimit(f"{connections.server}: {what} within the budget of {budget:g} s") from None
    report.results = await run_probes(
        bench,
        probes,
        budget=budget,
        spent=time.monotonic() - begun,
        progress=progress,
    )
    report.seconds = time.monotonic() - begun
    report.greeting, report.identity = bench.known.greeting, bench.known.identity
    report.capabilities = bench.known.capabilities
    report.interrupted, report.out_of_time = bench.interrupted, bench.out_of_time
    report.notes = connections.console.notes
    for linter in linters:
        report.counts += linter.counts
    return report


async def _reach(connections: Connections, bench: Bench, report: Report) -> None:
    """Open a session, so that it is known from the start whether there is a server, and whether it lets anybody in."""
    try:
        if connections.logs_in:
            await bench.client()
            return
        client = await bench.connect()
        bench.no_login = "nobody logs in; name a user in the URL (imaps://ana@host), or with --user"
        if connections.user:
            bench.no_login = "nobody logs in, because of --no-login"
        if client.session.engine.state.phase is Phase.AUTHENTICATED:
            # The server has greeted with PREAUTH.
            bench.no_login = ""
        await bench.leave(client)
    except LoginRefused as error:
        report.login_refused = report.mask(str(error))
        bench.no_login = "the login was refused"
