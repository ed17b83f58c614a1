"""What is asked before a command is sent: ``confirm`` asks before what removes things for good, ``readonly`` before
whatever may change what the server keeps.

In a readonly session these ask too, though the catalogue calls them reading: SELECT, which takes ``\\Recent`` from the
messages where EXAMINE does not (RFC 3501 section 6.3.2); FETCH of a body without PEEK in a
mailbox that was selected, which sets ``\\Seen`` (RFC 9051 section 6.4.5); a command that the catalogue does not know;
and octets that are sent as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailshell.assist.situation import Caution, Situation
from mailshell.exits import UsageError
from mailshell.interpreter.line import TypedLine
from mailshell.interpreter.warnings import destroys
from mailshell.protocol.catalogue import Effect
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: Data items that set \Seen.
_SETS_SEEN = re.compile(r"\b(?:BODY\[|BINARY\[|RFC822(?!\.SIZE|\.HEADER)\b)", re.IGNORECASE)
#: They change only what was changed before, in this session, and was asked for then.
_HARMLESS = frozenset({"QUIT", "RSET"})
_READONLY = "the session is readonly"
#: Besides them, commands that the catalogue calls reading and that open a mailbox to be changed.
_OPENING = frozenset({"SELECT", "BBOARD"})


def is_readonly(interpreter: Interpreter) -> bool:
    """Whether nothing may be changed in this session without a question."""
    options, profile = interpreter.options, interpreter.profile
    if options.readonly or profile is options.profile:
        return options.readonly
    # One of several sessions, and another one's profile counts at the moment.
    return profile is not None and bool(profile.values.get("readonly"))


def changes(typed: TypedLine, cautions: Sequence[Caution], where: Situation) -> bool:
    """Whether a command may change what the server keeps."""
    record = typed.record
    if record is None or destroys(record, cautions, where):
        return True
    if record.name in _HARMLESS or (record.name == "CLOSE" and where.read_only):
        return False
    if record.effect is not Effect.READ or record.name in _OPENING:
        return True
    is_fetch = record.name.removeprefix("UID ") in ("FETCH", "PARTIAL")
    return is_fetch and not where.read_only and _SETS_SEEN.search(typed.arguments) is not None


async def confirm(interpreter: Interpreter, typed: TypedLine, cautions: Sequence[Caution], where: Situation) -> None:
    """Ask before a command, if it is one of those that are asked for. UsageError if it is not to be sent."""
    name = escape(typed.name)
    if interpreter.options.confirm and destroys(typed.record, cautions, where):
        await _ask(interpreter, name, f"{name} removes things for good", "confirm is on")
    elif is_readonly(interpreter) and changes(typed, cautions, where):
        instead = ""
        if typed.record is not None and typed.record.effect is Effect.READ:
            instead = "EXAMINE" if typed.record.name in _OPENING else "BODY.PEEK"
        await _ask(interpreter, name, f"{name} may change what the server keeps", _READONLY, instead)


async def confirm_raw(interpreter: Interpreter) -> None:
    """Ask before octets that nobody looks at. UsageError if they are not to be sent."""
    if is_readonly(interpreter):
        await _ask(interpreter, "it", "what is sent as it is may change what the server keeps", _READONLY)


async def _ask(interpreter: Interpreter, name: str, what: str, because: str, instead: str = "") -> None:
    console = interpreter.console
    if interpreter.options.yes:
        return
    if not console.interactive:
        advice = f"; {instead} does not" if instead else ""
        raise UsageError(f"{what}{advice}, and {because}: only --yes sends it")
    advice = f" ({instead} does not)" if instead else ""
    answer = await console.ask(f"{what[0].upper()}{what[1:]}{advice}. Send it? [y/N] ")
    if (answer or "").strip().lower() not in ("y", "yes"):
        raise UsageError(f"{name} was not sent")
