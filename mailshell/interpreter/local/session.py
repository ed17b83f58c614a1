"""What is known of the session: ``.caps``, ``.state``, ``.history``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter import dialogues
from mailshell.interpreter.local.command import Lines, LocalCommand
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Pop3State
from mailshell.render.capabilities import capability_lines
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


async def _caps(interpreter: Interpreter, arguments: str) -> Lines:
    session = interpreter.connected
    state = session.engine.state
    if state.capabilities is None:
        await interpreter.run_command("CAPA" if isinstance(state, Pop3State) else "CAPABILITY", quiet=True)
    if state.capabilities is None:
        return ["the server has not told its capabilities"]
    console = interpreter.console
    width = console.width if console.interactive else None
    return list(capability_lines(state.announcements.all, interpreter.terms, width))


async def _state(interpreter: Interpreter, arguments: str) -> Lines:
    session = interpreter.session
    if session is None or not session.is_open:
        return ["not connected" if session is None else f"not connected: {session.why_closed}"]
    state = session.engine.state
    stream = session.stream
    peer = f", {escape(stream.peer)}" if stream else ""
    lines = [
        f"server      {escape(session.endpoint.name)} ({session.protocol}){peer}",
        f"TLS         {dialogues.describe_tls(session)}",
        f"state       {state.phase.value}",
        f"user        {escape(state.user or '-')}",
    ]
    if isinstance(state, ImapState):
        lines += _imap_state(state)
    else:
        deleted = ", ".join(map(str, sorted(state.deleted))) or "-"
        lines.append(f"to delete   {deleted} (QUIT commits)" if state.deleted else "to delete   -")
        lines.append(f"UTF-8       {'on' if state.utf8 else 'off'}")
        if state.language:
            lines.append(f"language    {escape(state.language)}")
    waiting = ", ".join(f"{exchange.tag} {exchange.name}".strip() for exchange in session.engine.outstanding)
    return [*lines, f"outstanding {escape(waiting) or '-'}"]


def _imap_state(state: ImapState) -> Lines:
    view = state.mailbox
    lines = [f"enabled     {escape(' '.join(sorted(state.enabled))) or '-'}"]
    if state.server:
        lines.insert(0, f"server ID   {escape(', '.join(f'{name} {value}' for name, value in state.server))}")
    if state.language:
        lines.append(f"language    {escape(state.language)}")
    if view is None:
        return [*lines, "mailbox     -"]
    mode = "read-only" if view.read_only else "read-write"
    numbers = (
        ("messages", view.exists),
        ("recent", view.recent),
        ("first unseen", view.unseen),
        ("UIDVALIDITY", view.uidvalidity),
        ("UIDNEXT", view.uidnext),
        ("HIGHESTMODSEQ", view.highestmodseq),
    )
    known = ", ".join(f"{name} {value}" for name, value in numbers if value is not None)
    lines += [f"mailbox     {escape(view.name)} ({mode})", f"            {known}"]
    lines.append(f"flags       {escape(' '.join(view.flags))}")
    if view.permanent_flags is not None:
        lines.append(f"permanent   {escape(' '.join(view.permanent_flags))}")
    return lines


async def _history(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments and not (arguments.isascii() and arguments.isdigit()):
        raise UsageError(".history takes a number of lines")
    count = int(arguments[:9]) if arguments else len(interpreter.history)
    lines = list(interpreter.history)
    first = len(lines) - min(count, len(lines))
    return [f"{number:5}  {escape(line)}" for number, line in enumerate(lines[first:], start=first + 1)]


COMMANDS = (
    LocalCommand(".caps", "", "what the server can do", _caps),
    LocalCommand(".state", "", "what this session knows", _state),
    LocalCommand(".history", "[N]", "the lines typed, secrets masked", _history),
)
