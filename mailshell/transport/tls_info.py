"""What a TLS handshake told: what was agreed on, and which certificates the server presented."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

from mailshell.transport.certificate import Certificate

__all__ = ["TlsInfo", "presented", "unique_binding"]


@dataclass(frozen=True, slots=True)
class TlsInfo:
    """What a finished handshake agreed on."""

    version: str
    """"TLSv1.3" and the like, as OpenSSL names it."""
    cipher: str
    """The cipher suite, as OpenSSL names it."""
    bits: int
    """Secret bits of the cipher."""
    server_name: str
    """The name sent and checked; empty if there was none."""
    verified: bool
    """Whether the certificate's chain and name were checked (and, since the handshake succeeded, were good)."""
    key_exchange: str = ""
    """The group in which the keys were agreed on ("X25519"), or how they were ("RSA"); empty where it is not known."""
    alpn: str | None = None
    """The protocol agreed on by ALPN (RFC 7301)."""
    resumed: bool = False
    """Whether an earlier session went on, so that no certificate came."""
    asked: bool = False
    """Whether the server asked for a certificate of this side."""
    shown: bool = False
    """Whether it was shown one."""
    chain: tuple[Certificate, ...] = field(default=(), repr=False)
    """The server's certificates as it presented them, its own first; empty if it sent none."""
    unique: bytes | None = field(default=None, repr=False)
    """The channel binding ``tls-unique`` (RFC 5929 section 3); None from TLS 1.3 on."""

    @property
    def bindings(self) -> tuple[tuple[str, bytes], ...]:
        """The channel bindings that can be had, by name; no ``tls-exporter`` (RFC 9266), as Python has no exporter."""
        found = [("tls-unique", self.unique)] if self.unique else []
        if self.chain and (end_point := self.chain[0].end_point()) is not None:
            found.append(("tls-server-end-point", end_point))
        return tuple(found)


def presented(connection: ssl.SSLObject) -> tuple[Certificate, ...]:
    """The server's certificates in the order in which it sent them, also when they were found bad.

    Python up to 3.12 tells the chain only through a private attribute; where that is missing, what is left is the
    server's own certificate, and nothing after a failure.
    """
    try:
        found = connection._sslobj.get_unverified_chain() or []  # type: ignore[attr-defined]
        return tuple(Certificate(_der(one), _fields(one)) for one in found)
    except (AttributeError, TypeError, ValueError, ssl.SSLError):
        pass
    try:
        own = connection.getpeercert(True)
    except ValueError:  # the handshake is not done
        own = None
    return (Certificate(own),) if own else ()


def _der(certificate: object) -> bytes:
    encoded: bytes = certificate.public_bytes(ssl._ssl.ENCODING_DER)  # type: ignore[attr-defined]
    return encoded


def _fields(certificate: object) -> dict[str, object]:
    """OpenSSL's reading; empty where Python can't take it over, such as a name that is no UTF-8."""
    try:
        fields: dict[str, object] = certificate.get_info()  # type: ignore[attr-defined]
    except (ValueError, ssl.SSLError):
        return {}
    return fields


def unique_binding(connection: ssl.SSLObject) -> bytes | None:
    """``tls-unique``; from TLS 1.3 on it is not defined (RFC 8446 appendix C.5), though OpenSSL returns octets."""
    return None if connection.version() == "TLSv1.3" else connection.get_channel_binding("tls-unique")
