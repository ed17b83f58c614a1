"""Remembers what crosses the wire for completion and warnings: an observer of the session, and a reader of answers."""

from __future__ import annotations

from mailshell.assist.knowledge import Knowledge
from mailshell.interpreter.body import LineSplitter
from mailshell.protocol.events import BodyEnd, BodyPart
from mailshell.protocol.exchange import Began, Completed, Event, Exchange
from mailshell.protocol.imap.data import Data
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.response import StatusLine
from mailshell.protocol.pop3.state import Pop3State
from mailshell.wire import WireEvent

#: After these another mailbox is open, or none, whether they were accepted or not (RFC 9051 section 6.3.2).
_OPENING = frozenset({"SELECT", "EXAMINE", "CLOSE", "UNSELECT", "UNAUTHENTICATE"})
#: After these LIST would say something else.
_RENAMING = frozenset({"CREATE", "DELETE", "RENAME", "LOCALCREATE", "LOCALDELETE", "XRENAME"})
_LISTING = frozenset({"LIST", "UIDL"})


class Learner:
    """Fills ``knowledge``."""

    masks = False

    def __init__(self, state: ImapState | Pop3State) -> None:
        self.knowledge = Knowledge()
        self._state = state
        self._listing: Exchange | None = None
        self._lines = LineSplitter()

    def learn(self, data: Data, command: str = "") -> None:
        """What a response has said, read by whoever showed it."""
        self.knowledge.learn(data, command)

    def wire(self, event: WireEvent) -> None:
        return

    def event(self, event: Event, time: float, tls: bool) -> None:
        if isinstance(event, Completed):
            self._completed(event)
        elif isinstance(event, Began):
            self._listing = event.exchange if event.exchange.name in _LISTING else None
        elif self._listing is None:
            return
        elif isinstance(event, BodyPart):
            for line in self._lines.feed(event.content()):
                self._listed(self._listing.name, line)
        elif isinstance(event, BodyEnd):
            self._listing = None
            self._lines.rest()

    def _completed(self, event: Completed) -> None:
        name, status = event.exchange.name, event.response
        if name in _OPENING:
            self.knowledge.forget_messages()
        elif name in _RENAMING and status.ok:
            self.knowledge.stale = True
        elif name in ("STORE", "UID STORE") and status.ok and isinstance(self._state, ImapState):
            view = self._state.mailbox
            self.knowledge.stored(event.exchange.words, view.exists if view is not None else None)
        elif name in _LISTING and isinstance(status, StatusLine) and status.ok and not event.exchange.multiline:
            self._listed(name, status.text)

    def _listed(self, name: str, line: bytes) -> None:
        """A line of LIST (``1 320``) or UIDL (``1 abc``), RFC 1939 sections 5 and 7."""
        number, _, rest = line.strip().partition(b" ")
        if not (number.isdigit() and len(number) < 12):
            return
        words = rest.split(None, 1)
        if name == "UIDL" and words:
            self.knowledge.messages.seen(int(number)).unique_id = words[0][:70].decode("latin-1")
        elif name == "LIST" and words and words[0].isdigit() and len(words[0]) < 20:
            self.knowledge.messages.seen(int(number)).size = int(words[0])
