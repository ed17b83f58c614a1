"""The commands of a recording sent to a live server once more, one after the other, and the answers compared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from mailshell.contract import LiteralSource, Part, SessionError
from mailshell.nobody import Nobody
from mailshell.protocol.catalogue import Effect
from mailshell.protocol.imap.commands import quote
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.mailbox_name import encode_mailbox
from mailshell.protocol.limits import MIB
from mailshell.recording.header import Header
from mailshell.replay.diff import Comparison, compare_pairs
from mailshell.replay.matching import is_masked
from mailshell.replay.request import Literal
from mailshell.replay.rerun_binding import Bindings
from mailshell.replay.script import Script, Step
from mailshell.replay.script_writer import ScriptWriter
from mailshell.session import Session
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.tls import TlsOptions

#: Literals that are sent again are kept up to this size (octets).
KEPT = 64 * MIB
#: An IDLE lasts as long as it did, and no longer than this (seconds).
_LONGEST_IDLE = 5.0
_CONNECT_SECONDS = 15.0
#: LITERAL- allows no larger non-synchronizing ones (RFC 7888 section 5).
_LITERAL_MINUS = 4096
_SASL = frozenset({"AUTHENTICATE", "AUTH"})


class Login(Protocol):
    """Sends what the recording does not hold: the commands that have a secret in them, and those that name the user."""

    def replaces(self, step: Step) -> bool:
        """Whether the step is to be sent otherwise than recorded, though nothing is masked in it."""
        ...

    async def send(self, session: Session, step: Step, tag: str) -> None:
        """Send the step's command with the user and secret of this run, and wait for its completion. UsageError."""
        ...

    async def enter(self, session: Session, tag: str) -> None:
        """Log in where the recording began behind that. UsageError, or SessionError if it is refused."""
        ...


@dataclass(slots=True)
class Outcome:
    """``comparison`` of all that was sent; ``notes``: what was not, one sentence each; ``before``: what was sent first,
    though it is not in the recording."""

    comparison: Comparison
    notes: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return self.comparison.same and not self.notes


def writes(script: Script) -> list[str]:
    """The commands of a recording that change what a server keeps, or are not known well enough to say.

    QUIT is none: what it commits is what DELE has marked.
    """
    changing: dict[str, None] = {}
    for number in range(1, len(script.steps)):
        record = script.steps[number].request.record
        if script.outline.name_of(number) != "QUIT" and (record is None or record.effect is not Effect.READ):
            changing[script.steps[number].words] = None
    return list(changing)


async def rerun(
    script: Script,
    endpoint: Endpoint,
    login: Login,
    tls: TlsOptions | None = None,
    timeout: float = 60.0,
    *,
    select: bool = False,
) -> Outcome:
    """Send the commands to ``endpoint``, and compare. A recording that began in the middle of a session is gone on with
    from there: after a login, and in its mailbox, opened with EXAMINE or, if ``select``, SELECT.

    ConnectFailed or SessionError if there is no greeting, or no way to where it began.
    """
    writer = ScriptWriter(
        Header(endpoint.protocol, host=endpoint.host, tls="implicit" if endpoint.implicit_tls else "none")
    )
    session = Session(endpoint, Nobody(), observers=[writer], tls=tls, timeout=timeout)
    writer.begin(session.engine)
    run = _Run(script, session, writer, login, "SELECT" if select else "EXAMINE")
    try:
        await session.open(_CONNECT_SECONDS)
        await run.all()
    finally:
        session.close()
        await session.wait_closed()
    live = writer.finish([])
    comparison = compare_pairs(script, live, run.pairs)
    mask = session.engine.secrets.mask_str
    comparison.lines = [mask(line) for line in comparison.lines]
    return Outcome(comparison, [mask(note) for note in run.notes], run.before)


class _Run:
    def __init__(self, script: Script, session: Session, writer: ScriptWriter, login: Login, opening: str) -> None:
        self.before: list[str] = []
        self.pairs: list[tuple[int, int]] = []
        self.notes: list[str] = []
        self._script = script
        self._session = session
        self._writer = writer
        self._login = login
        self._opening = opening
        self._bindings = Bindings()

    async def all(self) -> None:
        """Send every command, until the server has ended the connection."""
        if self._script.joined:
            await self._come_in()
        else:
            self.pairs.append((0, self._writer.latest.number))
        for step in islice(self._script.steps, 1, None):
            if not self._session.is_open:
                self.notes.append(f"not sent: {step.words} ({self._session.closed_because or 'not connected'})")
                return
            try:
                await self._step(step)
            except SessionError as error:
                self.notes.append(f"{step.words}: {error}")
                return

    async def _come_in(self) -> None:
        """Go to where the recording began: TLS, the login, the mailbox."""
        script, session = self._script, self._session
        state = script.after(script.steps[0])
        if script.header.tls == "starttls" and not script.starts_tls and not session.tls:
            name = "STARTTLS" if script.protocol == "imap" else "STLS"
            await self._first(name, name.encode())
            await session.start_tls()
        if script.began_logged_in:
            await self._login.enter(session, _tag(script, 0))
            self.before.append("the login")
        if state is not None and state.phase == "selected":
            if not state.mailbox:
                raise SessionError("the recording began in a mailbox, and does not tell in which")
            mailbox = quote(encode_mailbox(state.mailbox))
            await self._first(f"{self._opening} {state.mailbox}", self._opening.encode() + b" " + mailbox)

    async def _first(self, words: str, command: bytes) -> None:
        tag = _tag(self._script, 0).encode()
        _, status = await self._session.command([tag + b" " + command + b"\r\n" if tag else command + b"\r\n"], None)
        if not status.ok:
            said = status.text.decode("utf-8", "replace")
            raise SessionError(f"the recording began behind {words}, which the server refuses: {said}")
        self.before.append(words)

    async def _step(self, step: Step) -> None:
        request = step.request
        if self._script.protocol == "imap" and not request.tag:
            self.notes.append(f"not sent: {step.words} (it has no tag, so that nothing answers it)")
            return
        if step.whole is None:
            self.notes.append(f"not sent: {step.words} (its literal was refused, and is not in the recording)")
            return
        if any(literal.value is None for literal in request.literals):
            self.notes.append(f"not sent: {step.words} (a literal of more than {KEPT:,} octets)")
            return
        tag = _tag(self._script, step.number)
        if _has_secret(step) or self._login.replaces(step):
            await self._login.send(self._session, step, tag)
        elif step.name == "IDLE":
            await self._idle(step, tag)
        elif step.name in _SASL and step.lines:
            await self._lines(step, tag)
        else:
            await self._session.command(self._parts(step, tag), None)
        if self._session.awaits_tls:
            await self._session.start_tls()
        live = self._writer.latest
        self.pairs.append((step.number, live.number))
        self._bindings.learn(step, live, _mailbox(self._script, step))

    def _parts(self, step: Step, tag: str) -> list[Part]:
        """The command with its literals, as the live server takes them."""
        request = step.request
        lines = self._bindings.apply(request, _mailbox(self._script, step))
        lines[0] = tag.encode() + lines[0]
        parts: list[Part] = []
        for at, line in enumerate(lines):
            if at < len(request.literals):
                literal = request.literals[at]
                sync = self._waits(line, literal.size)
                parts += [_announced(line, literal.size, sync=sync), _source(literal, sync=sync)]
            else:
                parts.append(line)
        return parts

    def _waits(self, line: bytes, size: int) -> bool:
        """Whether a literal has to be a synchronizing one."""
        engine = self._session.engine
        if not line.rstrip(b"\r\n").endswith((b"+}", b"-}")) or not isinstance(engine, ImapConnection):
            return True
        return not (engine.state.has("LITERAL+") or (engine.state.has("LITERAL-") and size <= _LITERAL_MINUS))

    async def _idle(self, step: Step, tag: str) -> None:
        answers = self._session.answers
        exchange = self._session.begin(tag.encode() + step.request.lines[0], None)
        if await answers.continuation(exchange) is not None:
            lasted = step.lines[0].began - step.stages[0].began if step.lines else 0.0
            with_end = asyncio.ensure_future(_sleep(min(lasted, _LONGEST_IDLE)))
            try:
                await answers.either(exchange, with_end)
            finally:
                with_end.cancel()
            if not exchange.complete:
                self._session.write(b"DONE\r\n")
        await answers.completion(exchange)

    async def _lines(self, step: Step, tag: str) -> None:
        """A SASL exchange that was recorded unmasked: its lines as they are."""
        answers = self._session.answers
        exchange = self._session.begin(tag.encode() + step.request.lines[0], None)
        for stage in step.lines:
            if await answers.continuation(exchange) is None:
                break
            self._session.write(stage.line or b"\r\n")
        await answers.completion(exchange)


def _tag(script: Script, number: int) -> str:
    return f"r{number}" if script.protocol == "imap" else ""


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


def _mailbox(script: Script, step: Step) -> str:
    state = script.before(step)
    return state.mailbox if state is not None else ""


def _has_secret(step: Step) -> bool:
    """Whether a mask stands for a secret in what the client sent."""
    request = step.request
    sent = [*request.lines, *(literal.value or b"" for literal in request.literals)]
    return any(map(is_masked, [*sent, *(stage.line or b"" for stage in step.lines)]))


def _announced(line: bytes, size: int, *, sync: bool) -> bytes:
    return line[: line.rindex(b"{")] + b"{%d%b}\r\n" % (size, b"" if sync else b"+")


def _source(literal: Literal, *, sync: bool) -> LiteralSource:
    async def pieces() -> AsyncIterator[bytes]:
        yield literal.value or b""

    return LiteralSource(literal.size, pieces, sync)
