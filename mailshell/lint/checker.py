"""What a checker is: a small memory and what it makes of each event.

A checker overrides the methods for the events that concern it; the linter calls no others. Each yields faults. Checkers
know nothing of each other, hold a bounded memory, and never raise for what a server sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from mailshell.lint.finding import Fault
from mailshell.lint.piece import Piece
from mailshell.lint.way import Way
from mailshell.protocol.engine import Engine
from mailshell.protocol.events import BodyEnd, Deviation, Line, LiteralPart
from mailshell.protocol.exchange import Completed, Continuation, Exchange, Greeting, Sent, Stray
from mailshell.protocol.imap.data import Data, Fetched
from mailshell.protocol.imap.grammar import Values, read_data
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.imap.values import read_values
from mailshell.protocol.pop3.state import Pop3State
from mailshell.wire import WireEvent

Faults = Iterable[Fault]
NONE: tuple[Fault, ...] = ()


class Received:
    """One untagged response with what can be told of it; each is read once, by whoever asks first.

    ``exchange``: the outstanding command that asks for such data, None if none does. ``plain_line``: see ``Checker``.
    """

    __slots__ = ("_items", "_values", "data", "deviations", "exchange", "plain", "response")

    def __init__(self, response: Response, exchange: Exchange | None, *, plain_line: bool = False) -> None:
        self.response = response
        self.exchange = exchange
        self._values: Values | None = None
        self._items: dict[str, object] | None = None
        data, deviations = read_data(response, self._read_values)
        self.data: Data = data
        self.deviations: tuple[Deviation, ...] = deviations
        #: A FETCH in its plain form: see ``Checker``.
        self.plain = (
            plain_line
            and self._values is None
            and response.name == "FETCH"
            and response.body == len(b"* %d FETCH " % (response.number or 0))
        )

    def _read_values(self, response: Response) -> Values:
        self._values = values = read_values(response)
        return values

    @property
    def values(self) -> Values:
        """The values after the response's first words, with where they stand."""
        return self._values or self._read_values(self.response)

    @property
    def items(self) -> dict[str, object]:
        """Of a FETCH the value of each item, the first if one comes twice; empty for any other response."""
        items = self._items
        if items is None:
            items = {}
            if isinstance(self.data, Fetched):
                for item in self.data.items:
                    items.setdefault(item.name, item.value)
            self._items = items
        return items


@dataclass(slots=True)
class Now:
    """The moment: ``time`` in seconds, whether TLS stands, and the engine with all that the session knows.

    The engine has taken the event in already: ``state`` is the state after it. ``response``: where the last response
    begins that is untagged, tagged or a continuation request (-1: none has come). ``end``: where the server's stream
    ends so far. ``way``: how the server is reached.
    """

    engine: Engine
    time: float = 0.0
    tls: bool = False
    response: int = -1
    end: int = 0
    way: Way = field(default_factory=Way)

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


#: A line that is the whole of an untagged response, of printable ASCII and no longer than all clients read.
PLAIN_LINE = re.compile(rb"\* [ -~]{1,9996}+(?<!\})\r\n").fullmatch


class Checker:
    """Watches one session. What it need not be asked about is told by its class:

    ``concerns``: the names of the untagged responses that it wants to see, in POP3 of the commands whose multi-line
    replies; None: of all.
    ``plain``: False if it has nothing to say of what is plain, which is most of what comes. These are the lines that
    match ``PLAIN_LINE``, and FETCH responses of such a line with nothing in them but numbers, flags and one space
    between (``read_plain_fetch``).
    """

    concerns: ClassVar[frozenset[str] | None] = None
    plain: ClassVar[bool] = True

    def wire(self, event: WireEvent, now: Now) -> Faults:
        """Something on the connection: octets as they came, TLS, the end."""
        return NONE

    def line(self, line: Line, now: Now) -> Faults:
        """A line of the server, or in IMAP the piece of one before or behind a literal."""
        return NONE

    def literal(self, part: LiteralPart, now: Now) -> Faults:
        """A piece of a literal of the server."""
        return NONE

    def body(self, part: Piece | BodyEnd, now: Now) -> Faults:
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
