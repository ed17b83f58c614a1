"""The replies of the POP3 server, as octets (RFC 1939, section 3)."""

from __future__ import annotations

from collections.abc import Iterable


def ok(text: str = "") -> bytes:
    """A positive reply."""
    return f"+OK {text}".rstrip().encode() + b"\r\n"


def err(text: str, code: str = "") -> bytes:
    """A negative reply, with a response code in brackets if there is one (RFC 2449, section 8)."""
    return f"-ERR [{code}] {text}\r\n".encode() if code else f"-ERR {text}\r\n".encode()


def multiline(text: str, octets: bytes) -> bytes:
    """A positive reply, the octets with each line's leading dot doubled, and the line that ends it."""
    stuffed = (b"\r\n" + octets).replace(b"\r\n.", b"\r\n..")[2:]
    return ok(text) + stuffed + b".\r\n"


def listing(text: str, lines: Iterable[str]) -> bytes:
    """A multi-line reply of so many short lines."""
    return multiline(text, "".join(f"{line}\r\n" for line in lines).encode())
