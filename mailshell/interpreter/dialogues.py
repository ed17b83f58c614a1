"""Commands that mailshell completes or conducts: ID, IDLE, leaving; those that log in stand in ``logins``."""

from __future__ import annotations

import asyncio
import platform
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from mailshell import __version__
from mailshell.contract import Handler
from mailshell.interpreter import logins
from mailshell.interpreter.answer import Output
from mailshell.interpreter.line import TypedLine
from mailshell.interpreter.result import Result
from mailshell.protocol.exchange import Exchange, Status
from mailshell.protocol.imap.state import Phase
from mailshell.protocol.pop3.state import Pop3State
from mailshell.session import Session
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?\Z|\.[0-9]{1,9}\Z")

Conduct = Callable[[Handler], Awaitable[tuple[Exchange, Status]]]
Dialogue = Callable[["Interpreter", TypedLine], Awaitable[Result]]


def find(typed: TypedLine, session: Session) -> Dialogue | None:
    """The dialogue that a command needs; None if it can be sent as it was typed."""
    imap = session.protocol == "imap"
    if imap and typed.name == "IDLE":
        return _idle
    if imap and typed.name == "ID" and not typed.arguments.strip():
        return _identify
    return logins.find(typed, session.protocol)


async def _conduct(interpreter: Interpreter, typed: TypedLine, exchange: Conduct) -> Result:
    output = Output(interpreter.console, typed, interpreter.secrets)
    answer = interpreter.answer(output, interpreter.connected)
    return await interpreter.conduct(typed, output, answer, exchange)


async def _identify(interpreter: Interpreter, typed: TypedLine) -> Result:
    """ID with the fields that the setting ``id`` names, or NIL (RFC 2971 section 3.1)."""
    known = {
        "name": "mailshell",
        "version": __version__,
        "os": platform.system(),
        "os-version": platform.release(),
    }
    fields = [f'"{name}" "{known[name]}"' for name in interpreter.options.id_fields.split() if name in known]
    told = f"({' '.join(fields)})" if fields else "NIL"
    tag = typed.tag or interpreter.next_tag()
    return await interpreter.send(typed, [f"{tag} {typed.word} {told}\r\n".encode()])


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
