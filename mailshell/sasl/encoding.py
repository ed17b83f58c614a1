"""How challenges and responses go over the wire, in IMAP and in POP3."""

from __future__ import annotations

import base64
import binascii

from mailshell.sasl.mechanism import SaslError


def encode_response(octets: bytes) -> bytes:
    """A response as it goes over the wire: base64 (RFC 4422 section 4; RFC 9051 section 6.2.2)."""
    return base64.b64encode(octets)


def encode_initial(octets: bytes) -> bytes:
    """An initial response: base64, and ``=`` for an empty one (RFC 4959 section 3)."""
    return base64.b64encode(octets) or b"="


def decode_challenge(octets: bytes) -> bytes:
    """A challenge as the mechanism reads it. SaslError if it is not base64."""
    try:
        return base64.b64decode(octets.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SaslError("the server's challenge is not base64") from None
