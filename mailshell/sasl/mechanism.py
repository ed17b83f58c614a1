"""What a mechanism is: a record of what it needs, and a dialogue of challenges and responses.

No octet here is in base64. A dialogue is a generator: it yields its initial response (None if it has none, for the
server speaks first), is sent each challenge and yields the response to it. One that ends with a step of the server
(SCRAM, DIGEST-MD5) yields an empty response to it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from mailshell.secret import Secret

Steps = Generator[bytes | None, bytes, None]


class SaslError(Exception):
    """A challenge that the mechanism can't answer, or credentials that it can't use; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class ChannelBinding:
    """What ties a login to the TLS connection under it (RFC 5056): ``tls-exporter`` (RFC 9266), ``tls-unique`` or
    ``tls-server-end-point`` (RFC 5929), and the octets.
    """

    kind: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a mechanism may draw on. ``service``: ``imap`` or ``pop``, as GSSAPI names it (RFC 4422 section 4)."""

    user: str = ""
    secret: Secret | None = None
    authorization_id: str = ""
    service: str = "imap"
    host: str = ""
    port: int = 0
    bindings: tuple[ChannelBinding, ...] = ()

    @property
    def password(self) -> bytes:
        """The secret's octets, in UTF-8."""
        return self.secret.reveal().encode() if self.secret is not None else b""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism. ``needs``: ``password``, ``token`` or nothing. ``reveals``: the secret itself goes over the wire.

    ``begin`` starts the dialogue; it raises SaslError for credentials that the mechanism can't use.
    """

    name: str
    needs: str
    reveals: bool
    rfc: str
    help: str
    begin: Callable[[Credentials], Steps]
