"""Where the values of a response stand in the server's stream, and how octets are shown in a message."""

from __future__ import annotations

from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Atom, List, Literal, Unreadable, Value

_SHOWN = 60


def shown(octets: bytes) -> str:
    """Octets for a message: printable, cut to a length that fits on a line."""
    text = ascii(octets.decode("latin-1"))[1:-1]
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def end_of(value: Value, response: Response) -> int:
    """The offset behind a value that begins at ``value.start``; at most the response's end."""
    end = response.offset + response.length
    match value:
        case Atom() | Unreadable():
            return min(end, value.start + len(value.octets))
        case Literal():
            return min(end, value.start + value.size)
        case List():
            inside = end_of(value.items[-1], response) if value.items else value.start + 1
            return min(end, inside + 1)
    offset = response.offset
    for segment in response.segments:
        if not isinstance(segment, bytes):
            offset += segment.header.size
            continue
        if offset <= value.start < offset + len(segment):
            at = value.start - offset + 1
            while at < len(segment) and segment[at : at + 1] != b'"':
                at += 2 if segment[at : at + 1] == b"\\" else 1
            return min(offset + at + 1, offset + len(segment))
        offset += len(segment)
    return end
