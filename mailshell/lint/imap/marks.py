"""Faults that are a value or a pattern in a response, and how their messages speak of octets."""

from __future__ import annotations

import re

from mailshell.lint.finding import Fault
from mailshell.lint.imap.places import end_of, whole
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Value

_SHOWN = 60


def fault_at(rule: str, value: Value, response: Response, detail: str = "", expected: str = "") -> Fault:
    """A fault that is one value, marked from its first octet to its last."""
    return Fault(rule, value.start, end_of(value, response), detail, expected)


def fault_in(rule: str, response: Response, pattern: bytes, detail: str = "", expected: str = "") -> Fault:
    """A fault that is what the pattern's first group (or all of it) finds in the response's first line.

    The whole first line, if it is not found. The pattern is matched in any case.
    """
    match = re.search(pattern, response.line, re.IGNORECASE)
    if match is None:
        return Fault(rule, *whole(response), detail, expected)
    group = 1 if match.re.groups else 0
    return Fault(rule, response.offset + match.start(group), response.offset + match.end(group), detail, expected)


def shown(octets: bytes) -> str:
    """Octets for a message: printable, cut to a length that fits on a line."""
    # What comes behind need not be read to show the beginning.
    text = ascii(octets[: _SHOWN + 1].decode("latin-1"))[1:-1]
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def is_utf8(octets: bytes) -> bool:
    """Whether octets are UTF-8."""
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
