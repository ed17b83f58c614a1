"""When what a server says begins to speak of another mailbox."""

from __future__ import annotations

from mailshell.lint.checker import Now, Received
from mailshell.protocol.events import Deviation
from mailshell.protocol.exchange import Completed, Exchange

SELECTING = frozenset({"SELECT", "EXAMINE"})
_LEAVING = frozenset({"CLOSE", "UNSELECT", "UNAUTHENTICATE", "LOGOUT"})
_DATA = frozenset({"EXISTS", "RECENT", "FLAGS"})
#: The untagged responses that ``Boundary`` has to see.
NAMES = _DATA | {"OK"}
#: Those that take messages away.
GONE = frozenset({"EXPUNGE", "VANISHED"})
_CODES = frozenset({"UIDVALIDITY", "UIDNEXT", "UNSEEN", "PERMANENTFLAGS", "HIGHESTMODSEQ", "NOMODSEQ", "UIDNOTSTICKY"})


class Boundary:
    """Ask it of each untagged response and each completion: True where another mailbox begins, or none is left.

    With CLOSED the boundary is told (RFC 9051 section 7.1). Without it, it is the first data about a mailbox that comes
    while SELECT is the oldest command under way: what came for commands before it speaks of the mailbox before.
    """

    def __init__(self) -> None:
        self._begun: Exchange | None = None

    def untagged(self, received: Received, now: Now) -> bool:
        response = received.response
        if response.name == "OK":
            name = response.code_name
            closed = name == "CLOSED"
            if not closed and name not in _CODES:
                return False
        elif response.name in _DATA:
            closed = False
        else:
            return False
        outstanding = now.engine.outstanding
        if closed:
            self._begun = next((one for one in outstanding if one.name in SELECTING), None)
            return True
        oldest = outstanding[0] if outstanding else None
        if oldest is None or oldest.name not in SELECTING or oldest is self._begun:
            return False
        self._begun = oldest
        return True

    def completed(self, event: Completed) -> bool:
        exchange, status = event.exchange, event.response.status
        if exchange.name in _LEAVING:
            return status == "OK"
        if exchange.name not in SELECTING:
            return False
        begun, self._begun = self._begun is exchange, None
        # OK after data: that data was the new mailbox's. BAD before any: the mailbox is still the one before.
        return not begun if status == "OK" else status == "NO" or begun


class Unread:
    """Whether a line that could not be read came while SELECT was under way: it may be what is missed of its data."""

    def __init__(self) -> None:
        self._came = False

    def deviation(self, event: Deviation, now: Now) -> None:
        """Tell it of what framing finds."""
        # Behind NUL `* OK` looks like a completion with a tag.
        if event.rule in ("stray-line", "unknown-tag") and event.end > event.start:
            self._came = _selects(now)

    def completed(self, now: Now) -> bool:
        """Whether one came, at each completion."""
        came, self._came = self._came, self._came and _selects(now)
        return came


def _selects(now: Now) -> bool:
    return any(one.name in SELECTING for one in now.engine.outstanding)
