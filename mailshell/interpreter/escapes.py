"""C escapes in what is typed: ``\\r``, ``\\n``, ``\\t``, ``\\0``, ``\\e``, ``\\xHH``, ``\\\\``, ``\\"``."""

from __future__ import annotations

import re

from mailshell.exits import UsageError

_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.|\Z)", re.DOTALL)
_NAMED = {
    b"r": b"\r",
    b"n": b"\n",
    b"t": b"\t",
    b"0": b"\0",
    b"e": b"\x1b",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
    b"\\": b"\\",
    b'"': b'"',
    b"'": b"'",
}


def unescape(text: str) -> bytes:
    """The octets that the text stands for; quotes around all of it are taken off. UsageError for an unknown escape."""
    octets = text.encode("utf-8", "surrogateescape")
    if len(octets) >= 2 and octets[:1] == octets[-1:] == b'"':
        octets = octets[1:-1]
    return _ESCAPE.sub(_replace, octets)


def _replace(match: re.Match[bytes]) -> bytes:
    name: bytes = match[1]
    if name[:1] == b"x" and len(name) == 3:
        return bytes([int(name[1:], 16)])
    if name not in _NAMED:
        raise UsageError(f"\\{name.decode('latin-1')} is no escape; a backslash itself is written \\\\")
    return _NAMED[name]
