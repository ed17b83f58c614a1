"""What SELECT, EXAMINE and STATUS tell of a mailbox as a whole: UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ, MESSAGES."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailshell.lint.checker import Now, Received
from mailshell.lint.imap.boundary import SELECTING
from mailshell.lint.imap.places import Span, find_after
from mailshell.protocol.exchange import Completed
from mailshell.protocol.imap.data import MailboxStatus
from mailshell.protocol.imap.mailbox_name import inbox
from mailshell.protocol.imap.response import Response

_CODES = frozenset({"UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ", "UIDNOTSTICKY"})


@dataclass(frozen=True, slots=True)
class Told:
    """``items`` by name. ``codes``: the responses in which they stand, where that is not ``response``."""

    name: str
    items: Mapping[str, object]
    response: Response
    codes: Mapping[str, Response]

    def number(self, item: str) -> int | None:
        """The value of an item; None if it was not told."""
        value = self.items.get(item)
        return value if isinstance(value, int) else None

    def place(self, item: str, value: int) -> Span:
        """The octets of the value."""
        return find_after(self.codes.get(item, self.response), item.encode("ascii"), b"%d" % value)

    @property
    def sticky(self) -> bool:
        """Whether UIDs hold beyond the session (RFC 4315 section 3; RFC 9051 section 7.1, UIDNOTSTICKY)."""
        return "UIDNOTSTICKY" not in self.codes


class Tellings:
    """Ask it of each untagged OK, NO and STATUS and of each completion: what that has told, None if nothing."""

    def __init__(self) -> None:
        self._codes: dict[str, Response] = {}

    def untagged(self, received: Received, now: Now) -> Told | None:
        response = received.response
        if response.name == "STATUS":
            data = received.data
            return Told(inbox(data.name), data.items, response, {}) if isinstance(data, MailboxStatus) else None
        if response.name in ("OK", "NO") and response.code_name in _CODES:
            self._codes[response.code_name] = response
            view = now.imap.mailbox
            if response.code_name == "UIDVALIDITY" and not now.imap.pending and view is not None and view.name:
                return Told(inbox(view.name), {"UIDVALIDITY": view.uidvalidity}, response, {})
        return None

    def completed(self, event: Completed, now: Now) -> Told | None:
        view = now.imap.mailbox
        if event.exchange.name not in SELECTING:
            return None
        codes, self._codes = self._codes, {}
        if event.response.status != "OK" or view is None or not view.name:
            return None
        items = {
            "UIDVALIDITY": view.uidvalidity,
            "UIDNEXT": view.uidnext,
            "HIGHESTMODSEQ": view.highestmodseq,
            "MESSAGES": view.exists,
        }
        assert isinstance(event.response, Response)
        return Told(inbox(view.name), items, event.response, codes)
