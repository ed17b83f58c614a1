"""What goes wrong while a connection is made: two exceptions, each of which carries one sentence.

The sentences are for people.  They begin in lower case and end without a full stop, so that a caller can put
``mailshell: `` before them, and they never hold a password.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailshell.transport.certificate import Certificate

__all__ = ["ConnectFailed", "TlsFailed"]


class ConnectFailed(Exception):
    """No connection came about.

    It is no ``OSError`` on purpose: whoever catches it gets a finished sentence and need not look at
    ``errno``.
    """

    def __init__(self, reason: str, attempts: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.reason: str = reason
        """One sentence: what failed and, where there is something to do, what to do."""
        self.attempts: list[str] = list(attempts)
        """What was tried, one line for each address, in the order of the trials ("127.0.0.1:143: refused").
        """


class TlsFailed(ConnectFailed):
    """The TLS handshake failed, whether at once (imaps, pop3s) or after STARTTLS or STLS."""

    def __init__(
        self, reason: str, *, check: str = "", chain: tuple[Certificate, ...] = (), plain_text: bytes = b""
    ) -> None:
        super().__init__(reason)
        self.check: str = check
        """The check of the certificate that failed: ``name``, ``expiry``, ``issuer`` ...; empty if it was none."""
        self.chain: tuple[Certificate, ...] = chain
        """The certificates that the server had presented by then, its own first."""
        self.plain_text: bytes = plain_text
        """The first octets of the server, where it spoke in the clear instead of TLS."""
