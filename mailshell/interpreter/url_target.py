"""What a URL names (`mailshell.transport.mail_url`) is opened: the commands for it, each shown and sent.

The mailbox is opened with EXAMINE, and a message is fetched with BODY.PEEK: a URL names what is to be read, and neither
of the two changes anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailshell.exits import Exit, worse
from mailshell.interpreter.line import TypedLine
from mailshell.protocol.imap.mailbox_name import encode_mailbox
from mailshell.protocol.imap.state import ImapState, Phase
from mailshell.text.escape import escape
from mailshell.transport.mail_url import MailTarget

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_ATOM = re.compile(r"[A-Za-z0-9.&/_,+=-]+\Z")
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"()]+|.')
#: So many octets are asked for where the URL names none: all that there are (RFC 9051 section 9, nz-number).
_ALL = 2**32 - 1


def examine(target: MailTarget, *, utf8: bool) -> str:
    """The command that opens the mailbox. ``utf8``: names go in UTF-8, since ENABLE said so (RFC 6855 section 3)."""
    name = target.mailbox if utf8 else encode_mailbox(target.mailbox).decode("ascii")
    if not _ATOM.match(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"EXAMINE {name}"


def look(target: MailTarget) -> str | None:
    """The command that shows what is named in the mailbox; None if that is the mailbox itself."""
    if target.search is not None:
        return f"UID SEARCH {_WORD.sub(_plain, target.search)}"
    if target.uid is None:
        return None
    partial = ""
    if target.partial is not None:
        first, count = target.partial
        partial = f"<{first}.{_ALL if count is None else count}>"
    return f"UID FETCH {target.uid} BODY.PEEK[{target.section or ''}]{partial}"


def _plain(match: re.Match[str]) -> str:
    """A word of a search; in quotes if it would be a file, a redirection or a pipe in a line that is typed."""
    word = match[0]
    return f'"{word}"' if word.startswith(("@", ">", "|")) else word


async def follow(interpreter: Interpreter) -> Exit:
    """Open what the URL of the session names, if it names anything; the worst status of its commands, and REFUSED if
    what it names is not there.

    Nothing is sent without a login. A UIDVALIDITY other than the URL's ends it: its UID names another message
    (RFC 2192 section 7). Raises what sending a command raises.
    """
    target = interpreter.endpoint.target if interpreter.endpoint is not None else None
    session, say = interpreter.session, interpreter.console.say
    if target is None or session is None or not session.is_open or not isinstance(session.engine.state, ImapState):
        return Exit.OK
    state = session.engine.state
    opening, command = examine(target, utf8=state.utf8), look(target)
    if state.phase is Phase.NOT_AUTHENTICATED:
        then = f", then {command}" if command is not None else ""
        say(escape(f"note: the URL names a mailbox; after a login, {opening} opens it{then}"))
        return Exit.OK
    status = await _send(interpreter, opening)
    if status is not Exit.OK:
        return status
    known = state.mailbox.uidvalidity if state.mailbox is not None else None
    if target.uidvalidity is not None and known != target.uidvalidity:
        now = "the server tells none" if known is None else f"it is {known}"
        then = f"; {command} would show what it names now" if command is not None else ""
        say(escape(f"the URL is out of date: its UIDVALIDITY is {target.uidvalidity}, and now {now}{then}"))
        return Exit.REFUSED
    if command is None:
        return status
    interpreter.tap.responses.pop("FETCH", None)
    status = worse(status, await _send(interpreter, command))
    if target.uid is not None and status is Exit.OK and "FETCH" not in interpreter.tap.responses:
        say(escape(f"no message in {target.mailbox} has the UID {target.uid}"))
        return Exit.REFUSED
    return status


async def _send(interpreter: Interpreter, line: str) -> Exit:
    """Show a command as one of an alias is, and run it. Its words are the protocol's, never a file or a pipe."""
    interpreter.console.say(f"= {escape(interpreter.mask.line(line))}")
    name, record, arguments = interpreter.catalogue.find(line)
    result = await interpreter.run_typed(TypedLine(None, name, name, record, arguments))
    interpreter.console.finished(result)
    return result.exit
