"""Several sessions at once: ``.session``, ``.switch``, ``.all``, ``.reconnect``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter import side_by_side
from mailshell.interpreter.local.command import Lines, LocalCommand
from mailshell.interpreter.local.connection import SCHEMES, describe_opening, go_on, open_url
from mailshell.interpreter.result import Result
from mailshell.protocol.imap.state import ImapState
from mailshell.render.columns import GAP, cells, pad
from mailshell.text.escape import escape
from mailshell.text.first_word import first_word

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: What would change the sessions while they run.
_NOT_IN_ALL = (".all", ".session", ".switch", ".quit", ".exit")


async def _session(interpreter: Interpreter, arguments: str) -> Lines | Result:
    sessions = interpreter.sessions
    word, _, rest = arguments.partition(" ")
    if word == "end":
        return await _end(interpreter, rest.strip())
    if not word:
        return _list(interpreter)
    made = sessions.add()
    try:
        await open_url(made, arguments)
    except BaseException:
        if made.session is None:
            sessions.forget(sessions.number_of(made))
        raise
    lines = [f"this is session {sessions.number}; .switch goes to the next", *describe_opening(made)]
    return await go_on(made, f".session {arguments}", lines)


async def _end(interpreter: Interpreter, number: str) -> Lines:
    sessions = interpreter.sessions
    which = _number(number) if number else sessions.number
    found = next((one for known, one in sessions if known == which), None)
    if found is None:
        raise UsageError(f"there is no session {which}; .session lists them")
    await found.close()
    if len(sessions) == 1:
        return ["session 1 is closed; it is the only one and stays, not connected"]
    sessions.forget(which)
    return [f"session {which} is ended", *_list(sessions.current)]


def _list(interpreter: Interpreter) -> Lines:
    rows = [_row(interpreter, number, one) for number, one in interpreter.sessions]
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    return [GAP.join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(interpreter: Interpreter, number: int, one: Interpreter) -> list[str]:
    mark = "*" if one is interpreter.sessions.current else " "
    if one.endpoint is None:
        return [f"{mark} {number}", "", "not connected", "", ""]
    session = one.session
    if session is None or not session.is_open:
        return [f"{mark} {number}", one.endpoint.protocol, escape(one.endpoint.name), "", "not connected"]
    state = session.engine.state
    mailbox = f" {escape(state.mailbox.name)}" if isinstance(state, ImapState) and state.mailbox else ""
    user = f"{escape(state.user)}@" if state.user else ""
    return [
        f"{mark} {number}",
        one.endpoint.protocol,
        f"{user}{escape(one.endpoint.name)}",
        "TLS" if session.tls else "clear",
        f"{state.phase.value}{mailbox}",
    ]


async def _switch(interpreter: Interpreter, arguments: str) -> Lines:
    sessions = interpreter.sessions
    if len(sessions) == 1:
        raise UsageError("there is one session only; .session URL opens another beside it")
    if arguments:
        sessions.switch(_number(arguments))
    else:
        sessions.next()
    return _list(sessions.current)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise UsageError(f"{first_word(text)} is no number of a session; .session lists them")
    return int(text)


async def _all(interpreter: Interpreter, arguments: str) -> Result:
    line = arguments.strip()
    if not line:
        raise UsageError(".all needs a command, such as .all NOOP")
    word = line.split(None, 1)[0].lower()
    if word.startswith(".") and any(name.startswith(word) for name in _NOT_IN_ALL):
        raise UsageError(f"{word} concerns the sessions themselves, so it is not run in all of them")
    return await side_by_side.run(list(interpreter.sessions), line, interpreter.console)


async def _reconnect(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments:
        raise UsageError(".reconnect takes nothing; .open URL connects to another server")
    endpoint, session = interpreter.endpoint, interpreter.session
    if endpoint is None or session is None:
        raise UsageError("there was no connection yet; .open URL connects")
    state = session.engine.state
    mailbox = state.mailbox.name if isinstance(state, ImapState) and state.mailbox is not None else ""
    lost = ", ".join(f"{exchange.tag} {exchange.name}".strip() for exchange in session.engine.outstanding)
    await interpreter.open(endpoint)
    lines = describe_opening(interpreter)
    if lost:
        lines.append(f"not sent again: {escape(lost)}, which had no answer")
    if mailbox:
        lines.append(f"no mailbox is selected any more; it was {escape(mailbox)}")
    return lines


COMMANDS = (
    LocalCommand(".reconnect", "", "connect anew to the same server; nothing is sent again", _reconnect),
    LocalCommand(
        ".session",
        "[URL|PROFILE|end [NUMBER]]",
        "list the sessions, or open another beside this one",
        _session,
        choices=(*SCHEMES, "end"),
        takes="profile",
    ),
    LocalCommand(".switch", "[NUMBER]", "go to another session", _switch),
    LocalCommand(".all", "COMMAND", "run a line in all sessions, answers side by side", _all, takes="command"),
)
