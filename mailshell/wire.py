"""What happens on a connection, as one kind of frozen record; sessions give them to their observers in order.

The screen, the recording and the checks all see these and nothing else, so that they can't disagree. Times are seconds
on a monotonic clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mailshell.protocol.events import SecretSpan, Side
from mailshell.protocol.exchange import Event
from mailshell.transport.certificate import Certificate
from mailshell.transport.errors import TlsFailed
from mailshell.transport.tls_info import TlsInfo


@dataclass(frozen=True, slots=True)
class Octets:
    """The octets of one read or one write, after TLS was taken off or before it is put on.

    ``offset``: where they stand in the stream of their side. ``secret``: the spans (offsets into ``octets``) that must
    not be shown. ``packed``: how many octets these were under compression, if there is one; a read that gave several
    of these is counted with the first.
    """

    side: Side
    octets: bytes
    time: float
    tls: bool
    offset: int
    secret: tuple[SecretSpan, ...] = ()
    packed: int | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """The transport stands. ``attempts`` tells of the addresses that were tried, one sentence each."""

    time: float
    peer: str
    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotConnected:
    """No transport came about. ``reason`` is a sentence, ``attempts`` as in ``Connected``."""

    time: float
    reason: str
    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsBegun:
    """A TLS handshake begins. ``server_name``: what is sent as SNI, and looked for in the certificate."""

    time: float
    server_name: str


@dataclass(frozen=True, slots=True)
class TlsStarted:
    """A TLS handshake has been completed.

    ``chain``: the SHA-256 (hex) of each certificate that the server presented, its own first. ``alpn`` and
    ``key_exchange`` are empty if there is none, or it is not known.
    """

    time: float
    version: str
    cipher: str
    server_name: str
    verified: bool
    alpn: str = ""
    key_exchange: str = ""
    resumed: bool = False
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsRefused:
    """A TLS handshake has failed. ``check``: the check of the certificate that failed, if it was one."""

    time: float
    reason: str
    check: str = ""
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compressed:
    """From here on both sides compress (RFC 4978); all octets are still given as they are without it."""

    time: float
    algorithm: str


@dataclass(frozen=True, slots=True)
class Injected:
    """Octets that came in the clear after TLS was agreed and before the handshake; they are discarded."""

    time: float
    octets: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of the stream. ``by_server``: it was not asked for here. ``reason`` is a sentence, or empty.

    ``broken``: the connection failed, so that it is not known whether the server meant to end it.
    """

    time: float
    by_server: bool
    reason: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A line of a child process's standard error."""

    time: float
    text: str


WireEvent = (
    Octets | Connected | NotConnected | TlsBegun | TlsStarted | TlsRefused | Injected | Compressed | Closed | Diagnostic
)


def tls_started(time: float, info: TlsInfo) -> TlsStarted:
    """The event of a handshake with this outcome."""
    return TlsStarted(
        time,
        info.version,
        info.cipher,
        info.server_name,
        info.verified,
        info.alpn or "",
        info.key_exchange,
        info.resumed,
        fingerprints(info.chain),
    )


def tls_refused(time: float, error: TlsFailed) -> TlsRefused:
    """The event of a handshake that failed."""
    return TlsRefused(time, str(error), error.check, fingerprints(error.chain))


def fingerprints(chain: Iterable[Certificate]) -> tuple[str, ...]:
    """The SHA-256 of each certificate, in hex."""
    return tuple(certificate.sha256 for certificate in chain)


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
