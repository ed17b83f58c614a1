"""Mailbox names, as LIST gave them: shown decoded, put into the line as they go over the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailshell.assist.knowledge import Knowledge, Mailbox
from mailshell.assist.position import Position
from mailshell.complete.candidate import Offer
from mailshell.complete.surroundings import Surroundings

#: What may stand in an astring without quotes (RFC 9051 section 9, ASTRING-CHAR); {} and () would be read otherwise.
_PLAIN = re.compile(r'[^\x00-\x20\x7f"\\(){%*@>|]+\Z')
#: A name that holds one of these can only go as a literal.
_UNQUOTABLE = re.compile(rb"[\x00\r\n]")
_SELECTING = frozenset({"SELECT", "EXAMINE", "STATUS", "APPEND", "COPY", "UID COPY", "MOVE", "UID MOVE", "REPLACE"})
_CANNOT = frozenset({"\\noselect", "\\nonexistent"})
#: Attributes that say little in a menu.
_DULL = frozenset({"\\hasnochildren", "\\haschildren", "\\noinferiors", "\\unmarked", "\\subscribed"})


@dataclass(frozen=True, slots=True)
class Names:
    """The mailboxes of a session with what is needed to look one up, made once for each change."""

    mailboxes: Sequence[Mailbox]
    keys: Sequence[str]
    raw_keys: Sequence[str]


class MailboxNames:
    """Keeps the names of a session ready to be searched."""

    def __init__(self) -> None:
        self._of: tuple[int, int] | None = None
        self._names = Names((), (), ())

    def of(self, knowledge: Knowledge) -> Names:
        """The names that this session has listed; INBOX is there in any case (RFC 9051 section 5.1)."""
        state = (id(knowledge), knowledge.version)
        if self._of != state:
            known = [box for box in knowledge.mailboxes.values() if not _UNQUOTABLE.search(box.raw)]
            known.sort(key=lambda box: (box.name.upper() != "INBOX", box.name.casefold()))
            if not known or known[0].name.upper() != "INBOX":
                known.insert(0, Mailbox("INBOX", b"INBOX"))
            self._names = Names(
                known, [box.name.casefold() for box in known], [_typed(box).casefold() for box in known]
            )
            self._of = state
        return self._names


def patterns(position: Position) -> list[Offer]:
    """What may stand for mailboxes without being the name of one."""
    if position.kind == "list-mailbox":
        return [Offer("*", "all mailboxes"), Offer("%", "the mailboxes of this level")]
    if position.expected and position.expected[-1].name == "reference":
        return [Offer('""', "no reference: names are as they stand")]
    return []


def mailbox_offer(box: Mailbox, position: Position, around: Surroundings) -> Offer:
    """A mailbox for the place at the cursor."""
    attributes = {attribute.lower() for attribute in box.attributes}
    reason = "can't be selected" if position.command in _SELECTING and attributes & _CANNOT else ""
    if not box.raw.isascii() and not around.situation.utf8:
        reason = "its name is 8-bit, and would be sent encoded; .raw can send it"
    meta = " ".join(attribute for attribute in box.attributes if attribute.lower() not in _DULL)
    return Offer(quoted(_typed(box), opened=position.quoted), meta, reason, shown=box.name)


def quoted(name: str, *, opened: bool = False) -> str:
    """A string as it is typed: in quotes if it needs them. ``opened``: the opening quote stands there already."""
    if not opened and _PLAIN.match(name) and name.upper() != "NIL":
        return name
    inside = name.replace("\\", "\\\\").replace('"', '\\"')
    return inside + '"' if opened else f'"{inside}"'


def _typed(box: Mailbox) -> str:
    return box.raw.decode("utf-8", "surrogateescape")
