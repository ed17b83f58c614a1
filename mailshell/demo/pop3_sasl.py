"""SASL as the POP3 server knows it: PLAIN, LOGIN and CRAM-MD5 (RFC 5034).

A mechanism is a generator: it yields the server's challenges, is sent the client's responses, both as bare
octets, and returns whether the client has shown that it knows the password.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """A user name and a password, and what they are compared with."""

    user: bytes
    password: bytes

    def knows(self, user: bytes, password: bytes) -> bool:
        """Whether these are the account's own."""
        return hmac.compare_digest(user, self.user) and hmac.compare_digest(password, self.password)


Exchange = Generator[bytes, bytes, bool]


def plain(account: Account, _nonce: bytes) -> Exchange:
    """PLAIN (RFC 4616): authorization identity, user name and password, with NUL between them."""
    fields = (yield b"").split(b"\0")
    if len(fields) != 3:
        return False
    identity, user, password = fields
    return identity in (b"", user) and account.knows(user, password)


def login(account: Account, _nonce: bytes) -> Exchange:
    """LOGIN, never standardised: asks for the user name, then for the password."""
    user = yield b"Username:"
    password = yield b"Password:"
    return account.knows(user, password)


def cram_md5(account: Account, nonce: bytes) -> Exchange:
    """CRAM-MD5 (RFC 2195): user name, space, and the keyed MD5 of the challenge in hexadecimal."""
    user, _, digest = (yield nonce).rpartition(b" ")
    expected = hmac.new(account.password, nonce, "md5").hexdigest().encode("ascii")
    return hmac.compare_digest(user, account.user) and hmac.compare_digest(digest.lower(), expected)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism, and whether the client may send its first response along with AUTH.

    It may not where the server speaks first (RFC 4422, section 3); with LOGIN, which has no such rules, many
    clients do so all the same.
    """

    begin: Callable[[Account, bytes], Exchange]
    initial_response: bool = True


MECHANISMS: Mapping[str, Mechanism] = {
    "PLAIN": Mechanism(plain),
    "LOGIN": Mechanism(login),
    "CRAM-MD5": Mechanism(cram_md5, initial_response=False),
}


def decode(response: bytes) -> bytes | None:
    """The octets of a response in base64, or None if it is no such thing."""
    try:
        return base64.b64decode(response, validate=True)
    except binascii.Error:
        return None


def encode(challenge: bytes) -> bytes:
    """The line that carries a challenge to the client (RFC 5034, section 4)."""
    return b"+ " + base64.b64encode(challenge) + b"\r\n"
