"""The mechanisms of a user and a password: PLAIN and LOGIN, which send it, and CRAM-MD5, which proves it."""

from __future__ import annotations

import hashlib
import hmac

from mailshell.sasl.mechanism import Credentials, SaslError, Steps


def plain(credentials: Credentials) -> Steps:
    """PLAIN (RFC 4616 section 2): one response, sent with the command or after an empty challenge.

    SaslError if a field holds a NUL, which separates the fields.
    """
    fields = (credentials.authorization_id.encode(), credentials.user.encode(), credentials.password)
    if any(b"\0" in field for field in fields):
        raise SaslError("a NUL stands in the user name or the password, which PLAIN can't send")
    yield b"\0".join(fields)


def login(credentials: Credentials) -> Steps:
    """LOGIN (never an RFC; described in draft-murchison-sasl-login): two prompts, user name and password."""
    yield None
    yield credentials.user.encode()
    yield credentials.password


def cram_md5(credentials: Credentials) -> Steps:
    """CRAM-MD5 (RFC 2195 section 2): the challenge, keyed with the password."""
    challenge = yield None
    digest = hmac.new(credentials.password, challenge, hashlib.md5).hexdigest()
    yield credentials.user.encode() + b" " + digest.encode()
