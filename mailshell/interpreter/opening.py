"""How an interpreter's session is opened, with all who watch it, and how it is left."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from mailshell.contract import AnswerUnusable, SessionError
from mailshell.exits import UsageError
from mailshell.interpreter import dialogues, logins
from mailshell.interpreter.learning import Learner
from mailshell.interpreter.refusal import words_of
from mailshell.interpreter.warnings import in_the_clear
from mailshell.session import Session
from mailshell.text.escape import escape
from mailshell.trace.trace import Trace
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: However slow a server is, leaving it takes no longer than this.
_FAREWELL_SECONDS = 5.0


def new_session(interpreter: Interpreter, endpoint: Endpoint) -> Session:
    """A session with the options chosen, not opened yet and without observers."""
    options = interpreter.options
    return Session(
        endpoint,
        interpreter.announcer,
        tls=options.tls_options,
        route=options.route,
        timeout=options.timeout,
        limits=options.limits,
        secrets=interpreter.secrets,
    )


def new_trace(interpreter: Interpreter, endpoint: Endpoint) -> Trace:
    """A trace of one session, at the level and in the style chosen."""
    options = interpreter.options
    return Trace(
        endpoint.protocol,
        lambda text: interpreter.console.trace(text),
        level=options.level,
        style=options.style,
        secrets=interpreter.secrets,
        show_secrets=options.show_secrets,
        colour=options.colour,
        explain=options.explain,
    )


async def open_session(interpreter: Interpreter, endpoint: Endpoint) -> None:
    """Connect, start TLS if asked for, and log in if a user is given. Raises what the steps raise."""
    options = interpreter.options
    if endpoint.implicit_tls and options.tls in ("starttls", "none"):
        clear = "imap" if endpoint.protocol == "imap" else "pop3"
        raise UsageError(f"{clear}s:// begins with TLS, and --tls {options.tls} does not: write {clear}://")
    if options.tls != "auto":
        endpoint = replace(endpoint, implicit_tls=options.tls == "implicit")
    session = new_session(interpreter, endpoint)
    _watch(interpreter, session)
    greeting = await session.open(options.connect_timeout)
    if greeting.status in ("BYE", "-ERR"):
        session.close()
        words = f"{greeting.status} {words_of(greeting)}"
        raise AnswerUnusable(f"{endpoint.name} turns the connection away: {words}")
    if greeting.status == "PREAUTH" and in_the_clear(session):
        interpreter.console.say(
            "note: the server greets with PREAUTH in the clear: TLS can't begin any more, and anybody on the way "
            "may have put it there (RFC 9051 7.1.4)"
        )
    if options.tls == "starttls":
        result = await interpreter.run_command("STARTTLS" if endpoint.protocol == "imap" else "STLS", quiet=True)
        if not session.tls:
            session.close()
            raise ConnectFailed(
                f"{endpoint.name} refused TLS, and going on in the clear was not asked for: {result.text}"
            )
    await logins.log_in(interpreter)


def _watch(interpreter: Interpreter, session: Session) -> None:
    """Make the session the interpreter's. Lint comes behind the trace, as it tells of what that shows."""
    learner, trace = Learner(session.engine.state), new_trace(interpreter, session.endpoint)
    interpreter.begin(session.endpoint, trace, learner)
    session.observers = [interpreter.tap, learner, interpreter.stopwatch, trace]
    interpreter.findings.attach(session)
    for watcher in interpreter.watchers:
        session.observers += watcher(session)
    interpreter.recordings.attach(session)
    interpreter.session = session
    interpreter.take_effect()


async def close_session(interpreter: Interpreter) -> None:
    """Leave the server in good order: LOGOUT, or QUIT. POP3 deletions are not committed by this."""
    session = interpreter.session
    if session is None or not session.is_open:
        interpreter.findings.close()
        return
    try:
        await asyncio.wait_for(dialogues.leave(interpreter, session), _FAREWELL_SECONDS)
    except TimeoutError:
        interpreter.console.say(f"no answer to the farewell for {_FAREWELL_SECONDS:g} s; the connection is dropped")
    except (SessionError, ConnectFailed) as error:
        interpreter.console.say(escape(str(error)))
    finally:
        session.close()
        interpreter.findings.close()
