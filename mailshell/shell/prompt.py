"""What the prompt tells: user, host, protocol, TLS or its absence, state, mailbox."""

from __future__ import annotations

from mailshell.interpreter.interpreter import Interpreter
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Pop3State
from mailshell.shell.hinting import explain
from mailshell.text.escape import escape

#: A name longer than this is cut (characters).
_LONGEST = 40


def prompt_text(interpreter: Interpreter, columns: int) -> str:
    """``ana@mail.example.org imap/TLS INBOX> ``; every part that came from a server is escaped.

    Where that would leave little room to type, the typing begins on a row of its own.
    """
    words = _words(interpreter)
    return f"{words}> " if len(words) <= columns * 2 // 3 else f"{words}\n> "


def _words(interpreter: Interpreter) -> str:
    session = interpreter.session
    if session is None or not session.is_open:
        return "not connected" + (" INSECURE" if interpreter.options.tls_options.insecure else "")
    state = session.engine.state
    user = f"{_name(state.user)}@" if state.user else ""
    words = [f"{user}{escape(session.endpoint.name)}", f"{session.protocol}/{_protection(interpreter)}"]
    words.append(_imap(state) if isinstance(state, ImapState) else _pop3(state))
    if interpreter.raw_mode:
        words.append("RAW")
    return " ".join(words)


def _name(text: str) -> str:
    return escape(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def _protection(interpreter: Interpreter) -> str:
    session = interpreter.session
    info = session.stream.tls if session is not None and session.stream is not None else None
    protection = "clear" if info is None else "TLS"
    insecure = interpreter.options.tls_options.insecure or (info is not None and not info.verified)
    return f"{protection},INSECURE" if insecure else protection


def _imap(state: ImapState) -> str:
    if state.mailbox is None:
        return state.phase.value
    return _name(state.mailbox.name) + (" (read-only)" if state.mailbox.read_only else "")


def _pop3(state: Pop3State) -> str:
    return f"{state.phase.value}, {len(state.deleted)} to delete" if state.deleted else state.phase.value


def toolbar_text(interpreter: Interpreter, typed: str) -> str:
    """The bottom line: debug level, commands without an answer, and what stands at the cursor, or the keys."""
    words = [f"debug {interpreter.options.level}"]
    session = interpreter.session
    if session is not None and session.is_open:
        waiting = session.engine.outstanding
        if waiting:
            names = ", ".join(f"{exchange.tag} {exchange.name}".strip() for exchange in waiting[:3])
            more = ", ..." if len(waiting) > 3 else ""
            words.append(f"no answer yet: {escape(names)}{more}")
    place = explain(interpreter, typed)
    if place:
        return " " + "  ·  ".join([*words, place])
    return " " + "  ·  ".join([*words, ".help", "Tab completes", "Ctrl-C stops waiting", "Ctrl-D leaves"])
