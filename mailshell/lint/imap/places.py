"""Where in the server's stream the octets of a response stand that a fault marks. All offsets are of the stream."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailshell.protocol.exchange import Status
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Atom, List, Literal, Unreadable, Value

Span = tuple[int, int]
_NUMBER = re.compile(rb"\*[ \t]+(\d+)")
_WORD = re.compile(rb"\w")
#: So many octets are looked for in a line.
_LOOKED_FOR = 1000
#: A quoted string, as far as it goes on in its line.
_QUOTED = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def lines_of(response: Response) -> Iterable[tuple[int, bytes]]:
    """Each line that was kept: its offset, and its octets with the line end. Literals are left out."""
    first = response.segments[0]
    if len(response.segments) == 1 and isinstance(first, bytes):
        return ((response.offset, first),)
    return _lines(response)


def _lines(response: Response) -> Iterator[tuple[int, bytes]]:
    offset = response.offset
    for segment in response.segments:
        if isinstance(segment, bytes):
            yield offset, segment
            offset += len(segment)
        else:
            offset += segment.header.size


def match_at(pattern: re.Pattern[bytes], response: Response, offset: int) -> re.Match[bytes] | None:
    """What matches from this offset on in its line; None if nothing does, or a literal stands there."""
    for at, line in lines_of(response):
        if at <= offset < at + len(line):
            return pattern.match(line, offset - at)
    return None


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
    quoted = match_at(_QUOTED, response, value.start)
    return end if quoted is None else value.start + len(quoted[0])


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
        for offset, line in lines_of(response):
            at = _find(line, octets)
            if at >= 0:
                return offset + at, offset + min(at + len(octets), len(line))
    return whole(response)


def _find(line: bytes, octets: bytes) -> int:
    """Where the octets stand in the line as words of their own; of long ones only the beginning is looked for."""
    line, begin = line.lower(), octets[:_LOOKED_FOR].lower()
    first, last = begin[:1].isalnum(), begin[-1:].isalnum() and len(octets) <= _LOOKED_FOR
    at = line.find(begin)
    while at >= 0:
        before, behind = line[max(0, at - 1) : at], line[at + len(begin) : at + len(begin) + 1]
        if not (first and _WORD.match(before)) and not (last and _WORD.match(behind)):
            break
        at = line.find(begin, at + 1)
    return at


def find_after(response: Response, name: bytes, value: bytes) -> Span:
    """The value that stands behind this name, with one space between; else the name, else the whole line."""
    start, end = find(response, name + b" " + value, name)
    return (end - len(value), end) if end - start == len(name) + 1 + len(value) else (start, end)
