"""Builds the sample messages, octet for octet the same in every run.

The library's ``email`` package is not used: it folds headers and picks boundaries in its own way, which
differs between versions, and the sample wants some things that it would repair.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from mailshell.text.months import MONTHS

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """A sample message: what a server stores of it, and a line that says what it is there to show."""

    internaldate: datetime
    flags: tuple[str, ...]
    octets: bytes
    about: str


def at(year: int, month: int, day: int, hour: int, minute: int, *, zone: int = 1) -> datetime:
    """A moment on the whole minute, ``zone`` hours east of Greenwich."""
    return datetime(year, month, day, hour, minute, tzinfo=timezone(timedelta(hours=zone)))


def date_header(when: datetime) -> str:
    """The moment as a Date header has it (RFC 5322, section 3.3), whatever the locale."""
    day, month = _DAYS[when.weekday()], MONTHS[when.month - 1]
    return f"{day}, {when.day:02} {month} {when.year} {when:%H:%M:%S %z}"


def crlf(text: str) -> bytes:
    """The text in UTF-8, with CRLF at the end of each line."""
    return text.replace("\n", "\r\n").encode()


def base64_lines(octets: bytes) -> str:
    """The octets in base64, in lines of 76 characters (RFC 2045, section 6.8)."""
    text = base64.b64encode(octets).decode("ascii")
    return "".join(f"{text[start : start + 76]}\n" for start in range(0, len(text), 76))


def part(content_type: str, body: str, *, headers: Headers = ()) -> str:
    """A body part: its header, an empty line and its body."""
    lines = [f"Content-Type: {content_type}", *(f"{name}: {value}" for name, value in headers)]
    return "\n".join(lines) + "\n\n" + body


def multipart(boundary: str, *parts: str, preamble: str = "") -> str:
    """The body of a multipart: the parts between the boundary's delimiters (RFC 2046, section 5.1)."""
    pieces = [f"--{boundary}\n{one}" for one in parts]
    return preamble + "\n".join([*pieces, f"--{boundary}--\n"])


def letter(
    when: datetime,
    sender: str,
    subject: str,
    body: str,
    *,
    ident: str,
    about: str,
    to: str = "Duty Desk <demo@example.org>",
    trace: Headers = (),
    headers: Headers = (),
    flags: tuple[str, ...] = (),
) -> DemoMessage:
    """A message: the ``trace`` fields, the usual header fields, the ``headers`` given and the body."""
    fields = [
        *trace,
        ("Date", date_header(when)),
        ("From", sender),
        ("To", to),
        ("Subject", subject),
        ("Message-ID", f"<{ident}>"),
        ("MIME-Version", "1.0"),
        *headers,
    ]
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    return DemoMessage(when, flags, crlf(f"{head}\n{body}"), about)
