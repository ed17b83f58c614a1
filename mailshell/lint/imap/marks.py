"""Faults that are a value or a pattern in a response: marked from their first octet to their last."""

from __future__ import annotations

import re

from mailshell.lint.finding import Fault
from mailshell.lint.imap.spans import end_of
from mailshell.protocol.imap.response import KeptLiteral, Response
from mailshell.protocol.imap.values import Value


def octets_from(response: Response, offset: int) -> bytes:
    """The octets of the line from an offset in the stream on; none inside a literal or outside the response."""
    at = response.offset
    for segment in response.segments:
        size = segment.header.size if isinstance(segment, KeptLiteral) else len(segment)
        if at <= offset < at + size:
            return b"" if isinstance(segment, KeptLiteral) else segment[offset - at :]
        at += size
    return b""


def fault_at(rule: str, value: Value, response: Response, detail: str = "", expected: str = "") -> Fault:
    """A fault that is one value."""
    return Fault(rule, value.start, end_of(value, response), detail, expected)


def fault_in(rule: str, response: Response, pattern: bytes, detail: str = "", expected: str = "") -> Fault:
    """A fault that is what the pattern's first group (or all of it) finds in the response's first line.

    The whole first line, if it is not found. The pattern is matched in any case.
    """
    match = re.search(pattern, response.line, re.IGNORECASE)
    if match is None:
        return Fault(rule, response.offset, response.offset + len(response.line), detail, expected)
    group = 1 if match.re.groups else 0
    return Fault(rule, response.offset + match.start(group), response.offset + match.end(group), detail, expected)
