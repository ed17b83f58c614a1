"""SASL mechanisms, the client's side: challenges in, responses out. No octet here is in base64.

Each mechanism is a generator: it yields its initial response (None if it has none, for the server speaks first), is
sent each challenge and yields the response to it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Generator, Mapping

Steps = Generator[bytes | None, bytes, None]


class SaslError(Exception):
    """A challenge that the mechanism can't answer; the text is one sentence."""


def plain(user: str, password: str) -> Steps:
    """PLAIN (RFC 4616 section 2): one response, sent with the command or after an empty challenge."""
    yield b"\0" + user.encode() + b"\0" + password.encode()


def login(user: str, password: str) -> Steps:
    """LOGIN (never an RFC; described in draft-murchison-sasl-login): two prompts, user name and password."""
    yield None
    yield user.encode()
    yield password.encode()


def cram_md5(user: str, password: str) -> Steps:
    """CRAM-MD5 (RFC 2195 section 2): the challenge, keyed with the password."""
    challenge = yield None
    digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
    yield user.encode() + b" " + digest.encode()


#: The mechanisms by name.
MECHANISMS: Mapping[str, Callable[[str, str], Steps]] = {"PLAIN": plain, "LOGIN": login, "CRAM-MD5": cram_md5}


def apop_digest(timestamp: bytes, password: str) -> str:
    """The digest of APOP: MD5 over the greeting's timestamp, angle brackets included, and the password.

    RFC 1939 section 7. Surrogates in the password stand for octets that are no UTF-8.
    """
    return hashlib.md5(timestamp + password.encode("utf-8", "surrogateescape")).hexdigest()


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
