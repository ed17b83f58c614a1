"""What a typed line does. One interpreter for a shell or a run; it has one session at a time, or none."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence

from mailshell.assist.checks import check
from mailshell.assist.knowledge import Knowledge
from mailshell.contract import AnswerUnusable, ConnectionLost, Handler, Part, SessionError, TimeLimit
from mailshell.exits import Exit, UsageError
from mailshell.interpreter import dialogues, mechanisms, opening, pipe, python_api
from mailshell.interpreter.announce import Announcer
from mailshell.interpreter.answer import ImapAnswer, Output, Pop3Answer, conclude, destination_of
from mailshell.interpreter.arguments import ArgumentReader
from mailshell.interpreter.background import Background
from mailshell.interpreter.confirming import confirm
from mailshell.interpreter.console import Console
from mailshell.interpreter.findings import Findings
from mailshell.interpreter.learning import Learner
from mailshell.interpreter.line import TypedLine, read_line
from mailshell.interpreter.local import aliases, settings, table
from mailshell.interpreter.masking import secret_of
from mailshell.interpreter.options import Options
from mailshell.interpreter.profile import use
from mailshell.interpreter.raw import send_raw
from mailshell.interpreter.recordings import Recordings
from mailshell.interpreter.refusal import Refused
from mailshell.interpreter.result import Result
from mailshell.interpreter.sessions import Sessions
from mailshell.interpreter.stopwatch import Stopwatch
from mailshell.interpreter.stores import Account
from mailshell.interpreter.tap import Tap
from mailshell.interpreter.typed_mask import TypedMask
from mailshell.interpreter.warnings import login_risk, situation, warnings_for
from mailshell.lint.rule import Rule
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.exchange import Exchange, Status
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.imap.terms import TERMS as IMAP_TERMS
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.pop3.response import StatusLine
from mailshell.protocol.pop3.state import Pop3State
from mailshell.protocol.pop3.terms import TERMS as POP3_TERMS
from mailshell.protocol.secrecy import Secrets
from mailshell.protocol.terms import Terms
from mailshell.sasl.mechanism import SaslError
from mailshell.secret import Secret
from mailshell.session import Session
from mailshell.text.escape import escape
from mailshell.trace.trace import Trace
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed
from mailshell.wire import Observer

_HISTORY = 1000


class Interpreter:
    """Runs lines one after the other. Nothing that a server does and nothing that is typed makes ``run`` raise."""

    catalogues: Mapping[str, Catalogue] = {"imap": IMAP, "pop3": POP3}

    def __init__(self, console: Console, options: Options, beside: Interpreter | None = None) -> None:
        """``beside``: another one of the same run, with which it shares what is known of secrets, and the history."""
        self.console = console
        self.options = options
        self.sessions: Sessions = beside.sessions if beside is not None else Sessions(self)
        self.session: Session | None = None
        self.endpoint: Endpoint | None = None
        #: The profile that the session was opened with.
        self.profile = options.profile if beside is None else None
        self.trace: Trace | None = None
        self.announcer = Announcer(console, beside.secrets if beside is not None else Secrets())
        self.announcer.label = self._label
        self.tap = Tap(self.announcer.secrets)
        self.stopwatch = Stopwatch()
        self.history: deque[str] = beside.history if beside is not None else deque(maxlen=_HISTORY)
        #: How many aliases deep the line that runs is.
        self.aliased = 0
        self.learner: Learner | None = None
        self.background = Background(self)
        self.recordings = Recordings(self)
        #: What is wrong with what the server says; counted together with those beside it.
        tally: Counter[Rule] = beside.findings.tally if beside is not None else Counter()
        self.findings: Findings = Findings(self, tally)
        self.announcer.is_shown = self.findings.shows
        #: Make more observers of each session that is opened.
        self.watchers: list[Callable[[Session], Sequence[Observer]]] = []
        #: What may be kept of the lines that are typed.
        self.mask = TypedMask(self)
        self.raw_mode = False
        self.raw_pending: Exchange | None = None
        #: Whether what was sent raw last is the beginning of a line with a secret.
        self.raw_secret = False
        #: The AUTHENTICATE or AUTH that was sent raw last, until another command is.
        self.raw_authentication: Exchange | None = None
        self.leaving = False
        self._tags = 0

    def beside(self) -> Interpreter:
        """Another one with the same console, options, secrets and history, not connected yet."""
        made = Interpreter(self.console, self.options, self)
        made.announcer.on_closed = self.announcer.on_closed
        return made

    def show_in(self, console: Console) -> None:
        """From now on everything goes to this console."""
        self.console = self.announcer.console = console

    def take_effect(self) -> None:
        """Let the profile of this session count, and hand the options to those who have a copy of their own."""
        use(self.options, self.profile)
        settings.take_effect(self)

    def _label(self) -> str:
        """What stands before a message that concerns another session than the current one."""
        others = self.sessions.current is not self and self in self.sessions
        return f"[{self.sessions.number_of(self)}] " if others else ""

    # --- what there is

    @property
    def protocol(self) -> str | None:
        """``imap`` or ``pop3``; None before anything was opened."""
        return self.endpoint.protocol if self.endpoint is not None else None

    @property
    def catalogue(self) -> Catalogue:
        return self.catalogues[self.protocol or "imap"]

    @property
    def terms(self) -> Terms:
        return POP3_TERMS if self.protocol == "pop3" else IMAP_TERMS

    @property
    def knowledge(self) -> Knowledge:
        """What the server has said of its mailboxes and messages."""
        return self.learner.knowledge if self.learner is not None else Knowledge()

    @property
    def connected(self) -> Session:
        """The open session. UsageError if there is none."""
        if self.session is None:
            raise UsageError("not connected; .open URL connects")
        if not self.session.is_open:
            raise ConnectionLost(f"not connected: {self.session.why_closed}; .open connects again")
        return self.session

    @property
    def imap_state(self) -> ImapState:
        state = self.connected.engine.state
        if not isinstance(state, ImapState):
            raise UsageError("this belongs to IMAP, and the session is POP3")
        return state

    @property
    def pop3_state(self) -> Pop3State:
        state = self.connected.engine.state
        if not isinstance(state, Pop3State):
            raise UsageError("this belongs to POP3, and the session is IMAP")
        return state

    def read(self, line: str) -> TypedLine:
        """A typed protocol command, taken apart."""
        return read_line(line, self.catalogue, tags=self.protocol != "pop3", words=python_api.WORDS)

    def next_tag(self) -> str:
        """A tag that no outstanding command has."""
        outstanding = self.session.engine.outstanding if self.session is not None else ()
        taken = {exchange.tag for exchange in outstanding}
        self._tags += 1
        while f"a{self._tags}" in taken:
            self._tags += 1
        return f"a{self._tags}"

    # --- opening and closing

    async def open(self, endpoint: Endpoint) -> None:
        """Connect, start TLS if asked for, and log in if a user is given. An open session is left first.

        Raises what the steps raise.
        """
        if self.session is not None and self.session.is_open:
            await self.close()
        await opening.open_session(self, endpoint)

    def begin(self, endpoint: Endpoint, trace: Trace, learner: Learner) -> None:
        """A session is about to be opened: what was known of the one before is forgotten."""
        self.endpoint, self.trace, self.learner = endpoint, trace, learner
        self._tags = 0
        self.raw_pending, self.raw_secret, self.raw_authentication = None, False, None
        self.announcer.told = ""
        self.announcer.learn = learner.learn
        self.background.forget()

    async def close(self) -> None:
        """Leave the server in good order: LOGOUT, or QUIT. POP3 deletions are not committed by this."""
        await opening.close_session(self)

    # --- running lines

    async def run(self, line: str) -> Result:
        """Deal with one typed line; whatever goes wrong is told to the person and stands in the result."""
        if line.strip():
            masked = self.mask.line(line)
            self.history.append(masked)
            self.recordings.typed(masked)
        result = await self.run_part(line)
        if problem := self.recordings.problem():
            self.console.say(problem)
        return result

    async def run_part(self, line: str) -> Result:
        """Deal with a line that was typed, or that stands for a part of one: a line of an alias, or what is piped."""
        if (piped := pipe.split(self, line)) is not None:
            return await pipe.run(self, *piped)
        self.stopwatch.begin()
        result = Result(self.mask.line(line))
        self.findings.line = result.command
        try:
            result = await self._dispatch(line)
        except UsageError as error:
            self._failed(result, error, Exit.USAGE)
        except Refused as error:
            self._failed(result, error, Exit.REFUSED)
            self.leaving = not self.console.interactive
        except SaslError as error:
            self._failed(result, error, Exit.REFUSED)
        except TimeLimit as error:
            self._failed(result, error, Exit.TIME_LIMIT)
        except (ConnectionLost, AnswerUnusable, SessionError) as error:
            self._failed(result, error, Exit.LOST)
        except ConnectFailed as error:
            self._failed(result, error, Exit.NO_CONNECTION)
        except ConnectionError as error:
            self._failed(result, error, Exit.LOST)
        self.finish(result)
        if self.options.time and (took := self.stopwatch.text()):
            self.console.say(took)
            self.stopwatch.begin()
        return result

    def finish(self, result: Result) -> None:
        """A line has been dealt with: its result is complete."""
        result.findings = self.findings.take()
        self.findings.line = ""
        self.console.finished(result)

    def _failed(self, result: Result, error: Exception, status: Exit) -> None:
        text = self.secrets.mask_str(str(error))
        result.exit, result.text = status, text
        if text != self.announcer.told:
            self.console.say(escape(text))

    @property
    def secrets(self) -> Secrets:
        return self.announcer.secrets

    async def _dispatch(self, line: str) -> Result:
        session = self.session
        if session is not None and session.is_open and session.awaits_tls:
            # The answer to STARTTLS came late.
            await session.start_tls()
        if self.raw_mode and not line.startswith(".raw"):
            return await send_raw(self, line.encode("utf-8", "surrogateescape") + b"\r\n")
        line = line.strip("\r\n").lstrip()
        if not line:
            return Result("")
        if line.startswith("."):
            return await table.run(self, line.rstrip())
        if (alias := aliases.find(self, line)) is not None:
            return await aliases.run(self, *alias)
        line = python_api.from_call(self, line)
        typed = self.read(line)
        if typed.record is None:
            # A command of the other protocol, or a mistyped login: the engine does not know where its secret is.
            secret = secret_of(line, self.catalogue)
            if not secret and self.mask.may_be_a_login(line):
                secret = typed.arguments.split()[-1].strip('"')
            self.secrets.learn(secret.encode("utf-8", "surrogateescape"))
        special = python_api.find(self, typed)
        if special is not None:
            return await special
        return await self.run_typed(typed)

    async def run_command(self, line: str, *, quiet: bool = False) -> Result:
        """Run a protocol command from within; ``quiet``: only an answer that refuses it is shown."""
        typed = read_line(line, self.catalogue, tags=False)
        return await self.run_typed(typed, quiet=quiet)

    async def run_typed(self, typed: TypedLine, *, quiet: bool = False) -> Result:
        """Send a protocol command, with the dialogue that it needs, and show the answer."""
        session = self.connected
        await self.background.settled()
        if mechanisms.asks(typed):
            return await mechanisms.show(self, typed)
        dialogue = dialogues.find(typed, session)
        await self.warn(typed, session, asks=dialogue is not None)
        if dialogue is not None:
            return await dialogue(self, typed)
        return await self.send(typed, await self.parts(typed), quiet=quiet)

    async def warn(self, typed: TypedLine, session: Session, *, asks: bool) -> None:
        """Say what is sure to go wrong or to hurt, and ask before the latter if that is wanted. Raises UsageError.

        ``asks``: what is missing is asked for.
        """
        where = situation(session, self.knowledge)
        cautions = check(typed.text, self.catalogue, self.terms, where)
        if asks:
            cautions = [caution for caution in cautions if caution.id != "missing-argument"]
        for warning in warnings_for(typed, session, cautions):
            self.console.say(f"note: {escape(self.secrets.mask_str(warning))}")
        if self.options.strict and (risk := login_risk(typed, session)):
            raise UsageError(f"{typed.name} was not sent, because {risk}, and --strict is on")
        await confirm(self, typed, cautions, where)

    async def parts(self, typed: TypedLine) -> list[Part]:
        """What goes over the wire for a typed command."""
        session = self.connected
        if session.protocol == "pop3":
            return [f"{typed.text}\r\n".encode("utf-8", "surrogateescape")]
        reader = ArgumentReader(self.imap_state, typed.record, self.console.ask, self.console.say, self.console.literal)
        tag = typed.tag or self.next_tag()
        return await reader.parts(f"{tag} {typed.word}", typed.arguments)

    def output(self, typed: TypedLine) -> Output:
        """Where the answer to a command goes. UsageError if its file can't be opened."""
        return Output(self.console, typed, self.secrets, destination_of(typed))

    def answer(self, output: Output, session: Session) -> ImapAnswer | Pop3Answer:
        if self.learner is not None:
            output.learn = self.learner.learn
        if session.protocol == "pop3":
            return Pop3Answer(output, output.typed.name)
        return ImapAnswer(output, output.typed.name)

    async def send(self, typed: TypedLine, parts: Sequence[Part], *, quiet: bool = False) -> Result:
        """Send the parts of a command and take its answer."""
        session = self.connected
        output = self.output(typed)
        answer = self.answer(output, session)

        async def exchange(handler: Handler) -> tuple[Exchange, Status]:
            return await session.command(parts, handler)

        return await self.conduct(typed, output, answer, exchange, quiet=quiet)

    async def conduct(
        self,
        typed: TypedLine,
        output: Output,
        answer: ImapAnswer | Pop3Answer,
        exchange: dialogues.Conduct,
        *,
        quiet: bool = False,
        fresh: bool = True,
    ) -> Result:
        """Carry out an exchange and make its result: times, data, status, and TLS if the server agreed to it.

        ``fresh``: nothing of it has been sent yet.
        """
        session = self.connected
        if fresh:
            self.tap.begin()
        self.announcer.untagged.clear()
        begun = time.perf_counter()
        done = False
        try:
            sent, status = await exchange(answer)
            done = True
        finally:
            if not done and output.file is not None:
                output.file.finish(accepted=False)
                if output.file.octets:
                    self.console.say(f"{output.file.path} is incomplete: {output.file.octets:,} octets were written")
        result = Result(self.secrets.mask_str(f"{sent.tag} {sent.words}" if typed.tag else sent.words))
        result.milliseconds = (time.perf_counter() - begun) * 1000
        if isinstance(answer, Pop3Answer) and isinstance(status, StatusLine) and not sent.multiline and status.ok:
            answer.single(status)
        answer.finish()
        quiet = quiet and status.ok
        conclude(output, status, result, quiet=quiet)
        result.untagged += self.announcer.untagged
        if session.awaits_tls:
            await session.start_tls()
            if not quiet:
                self.console.say(dialogues.describe_tls(session))
        if session.engine.farewell and status.ok:
            session.close()
        return result

    async def password_for(self, user: str) -> Secret:
        """The password from the sources given, or asked for unseen."""
        endpoint = self.endpoint
        in_url = Secret(endpoint.password) if endpoint is not None and endpoint.password is not None else None
        sources, console = self.options.sources, self.console
        return self._learnt(
            await sources.password_for(self._account(user), in_url, console.say, console.ask_secret), "password"
        )

    async def token_for(self, user: str, *, renew: bool = False) -> Secret:
        """The OAuth token, likewise. ``renew``: the server has refused the last; UsageError if there is no other."""
        sources, console = self.options.sources, self.console
        token = await sources.token_for(self._account(user), console.say, console.ask_secret, renew=renew)
        return self._learnt(token, "token")

    def _account(self, user: str) -> Account:
        endpoint = self.endpoint
        if endpoint is None:
            return Account(user)
        protected = endpoint.kind != "tcp" or (self.session is not None and self.session.tls)
        return Account(user, endpoint.host or endpoint.name, endpoint.name, protected)

    def _learnt(self, secret: Secret, label: str) -> Secret:
        self.secrets.learn(secret.reveal().encode("utf-8", "surrogateescape"), label)
        return secret
