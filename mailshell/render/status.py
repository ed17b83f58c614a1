"""Status responses: the server's own line, and what a response code means in a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailshell.protocol.exchange import Status
from mailshell.protocol.imap.data import StatusText
from mailshell.protocol.imap.values import List, Value, as_items
from mailshell.render.shown import shown
from mailshell.render.values import wire


def status_line(status: Status) -> str:
    """The server's own status line, without the tag: ``OK [READ-WRITE] Select completed.``, ``+OK 3 1234``."""
    code = None if status.code is None else f"[{shown(status.code)}]"
    return _join(shown(status.status), code, shown(status.text))


def status_text_line(data: StatusText) -> str:
    """An untagged status response, and what its code means if that is not plain."""
    words = [shown(data.code), *map(wire, data.arguments)]
    line = _join(data.status, f"[{' '.join(words)}]" if data.code else None, shown(data.text))
    meaning = explain(data)
    return f"{line}  ({meaning})" if meaning else line


def _join(status: str, code: str | None, text: str) -> str:
    return " ".join(word for word in (status, code, text) if word)


def explain(data: StatusText) -> str:
    """What a response code says, in a few words; empty for one that needs none or is not known here."""
    form = _MEANINGS.get(data.code)
    if form is None:
        return ""
    return form if isinstance(form, str) else form(data.arguments)


def _first(arguments: Sequence[Value]) -> str:
    """The first argument; one in parentheses without them."""
    if not arguments:
        return "?"
    value = arguments[0]
    return " ".join(map(wire, value.items)) if isinstance(value, List) else wire(value)


def _permanent(arguments: Sequence[Value]) -> str:
    flags = [wire(item) for item in as_items(arguments[0] if arguments else None)]
    if not flags:
        return "no flag outlasts the session"
    return "new keywords can be made" if "\\*" in flags else "no new keywords can be made"


def _copied(arguments: Sequence[Value]) -> str:
    if len(arguments) != 3:
        return ""
    return f"UID {wire(arguments[1])} became {wire(arguments[2])}"


def _appended(arguments: Sequence[Value]) -> str:
    return f"stored as UID {wire(arguments[1])}" if len(arguments) == 2 else ""


Form = str | Callable[[Sequence[Value]], str]

#: RFC 9051 section 7.1, RFC 4315 section 3, RFC 7162 section 3.1.2, RFC 8474 section 4.
_MEANINGS: dict[str, Form] = {
    "APPENDUID": _appended,
    "CLOSED": "the mailbox that was open is closed; what follows is about the new one",
    "COPYUID": _copied,
    "HIGHESTMODSEQ": lambda arguments: f"highest mod-sequence is {_first(arguments)}",
    "MAILBOXID": lambda arguments: f"the mailbox keeps the id {_first(arguments)} when renamed",
    "NOMODSEQ": "no mod-sequences here",
    "PERMANENTFLAGS": _permanent,
    "READ-ONLY": "nothing can be changed",
    "TRYCREATE": "create the mailbox first",
    "UIDNEXT": lambda arguments: f"the next message gets UID {_first(arguments)} or higher",
    "UIDNOTSTICKY": "UIDs do not outlast the session",
    "UIDVALIDITY": "UIDs hold while this number stays",
    "UNSEEN": lambda arguments: f"first unseen is message {_first(arguments)}",
}
