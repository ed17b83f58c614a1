"""What a checker is: a small memory and what it makes of each event.

A checker overrides the methods for the events that concern it; the linter calls no others. Each yields faults. Checkers
know nothing of each other, hold a bounded memory, and never raise for what a server sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from mailshell.lint.finding import Fault
from mailshell.protocol.events import BodyEnd, BodyPart, Deviation, Line, LiteralPart
from mailshell.protocol.exchange import Completed, Continuation, Exchange, Greeting, Sent, Stray
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.data import Data
from mailshell.protocol.imap.grammar import Values, read_data
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.imap.values import read_values
from mailshell.protocol.pop3.connection import Pop3Connection
from mailshell.protocol.pop3.state import Pop3State
from mailshell.wire import WireEvent

Faults = Iterable[Fault]
NONE: tuple[Fault, ...] = ()


class Received:
    """One untagged response with what can be told of it; its grammar is read once, by whoever asks first.

    ``exchange``: the outstanding command that asks for such data, None if none does.
    """

    def __init__(self, response: Response, exchange: Exchange | None) -> None:
        self.response = response
        self.exchange = exchange

    @cached_property
    def values(self) -> Values:
        """The values after the response's first words, with where they stand."""
        return read_values(self.response)

    @cached_property
    def read(self) -> tuple[Data, tuple[Deviation, ...]]:
        return read_data(self.response, lambda _: self.values)

    @property
    def data(self) -> Data:
        return self.read[0]


@dataclass(slots=True)
class Now:
    """The moment: ``time`` in seconds, whether TLS stands, and the engine with all that the session knows.

    The engine has taken the event in already: ``state`` is the state after it.
    """

    engine: ImapConnection | Pop3Connection
    time: float = 0.0
    tls: bool = False

    @property
    def imap(self) -> ImapState:
        state = self.engine.state
        assert isinstance(state, ImapState)
        return state

    @property
    def pop3(self) -> Pop3State:
        state = self.engine.state
        assert isinstance(state, Pop3State)
        return state

    def enabled(self, name: str) -> bool:
        """IMAP: whether an extension was enabled (RFC 5161)."""
        return name in self.imap.enabled

    @property
    def rev2(self) -> bool:
        """Whether IMAP4rev2 is in force: it was enabled, or the server speaks nothing else (RFC 9051 section 6.3.1)."""
        return self.enabled("IMAP4REV2") or (self.imap.has("IMAP4rev2") and not self.imap.has("IMAP4rev1"))


#: The names of untagged status responses (RFC 9051 section 7.1).
STATUSES = frozenset({"OK", "NO", "BAD", "BYE", "PREAUTH"})


class Checker:
    """Watches one session. ``concerns``: the names of the untagged responses that it wants to see; None: of all."""

    concerns: ClassVar[frozenset[str] | None] = None

    def wire(self, event: WireEvent, now: Now) -> Faults:
        """Something on the connection: octets as they came, TLS, the end."""
        return NONE

    def line(self, line: Line, now: Now) -> Faults:
        """A line of the server, or in IMAP the piece of one before or behind a literal."""
        return NONE

    def literal(self, part: LiteralPart, now: Now) -> Faults:
        """A piece of a literal of the server."""
        return NONE

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Faults:
        """POP3: a piece of a multi-line reply, or its end."""
        return NONE

    def greeting(self, event: Greeting, now: Now) -> Faults:
        return NONE

    def sent(self, event: Sent, now: Now) -> Faults:
        """A command was begun."""
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        """IMAP: an untagged response is complete."""
        return NONE

    def continuation(self, event: Continuation, now: Now) -> Faults:
        return NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        """A command has its tagged response, or in POP3 its whole reply."""
        return NONE

    def stray(self, event: Stray, now: Now) -> Faults:
        """A line that answers nothing."""
        return NONE

    def deviation(self, event: Deviation, now: Now) -> Faults:
        """What framing or grammar has found (those of untagged data too)."""
        return NONE

    def idle(self, now: Now) -> Faults:
        """Nothing has come for a while (a second or more); ``now.time`` tells how late it is."""
        return NONE
