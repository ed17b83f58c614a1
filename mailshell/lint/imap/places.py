"""Where in the server's stream the octets of a response stand that a fault marks. All offsets are of the stream."""

from __future__ import annotations

import re

from mailshell.protocol.exchange import Status
from mailshell.protocol.imap.response import Response

Span = tuple[int, int]
_NUMBER = re.compile(rb"\*[ \t]+(\d+)")


def whole(response: Response | Status) -> Span:
    """The first line of the response without its line end."""
    assert isinstance(response, Response)
    return response.offset, response.offset + len(response.line)


def number(response: Response) -> Span:
    """The number of ``* 3 EXISTS``; the whole line if there is none."""
    match = _NUMBER.match(response.line)
    return (response.offset + match.start(1), response.offset + match.end(1)) if match else whole(response)


def code(response: Response | Status) -> Span:
    """The response code with its brackets; the whole line if there is none."""
    assert isinstance(response, Response)
    found = response.code
    return whole(response) if found is None else find(response, b"[" + found + b"]")


def find(response: Response, *wanted: bytes) -> Span:
    """The first of these octets in the lines of the response, whatever its case; the whole first line if none is there.

    A match begins and ends at a word's end if ``wanted`` does. Literals are not looked into.
    """
    for octets in wanted:
        pattern = re.compile(
            (rb"(?<!\w)" if octets[:1].isalnum() else b"")
            + re.escape(octets)
            + (rb"(?!\w)" if octets[-1:].isalnum() else b""),
            re.IGNORECASE,
        )
        offset = response.offset
        for segment in response.segments:
            if isinstance(segment, bytes):
                match = pattern.search(segment)
                if match:
                    return offset + match.start(), offset + match.end()
                offset += len(segment)
            else:
                offset += segment.header.size
    return whole(response)


def find_after(response: Response, name: bytes, value: bytes) -> Span:
    """The value that stands behind this name, with one space between; else the name, else the whole line."""
    start, end = find(response, name + b" " + value, name)
    return (end - len(value), end) if end - start == len(name) + 1 + len(value) else (start, end)
