"""The two streams of a session, cut into the pieces that a misbehaviour can concern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from mailshell.misbehave.changes import Answer, Of
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
    #: How often each change was made to what answers it, by the change's identity.
    made: Counter[int] = field(default_factory=Counter)
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


class Stream(Protocol):
    """Both streams of a protocol. Octets of all pieces of a side, joined, are the octets of that side."""

    def client(self, octets: bytes) -> Iterator[Sent]:
        """What the client has sent. Lazy: a piece is read when the one before has been dealt with."""
        ...

    def server(self, octets: bytes) -> Iterator[Said]:
        """What the server has sent."""
        ...

    @property
    def outstanding(self) -> int:
        """How many commands wait for the server's answer."""
        ...

    def waits(self, command: Command) -> bool:
        """Whether the command waits for its answer."""
        ...

    @property
    def first(self) -> Command | None:
        """The command that is answered before any other; None where answers come in any order, or none waits."""
        ...

    def turn(self, command: Command) -> bool:
        """Whether the command may be answered now."""
        ...

    def forget(self, command: Command) -> None:
        """The command is answered by somebody else; the server will not know of it."""
        ...

    def refuse_literal(self) -> None:
        """The literal that the client waits to send was refused: it will not come."""
        ...

    def rest_of_client(self) -> bytes:
        """What of the client was not cut into pieces yet; it is forgotten."""
        ...

    def rest_of_server(self) -> bytes:
        """What of the server was not cut into pieces yet; it is forgotten."""
        ...
