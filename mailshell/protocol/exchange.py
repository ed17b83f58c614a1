"""A command and what answers it, and the reports that an engine makes of them."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailshell.protocol.catalogue import Command
from mailshell.protocol.events import Deviation, Frame, LimitReached

if TYPE_CHECKING:
    from mailshell.protocol.imap.response import Response
    from mailshell.protocol.secrecy import Marks, Secrets


class Awaits(enum.Enum):
    """What a continuation request would answer."""

    NOTHING = "nothing"
    LITERAL = "a literal"
    SASL = "a SASL response"
    IDLE = "DONE"


@dataclass(eq=False, slots=True)
class Exchange:
    """A command that was sent. Changed by the engine as its answer comes in.

    ``tag`` is empty in POP3. ``name`` is upper case. ``words`` is the first line as it may be shown: without tag and
    line end, secrets masked, at most 1,000 characters. ``abandoned``: nobody waits for the answer any more; it is
    still outstanding, and will be named late when it comes.
    """

    number: int
    tag: str
    name: str
    record: Command | None
    words: str
    awaits: Awaits = Awaits.NOTHING
    status: Status | None = None
    abandoned: bool = False
    multiline: bool = False
    continued: int = 0

    @property
    def complete(self) -> bool:
        return self.status is not None


class Status(Protocol):
    """The status of a response in either protocol.

    ``status``: OK NO BAD PREAUTH BYE, ``+OK`` ``-ERR``, or ``+``; ``code``: the response code with its arguments and
    without brackets, or None; ``text``: what stands after it, undecoded.
    """

    @property
    def status(self) -> str: ...

    @property
    def code(self) -> bytes | None: ...

    @property
    def text(self) -> bytes: ...

    @property
    def ok(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first thing a server says."""

    response: Status


@dataclass(frozen=True, slots=True)
class Sent:
    """The first line of a command has been sent."""

    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Untagged:
    """IMAP: an untagged response, and the outstanding command that asks for such data (None: unsolicited)."""

    response: Response
    exchange: Exchange | None


@dataclass(frozen=True, slots=True)
class Continuation:
    """A continuation request, and the command that it lets go on (None: nothing asked for it)."""

    response: Status
    exchange: Exchange | None


@dataclass(frozen=True, slots=True)
class Began:
    """POP3: the status line of a multi-line reply; its body follows as frames."""

    response: Status
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Completed:
    """The answer to a command is complete."""

    response: Status
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Stray:
    """A line that answers nothing and has no form that could stand alone."""

    octets: bytes
    offset: int


class Engine(Protocol):
    """What the two protocols have in common for whoever moves the octets.

    An engine sees the octets of both sides as they cross the wire and says what they are. It never raises for what
    a peer sends.
    """

    @property
    def protocol(self) -> str:
        """``imap`` or ``pop3``."""
        ...

    @property
    def outstanding(self) -> list[Exchange]:
        """The commands without a complete answer, the oldest first."""
        ...

    def sent(self, octets: bytes) -> list[Event]:
        """Note octets that this side has sent."""
        ...

    def received(self, octets: bytes) -> Iterator[Event]:
        """Read octets that the server has sent. Lazy: after the answer that starts TLS, ``take_rest`` gets the rest."""
        ...

    def take_rest(self) -> bytes:
        """What was received and not read yet; it is forgotten."""
        ...

    @property
    def marks(self) -> Marks:
        """Where what this side sent is secret."""
        ...

    def started_tls(self) -> None:
        """TLS stands."""
        ...

    @property
    def answering(self) -> Exchange | None:
        """The command that the response being received answers, while its literals or its body pass."""
        ...

    @property
    def partial_line(self) -> bool:
        """Whether this side has begun a line and not ended it."""
        ...

    @property
    def farewell(self) -> bool:
        """Whether the server is about to close the connection, and has said so."""
        ...

    @property
    def secrets(self) -> Secrets:
        """The secrets known so far."""
        ...

    @property
    def inside(self) -> str:
        """What the server has begun and not ended, for a message; empty between two responses."""
        ...


Event = Frame | LimitReached | Deviation | Greeting | Sent | Untagged | Continuation | Began | Completed | Stray
