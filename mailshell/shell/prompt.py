"""What the prompt tells: user, host, protocol, TLS or its absence, state, mailbox."""

from __future__ import annotations

from mailshell.interpreter.interpreter import Interpreter
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Pop3State
from mailshell.text.escape import escape


def prompt_text(interpreter: Interpreter) -> str:
    """``ana@mail.example.org imap/TLS INBOX> ``; every part that came from a server is escaped."""
    session = interpreter.session
    if session is None or not session.is_open:
        return "not connected> "
    state = session.engine.state
    user = f"{escape(state.user)}@" if state.user else ""
    words = [f"{user}{escape(session.endpoint.name)}", f"{session.protocol}/{_protection(interpreter)}"]
    words.append(_imap(state) if isinstance(state, ImapState) else _pop3(state))
    if interpreter.raw_mode:
        words.append("RAW")
    return " ".join(words) + "> "


def _protection(interpreter: Interpreter) -> str:
    session = interpreter.session
    stream = session.stream if session is not None else None
    if stream is None or stream.tls is None:
        return "INSECURE,clear" if interpreter.options.tls_options.insecure else "clear"
    return "TLS" if stream.tls.verified else "TLS,INSECURE"


def _imap(state: ImapState) -> str:
    if state.mailbox is None:
        return state.phase.value
    return escape(state.mailbox.name) + (" (read-only)" if state.mailbox.read_only else "")


def _pop3(state: Pop3State) -> str:
    return f"{state.phase.value}, {len(state.deleted)} to delete" if state.deleted else state.phase.value


def toolbar_text(interpreter: Interpreter) -> str:
    """The bottom line: debug level, commands without an answer, and the keys."""
    words = [f"debug {interpreter.options.level}"]
    session = interpreter.session
    if session is not None and session.is_open:
        waiting = session.engine.outstanding
        if waiting:
            names = ", ".join(f"{exchange.tag} {exchange.name}".strip() for exchange in waiting[:3])
            words.append(f"outstanding: {escape(names)}")
    return " " + "  ·  ".join([*words, ".help", "Tab completes", "Ctrl-C stops waiting", "Ctrl-D leaves"])
