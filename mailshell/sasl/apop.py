"""APOP, POP3's login by a digest, which is no SASL mechanism."""

from __future__ import annotations

import hashlib


def apop_digest(timestamp: bytes, password: str) -> str:
    """The digest of APOP: MD5 over the greeting's timestamp, angle brackets included, and the password.

    RFC 1939 section 7. Surrogates in the password stand for octets that are no UTF-8.
    """
    return hashlib.md5(timestamp + password.encode("utf-8", "surrogateescape")).hexdigest()
