"""Mailbox names: the modified UTF-7 of RFC 3501 section 5.1.3, and the one name that has no case."""

from __future__ import annotations

import base64
import binascii
import re

_SHIFTED = re.compile(r"&([^-&]*)-")
_PLAIN = re.compile(r"[\x20-\x25\x27-\x7e]+|&|[^\x20-\x7e]+")


def decode_mailbox(octets: bytes) -> str:
    """A mailbox name as a person reads it. What is not modified UTF-7 stays as it is; UTF-8 is read as such."""
    text = octets.decode("utf-8", "backslashreplace")
    return _SHIFTED.sub(_decode_shift, text) if "&" in text else text


def _decode_shift(match: re.Match[str]) -> str:
    inside = match[1]
    if not inside:
        return "&"
    try:
        octets = base64.b64decode(inside.replace(",", "/") + "=" * (-len(inside) % 4), validate=True)
        return octets.decode("utf-16-be")
    except (binascii.Error, ValueError):
        return match[0]


def inbox(name: str) -> str:
    """The name of a mailbox; INBOX has one in any case of its letters (RFC 9051 section 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name


def encode_mailbox(name: str) -> bytes:
    """A mailbox name as it goes over the wire: printable ASCII stands for itself, ``&`` is ``&-``."""
    return b"".join(_encode_piece(piece) for piece in _PLAIN.findall(name))


def _encode_piece(piece: str) -> bytes:
    if piece == "&":
        return b"&-"
    if " " <= piece[0] <= "~":
        return piece.encode("ascii")
    octets = base64.b64encode(piece.encode("utf-16-be", "surrogatepass")).rstrip(b"=")
    return b"&" + octets.replace(b"/", b",") + b"-"
