"""What happens on a connection, as one kind of frozen record; sessions give them to their observers in order.

The screen, the recording and the checks all see these and nothing else, so that they can't disagree. Times are seconds
on a monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mailshell.protocol.events import SecretSpan, Side
from mailshell.protocol.exchange import Event


@dataclass(frozen=True, slots=True)
class Octets:
    """The octets of one read or one write, after TLS was taken off or before it is put on.

    ``offset``: where they stand in the stream of their side. ``secret``: the spans (offsets into ``octets``) that must
    not be shown.
    """

    side: Side
    octets: bytes
    time: float
    tls: bool
    offset: int
    secret: tuple[SecretSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Connected:
    """The transport stands. ``attempts`` tells of the addresses that were tried, one sentence each."""

    time: float
    peer: str
    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsStarted:
    """A TLS handshake has been completed."""

    time: float
    version: str
    cipher: str
    server_name: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Injected:
    """Octets that came in the clear after TLS was agreed and before the handshake; they are discarded."""

    time: float
    octets: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of the stream. ``by_server``: it was not asked for here. ``reason`` is a sentence, or empty."""

    time: float
    by_server: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A line of a child process's standard error."""

    time: float
    text: str


WireEvent = Octets | Connected | TlsStarted | Injected | Closed | Diagnostic


class Observer(Protocol):
    """Somebody who watches a session. Called in the order in which things happen; must not raise.

    ``masks``: it shows octets as they come, and known secrets have to be looked for in them (``Octets.secret``).
    Without such an observer they are not: that takes as long as reading them. What is secret by state is always marked.
    """

    masks: bool

    def wire(self, event: WireEvent) -> None:
        """Something happened on the connection."""
        ...

    def event(self, event: Event, time: float, tls: bool) -> None:
        """The engine has read a frame, a response or the like from octets that ``wire`` was told of before."""
        ...
