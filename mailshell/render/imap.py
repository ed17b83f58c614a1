"""What an IMAP server answers, as lines for a person.

Lines come as data arrives. A table holds back its first rows to align its columns; other data flushes it, so that
everything stands in the order in which the server sent it. The one exception is LIST with STATUS (RFC 5819), whose
answers alternate: they make two tables, one below the other, as long as both fit into what is held.
"""

from __future__ import annotations

import re

from mailshell.protocol.imap.data import (
    Count,
    Data,
    ExtendedSearch,
    Fetched,
    MailboxListing,
    MailboxStatus,
    Namespaces,
    Numbers,
    Other,
    Pairs,
    StatusText,
    Threads,
    Vanished,
    Words,
)
from mailshell.render.columns import clip, wrap
from mailshell.render.fetch import FetchRendering, line_of
from mailshell.render.listing import ListingRendering, StatusRendering, listing_line, mailbox_status_line
from mailshell.render.numbers import extended_search_lines, numbers_lines, vanished_line
from mailshell.render.pairs import namespace_lines, pairs_lines
from mailshell.render.shown import shown
from mailshell.render.status import status_line, status_text_line
from mailshell.render.threads import threads_lines
from mailshell.render.tree import ASCII, LINES
from mailshell.render.values import counted, wire

__all__ = ["ImapRendering", "status_line", "unsolicited"]

_SPACES = re.compile(" {3,}")
#: Data that nobody asked for is cut here, if it is not a status or about one message or mailbox.
_LONGEST = 1000
_LABELS = {"CAPABILITY": "capabilities", "ENABLED": "enabled", "FLAGS": "flags", "LANGUAGE": "languages"}


class ImapRendering:
    """The data that answers one command. ``name`` is the command's: ``UID FETCH``.

    ``whole``: nothing is cut to fit a row into ``width``, because a program may read it.
    """

    def __init__(
        self,
        name: str,
        *,
        width: int = 100,
        ascii: bool = False,  # noqa: A002
        whole: bool = False,
    ) -> None:
        self.name = name.upper()
        self._width = width
        self._drawing = ASCII if ascii else LINES
        self._fetched = FetchRendering(width, self._drawing, whole=whole)
        self._listing = ListingRendering(width, self._drawing.mark, whole=whole)
        self._status = StatusRendering(width, self._drawing.mark, whole=whole)

    def add(self, data: Data) -> list[str]:
        """Lines that can be shown now."""
        if isinstance(data, Fetched):
            return self._flush_mailboxes(more=True) + self._fetched.add(data)
        if isinstance(data, MailboxListing):
            if self._status.streaming and not self._listing.streaming:
                return [listing_line(data)]
            lines = self._fetched.flush(more=True) + self._listing.add(data)
            return lines + self._status.flush(more=True) if self._listing.streaming else lines
        if isinstance(data, MailboxStatus):
            if self._listing.streaming:
                return [mailbox_status_line(data)]
            lines = self._fetched.flush(more=True) + self._status.add(data)
            return self._listing.flush(more=True) + lines if self._status.streaming else lines
        return self._flush(more=True) + self._lines(data)

    def finish(self) -> list[str]:
        """What was held back."""
        return self._flush()

    def _flush(self, *, more: bool = False) -> list[str]:
        return self._flush_mailboxes(more=more) + self._fetched.flush(more=more)

    def _flush_mailboxes(self, *, more: bool = False) -> list[str]:
        return self._listing.flush(more=more) + self._status.flush(more=more)

    def _lines(self, data: Data) -> list[str]:
        width = self._width
        if isinstance(data, StatusText):
            return [status_text_line(data)]
        if isinstance(data, Words):
            return _words(data, width)
        if isinstance(data, Count):
            return [count_line(data)]
        if isinstance(data, Numbers):
            return numbers_lines(data, width, uid=self.name.startswith("UID "))
        if isinstance(data, ExtendedSearch):
            return extended_search_lines(data, width)
        if isinstance(data, Threads):
            return threads_lines(data, self._drawing, width)
        if isinstance(data, Vanished):
            return [vanished_line(data)]
        if isinstance(data, Namespaces):
            return namespace_lines(data)
        if isinstance(data, Pairs):
            return pairs_lines(data, width)
        if isinstance(data, Other):
            return [_other(data)]
        return []


def _words(data: Words, width: int) -> list[str]:
    label = _LABELS.get(data.kind, data.kind.lower())
    return wrap([shown(word) for word in data.words] or ["none"], width, f"{label}: ", "  ")


def _other(data: Other) -> str:
    number = [] if data.number is None else [str(data.number)]
    return " ".join([*number, shown(data.name) or "?", *map(wire, data.values)])


def count_line(data: Count, *, now: str = "") -> str:
    """EXISTS, RECENT or EXPUNGE as a sentence."""
    number = data.number
    if number is None:
        return f"{data.kind} without a number"
    if data.kind == "EXPUNGE":
        return f"message {number} was expunged: later ones move up by one"
    if data.kind == "RECENT":
        return f"{counted(number, 'message')} {'is' if number == 1 else 'are'} recent{now}"
    return f"{counted(number, 'message')} {'exists' if number == 1 else 'exist'}{now}"


def unsolicited(data: Data) -> str:
    """One line for data that nobody asked for."""
    if isinstance(data, Count):
        return count_line(data, now=" now")
    if isinstance(data, Fetched):
        return _changed(data)
    if isinstance(data, StatusText):
        if data.code == "ALERT":
            return f"ALERT: {shown(data.text)}"
        return status_text_line(data)
    if isinstance(data, MailboxListing):
        return listing_line(data)
    if isinstance(data, MailboxStatus):
        return mailbox_status_line(data)
    rendering = ImapRendering("", width=1 << 30)
    lines = rendering.add(data) + rendering.finish()
    return clip("; ".join(_SPACES.sub("  ", line.strip(" ")) for line in lines), _LONGEST)


def _changed(data: Fetched) -> str:
    """News of a message: nearly always its flags (RFC 9051 section 7.5.2)."""
    items = {item.name: item.value for item in data.items}
    flags = items.get("FLAGS")
    if not isinstance(flags, tuple) or not items.keys() <= {"FLAGS", "UID", "MODSEQ"} or data.number is None:
        return f"message {line_of(data)}"
    who = f"UID {data.number}" if data.kind == "UIDFETCH" else f"message {data.number}"
    uid = items.get("UID")
    if isinstance(uid, int) and data.kind != "UIDFETCH":
        who += f" (UID {uid})"
    return f"flags of {who}: {shown(' '.join(map(str, flags))) or 'none'}"
