"""The Message-ID of a message, in one spelling wherever it was told."""

from __future__ import annotations

import re

_ID = re.compile(rb"<([^<>]{1,990})>")
_SPACE = re.compile(rb"[ \t\r\n]+")


def plain_id(text: bytes) -> bytes | None:
    """What stands between the first angle brackets (RFC 5322 section 3.6.4), without white space; None if nothing."""
    match = _ID.search(text)
    return _SPACE.sub(b"", match[1]) or None if match else None
