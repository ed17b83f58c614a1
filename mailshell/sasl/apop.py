"""APOP, POP3's login by a digest, which is no SASL mechanism."""

from __future__ import annotations

import hashlib
import re

_BRACKETS = re.compile(rb"<[^<>]*>")
_ATOM = rb'[^\x00-\x20()<>@,;:\\".\[\]\x7f-\xff]+'
_WORD = rb"(?:" + _ATOM + rb'|"(?:[^"\\\r\n\x80-\xff]|\\[\x00-\x7f])*")'
_PART = rb"(?:" + _ATOM + rb"|\[(?:[^\[\]\\\r\n\x80-\xff]|\\[\x00-\x7f])*\])"
_MESSAGE_ID = re.compile(rb"<%b(?:\.%b)*@%b(?:\.%b)*>" % (_WORD, _WORD, _PART, _PART))


def apop_digest(timestamp: bytes, password: str) -> str:
    """The digest of APOP: MD5 over the greeting's timestamp, angle brackets included, and the password.

    RFC 1939 section 7. Surrogates in the password stand for octets that are no UTF-8.
    """
    return hashlib.md5(timestamp + password.encode("utf-8", "surrogateescape")).hexdigest()


def is_message_id(timestamp: bytes) -> bool:
    """Whether a timestamp has the form of a msg-id (RFC 822 section 4.6.1), as RFC 1939 section 7 wants it.

    Who may choose freely what is digested can work out the password from a few digests (CVE-2007-1558).
    """
    return _MESSAGE_ID.fullmatch(timestamp) is not None


def find_timestamp(greeting: bytes) -> bytes | None:
    """What stands between angle brackets in a greeting, as a client that is not strict finds it; None if nothing."""
    match = _BRACKETS.search(greeting)
    return match[0] if match is not None else None
