"""What a session asks of those around it, what they may give it to send, and what it raises."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from mailshell.protocol.events import BodyEnd, BodyPart, LimitReached, Line, LinePart, LiteralPart
from mailshell.protocol.exchange import Exchange, Status, Stray
from mailshell.protocol.imap.response import Response


class SessionError(Exception):
    """What ends a command or a session; its text is one sentence."""


class ConnectionLost(SessionError):
    """The connection ended before the answer was complete."""


class AnswerUnusable(SessionError):
    """The server's answer made it impossible to go on with the command."""


class TimeLimit(SessionError):
    """Nothing came from the server for too long."""


@dataclass(frozen=True, slots=True)
class LiteralSource:
    """A literal to be sent: its size in octets and its contents in pieces. Its announcement ends the part before it.

    ``sync``: it has to wait for a continuation request.
    """

    size: int
    pieces: Callable[[], AsyncIterator[bytes]]
    sync: bool


Part = bytes | LiteralSource


class Handler(Protocol):
    """Who takes the answer to one command as it arrives."""

    def frame(self, frame: Line | LinePart | LiteralPart | BodyPart | BodyEnd) -> None:
        """A piece of the answer: lines with a literal and their literals (IMAP), bodies (POP3)."""
        ...

    def untagged(self, response: Response) -> None:
        """A whole untagged response that answers the command."""
        ...

    def began(self, response: Status) -> None:
        """POP3: the status line of a multi-line reply."""
        ...


class Listener(Protocol):
    """Who is told of what no command is waiting for."""

    def unsolicited(self, response: Response) -> None: ...

    def late(self, exchange: Exchange, response: Status) -> None: ...

    def late_untagged(self, exchange: Exchange, response: Response) -> None: ...

    def late_continuation(self, exchange: Exchange, response: Status) -> None: ...

    def stray(self, stray: Stray) -> None: ...

    def report(self, report: LimitReached) -> None: ...

    def injected(self, octets: bytes) -> None: ...

    def closed(self, reason: str) -> None: ...

    def diagnostic(self, text: str) -> None: ...
