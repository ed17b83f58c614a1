"""Octets as Python prints them: ``b'a1 NOOP\\r\\n'``, in which mailshell's traces have masks."""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def read_repr(text: bytes) -> bytes | None:
    """The octets that stand in quotes; None if they don't. A ``str`` is read as its UTF-8."""
    text = text.strip().removeprefix(b"b")
    if len(text) < 2 or text[:1] != text[-1:] or text[:1] not in (b"'", b'"'):
        return None
    return _ESCAPE.sub(_unescape, text[1:-1])


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)]) if match[1] else _NAMED.get(match[2], match[2])
