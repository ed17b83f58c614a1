"""What the prompt tells: user, host, protocol, TLS or its absence, state, mailbox."""

from __future__ import annotations

from mailshell.interpreter import pipe
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local import aliases
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
    sessions = interpreter.sessions
    words = (f"{sessions.number}: " if len(sessions) > 1 else "") + _words(interpreter)
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


def toolbar_text(interpreter: Interpreter, typed: str, columns: int, mode: str = "") -> str:
    """The bottom line: the function keys, commands without an answer, what stands at the cursor, and other keys.

    Where it would be wider than ``columns``, what helps least is left out first. ``mode``: the mode of vi.
    """
    options = interpreter.options
    waiting = _waiting(interpreter)
    place = _place(interpreter, typed)
    # What is shown from left to right, and how much it matters.
    keys = [
        ("F1 help", 5),
        (f"F2 debug {options.level}", 7),
        (f"F3 explain {'on' if options.explain else 'off'}", 6 if options.explain else 4),
        (f"F4 {options.editing}{f' {mode}' if mode else ''}", 6 if options.editing == "vi" else 3),
    ]
    if found := interpreter.findings.found:
        keys.append((f"F5 why {found[-1].finding.rule.id}", 7))
    rest = [(waiting, 8), (place, 9)]
    if not place:
        rest += [("Tab completes", 2), ("Ctrl-C stops waiting", 1), ("Ctrl-D leaves", 0)]
    rest = [part for part in rest if part[0]]
    while len(_joined(keys, rest)) > columns and len(keys) + len(rest) > 1:
        least = min(keys + rest, key=lambda part: part[1])
        (keys if least in keys else rest).remove(least)
    line = _joined(keys, rest)
    return line if len(line) <= columns else f"{line[: max(0, columns - 1)]}…"


def _place(interpreter: Interpreter, typed: str) -> str:
    """What is being typed: an alias, a shell command, or what the grammar says of the cursor."""
    if (piped := pipe.split(interpreter, typed)) is not None:
        return f"what {escape(interpreter.mask.line(piped[0]))} shows goes to this program"
    alias = "" if interpreter.raw_mode else aliases.told(interpreter, typed)
    return alias or explain(interpreter, typed)


def _joined(keys: list[tuple[str, int]], rest: list[tuple[str, int]]) -> str:
    first = ["  ".join(text for text, _ in keys)] if keys else []
    return " " + "  ·  ".join([*first, *(text for text, _ in rest)])


def _waiting(interpreter: Interpreter) -> str:
    """The commands that have no answer yet."""
    session = interpreter.session
    if session is None or not session.is_open or not session.engine.outstanding:
        return ""
    waiting = session.engine.outstanding
    names = ", ".join(f"{exchange.tag} {exchange.name}".strip() for exchange in waiting[:3])
    return f"no answer yet: {escape(names)}{', ...' if len(waiting) > 3 else ''}"
