"""The two streams of a session, cut into the pieces that a misbehaviour can concern."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mailshell.misbehave.changes import Answer, Of
from mailshell.protocol.events import Frame, LimitReached
from mailshell.protocol.limits import Limits

#: What is held of a line. A longer one passes unread.
LIMITS = Limits(line=1 << 20)
#: So many commands under way are remembered.
OUTSTANDING = 1000


@dataclass(eq=False, slots=True)
class Command:
    """A command of the client. ``line``: its first line without tag and line end; ``tag`` is empty in POP3."""

    tag: bytes
    name: str
    line: bytes
    #: How it is answered in place of the server, if it is.
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A piece of the client's stream. ``command``: what it is a part of, or whose dialogue; None if that can't be told.

    ``begins``, ``ends``: it is the first or the last piece of the command. ``waits``: the client waits for a
    continuation request before it goes on.
    """

    octets: bytes
    command: Command | None
    begins: bool = False
    ends: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the server's stream. ``commands``: those that it may answer, a completion's own alone.

    ``at``: in a literal, how many of its octets came before; ``opened``: the line before the literal; ``ends``: it
    is the last piece of its response.
    """

    of: Of
    octets: bytes
    commands: tuple[Command, ...] = ()
    at: int = 0
    opened: bytes = b""
    ends: bool = True


class Framer(Protocol):
    """What the framers of the protocols have in common."""

    def feed(self, octets: bytes) -> None:
        """The next octets of the side."""
        ...

    def next(self) -> Frame | LimitReached | None:
        """The next piece; None if there is none yet."""
        ...

    def take_rest(self) -> bytes:
        """What was not cut into pieces yet; it is forgotten."""
        ...


_Framer = TypeVar("_Framer", bound=Framer)


class Stream(ABC, Generic[_Framer]):
    """Both streams of a protocol. Octets of all pieces of a side, joined, are the octets of that side."""

    def __init__(self, client: _Framer, server: _Framer) -> None:
        self._client = client
        self._server = server
        self._greeted = False

    def client(self, octets: bytes) -> Iterator[Sent]:
        """What the client has sent. Lazy: a piece is read when the one before has been dealt with."""
        self._client.feed(octets)
        while (frame := self._client.next()) is not None:
            sent = self._sent(frame)
            if sent is not None:
                yield sent

    def server(self, octets: bytes) -> Iterator[Said]:
        """What the server has sent. Lazy as well."""
        self._server.feed(octets)
        while (frame := self._server.next()) is not None:
            if not isinstance(frame, LimitReached):
                yield self._said(frame)

    def rest_of_client(self) -> bytes:
        """What of the client was not cut into pieces yet; it is forgotten."""
        return self._client.take_rest()

    def rest_of_server(self) -> bytes:
        """What of the server was not cut into pieces yet; it is forgotten."""
        return self._server.take_rest()

    @abstractmethod
    def _sent(self, frame: Frame | LimitReached) -> Sent | None:
        """A piece of the client's stream; None if it holds no octets."""

    @abstractmethod
    def _said(self, frame: Frame) -> Said:
        """A piece of the server's stream."""

    @property
    @abstractmethod
    def outstanding(self) -> int:
        """How many commands wait for the server's answer."""

    @abstractmethod
    def waits(self, command: Command) -> bool:
        """Whether the command waits for its answer."""

    @property
    @abstractmethod
    def first(self) -> Command | None:
        """The command that is answered before any other; None where answers come in any order, or none waits."""

    @abstractmethod
    def turn(self, command: Command) -> bool:
        """Whether the command may be answered now."""

    @abstractmethod
    def forget(self, command: Command) -> None:
        """The command is answered by somebody else; the server will not know of it."""

    @abstractmethod
    def refuse_literal(self) -> None:
        """The literal that the client waits to send was refused: it will not come."""
