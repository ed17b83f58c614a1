"""What a misbehaver wants done, in this order, by whoever moves the octets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Pass:
    """Give these octets to the good server."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Write:
    """Give these octets to the client."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Let so many seconds pass before the next action to the client. What the client sends meanwhile is taken in."""

    seconds: float


@dataclass(frozen=True, slots=True)
class End:
    """Close the connection to the client when all is written."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection to the client at once (RST)."""


@dataclass(frozen=True, slots=True)
class Stall:
    """From here on nothing comes, and the connection stays open until the client ends it, even if the server does."""


@dataclass(frozen=True, slots=True)
class BeginTls:
    """Do a TLS handshake with the client, as the server, then call ``Misbehaver.started_tls``.

    What the client has sent since its last octets were taken in belongs to the handshake.
    """


#: After these no action follows, whatever the misbehaver is told.
Last: TypeAlias = End | Reset | Stall
Action: TypeAlias = Pass | Write | Pause | Last | BeginTls
