"""Commands that are a dialogue: logging in, IDLE, TLS, leaving."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from mailshell.contract import Handler
from mailshell.exits import UsageError
from mailshell.interpreter import authenticate as auth
from mailshell.interpreter.answer import Output
from mailshell.interpreter.line import TypedLine
from mailshell.interpreter.result import Result
from mailshell.interpreter.warnings import in_the_clear
from mailshell.protocol.exchange import Exchange, Status
from mailshell.protocol.imap.commands import unquote
from mailshell.protocol.imap.state import ImapState, Phase
from mailshell.protocol.pop3.state import Pop3State
from mailshell.sasl.table import MECHANISMS
from mailshell.secret import Secret
from mailshell.session import Session
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?\Z|\.[0-9]{1,9}\Z")

Conduct = Callable[[Handler], Awaitable[tuple[Exchange, Status]]]
Dialogue = Callable[["Interpreter", TypedLine], Awaitable[Result]]


class Refused(Exception):
    """The login at the start was refused."""


def find(typed: TypedLine, session: Session) -> Dialogue | None:
    """The dialogue that a command needs; None if it can be sent as it was typed."""
    imap = session.protocol == "imap"
    words = typed.arguments.split()
    match typed.name:
        case "LOGIN" if imap and len(words) < 2 and not typed.arguments.rstrip().endswith("}"):
            return _login
        case "PASS" if not imap and not words:
            return _pass
        case "APOP" if not imap and words:
            return _apop
        case "AUTHENTICATE" if imap and len(words) == 1:
            return _authenticate
        case "AUTH" if not imap and len(words) == 1:
            return _authenticate
        case "IDLE" if imap:
            return _idle
    return None


async def _conduct(interpreter: Interpreter, typed: TypedLine, exchange: Conduct) -> Result:
    output = Output(interpreter.console, typed, interpreter.secrets)
    answer = interpreter.answer(output, interpreter.connected)
    return await interpreter.conduct(typed, output, answer, exchange)


async def _login(interpreter: Interpreter, typed: TypedLine) -> Result:
    user = await _user(interpreter, typed.arguments)
    password = await interpreter.password_for(user)
    tag = typed.tag or interpreter.next_tag()
    return await interpreter.send(typed, auth.login_parts(tag, user, password, interpreter.imap_state))


async def _user(interpreter: Interpreter, arguments: str) -> str:
    typed = unquote(arguments.strip().encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
    user = typed or interpreter.options.user or (interpreter.endpoint.user if interpreter.endpoint else None)
    if not user and interpreter.console.interactive:
        user = await interpreter.console.ask("User: ")
    if not user:
        raise UsageError("a user name is needed; give it after the command, or with --user")
    return user


async def _pass(interpreter: Interpreter, typed: TypedLine) -> Result:
    user = interpreter.pop3_state.pending_user or "this user"
    password = await interpreter.password_for(user)
    return await interpreter.send(typed, [auth.pop3_line("PASS", password.reveal())])


async def _apop(interpreter: Interpreter, typed: TypedLine) -> Result:
    user, _, rest = typed.arguments.strip().partition(" ")
    password = None if rest else await interpreter.password_for(user)
    if rest:
        interpreter.secrets.learn(rest.encode("utf-8", "surrogateescape"))
    digest = auth.apop_argument(rest, password, interpreter.pop3_state)
    return await interpreter.send(typed, [f"APOP {user} {digest}\r\n".encode("utf-8", "surrogateescape")])


async def _authenticate(interpreter: Interpreter, typed: TypedLine) -> Result:
    return await authenticate(interpreter, typed, typed.arguments.strip(), await _user(interpreter, ""))


async def authenticate(
    interpreter: Interpreter, typed: TypedLine, mechanism: str, user: str, password: Secret | None = None
) -> Result:
    """AUTHENTICATE or AUTH with a mechanism that mailshell carries out."""
    session = interpreter.connected
    if mechanism.upper() not in MECHANISMS:
        auth.mechanism(mechanism, "", Secret(""))
    if password is None:
        password = await interpreter.password_for(user)
    steps = auth.mechanism(mechanism, user, password)
    state = session.engine.state
    state.pending_user = user
    if isinstance(state, ImapState):
        head = f"{typed.tag or interpreter.next_tag()} {typed.word} {mechanism}"
        initial = state.has("SASL-IR")
    else:
        head, initial = f"{typed.word} {mechanism}", False

    async def exchange(handler: Handler) -> tuple[Exchange, Status]:
        return await auth.authenticate(session, head, steps, handler, initial=initial)

    return await _conduct(interpreter, typed, exchange)


async def _idle(interpreter: Interpreter, typed: TypedLine) -> Result:
    """IDLE (RFC 9051 section 6.3.13): until Enter, Ctrl-C, or the number of seconds typed after it; then DONE."""
    words = typed.arguments.split()
    seconds: float | None = None
    if words:
        if not _SECONDS.match(words[0]):
            return await interpreter.send(typed, await interpreter.parts(typed))
        seconds = float(words[0])
    session, console = interpreter.connected, interpreter.console
    tag = typed.tag or interpreter.next_tag()

    async def exchange(handler: Handler) -> tuple[Exchange, Status]:
        sent = session.begin(f"{tag} {typed.word}\r\n".encode(), handler)
        try:
            if await session.answers.continuation(sent) is None:
                return sent, await session.answers.completion(sent)
            if console.interactive:
                console.say("idling; Enter ends it")
            ended = asyncio.ensure_future(console.idle_end(seconds))
            try:
                await session.answers.either(sent, ended)
            except asyncio.CancelledError:
                # Ctrl-C ends IDLE, not the program: DONE is owed to the server all the same.
                task = asyncio.current_task()
                if task is not None:
                    task.uncancel()
            finally:
                ended.cancel()
            if not sent.complete:
                session.write(b"DONE\r\n")
            return sent, await session.answers.completion(sent)
        except BaseException:
            session.answers.abandon(sent)
            raise

    interpreter.announcer.timed = True
    try:
        return await _conduct(interpreter, typed, exchange)
    finally:
        interpreter.announcer.timed = False


async def log_in(interpreter: Interpreter, user: str) -> None:
    """The login at the start: LOGIN, resp. USER and PASS. Raises Refused with the server's words."""
    session = interpreter.connected
    state = session.engine.state
    if state.phase is Phase.AUTHENTICATED:
        interpreter.console.say("note: the server has greeted with PREAUTH: nobody needs to log in")
        return
    if in_the_clear(session):
        interpreter.console.say("note: the password goes over the network in the clear")
    password = await interpreter.password_for(user)
    if isinstance(state, ImapState):
        lines = [("LOGIN", auth.login_parts(interpreter.next_tag(), user, password, state))]
    else:
        lines = [(name, [auth.pop3_line(name, text)]) for name, text in (("USER", user), ("PASS", password.reveal()))]
    for name, parts in lines:
        _, status = await session.command(parts, None)
        if not status.ok:
            text = interpreter.secrets.mask_str(f"{status.status} {words_of(status)}")
            again = ""
            if interpreter.console.interactive:
                again = (
                    "; LOGIN user tries again" if session.protocol == "imap" else "; USER name, then PASS tries again"
                )
            raise Refused(f"{session.endpoint.name} refuses the login of {escape(user)} ({name}): {text}{again}")


def words_of(status: Status) -> str:
    code = f"[{escape(status.code.decode('utf-8', 'replace'))}] " if status.code is not None else ""
    return code + escape(status.text.decode("utf-8", "surrogateescape"))


async def leave(interpreter: Interpreter, session: Session) -> None:
    """LOGOUT, or QUIT. POP3 deletions are taken back first: only a QUIT that was typed commits them."""
    state = session.engine.state
    said = any(exchange.name in ("QUIT", "LOGOUT") for exchange in session.engine.outstanding)
    if said or session.owed is not None:
        # It was said and is not answered, or the server would take it for a literal or for a SASL response.
        return
    if isinstance(state, Pop3State):
        unanswered = sum(exchange.name == "DELE" for exchange in session.engine.outstanding)
        if state.deleted or unanswered:
            count = len(state.deleted) + unanswered
            what = "1 deletion was" if count == 1 else f"{count} deletions were"
            interpreter.console.say(f"note: {what} not committed: only QUIT does that")
            _, status = await session.command([b"RSET\r\n"], None)
            if not status.ok:
                return
        await session.command([b"QUIT\r\n"], None)
    elif state.phase is not Phase.LOGOUT:
        await session.command([f"{interpreter.next_tag()} LOGOUT\r\n".encode()], None)


def describe_tls(session: Session) -> str:
    """What TLS the connection has, in one line."""
    info = session.stream.tls if session.stream is not None else None
    if info is None:
        return "no TLS"
    checked = f"certificate verified for {info.server_name}" if info.verified else "certificate NOT verified"
    return escape(f"{info.version}, {info.cipher}, {checked}")
