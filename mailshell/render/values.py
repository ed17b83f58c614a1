"""Single values as a person reads them: sizes, counts, dates, generic IMAP values."""

from __future__ import annotations

import re

from mailshell.protocol.imap.values import Atom, List, Literal, Quoted, Value
from mailshell.render.addresses import format_address, format_addresses
from mailshell.render.encoded import decode_words
from mailshell.render.shown import shown
from mailshell.text.sentences import counted

__all__ = ["counted", "date", "decode_words", "format_address", "format_addresses", "generic", "size", "wire"]

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_DATE = re.compile(
    r"\s*(?:[A-Za-z]{3}\s*,\s*)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d{1,2}):(\d\d)(?::\d\d)?\s*([+-]\d{4}|[A-Za-z]{1,5})?",
    re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BARE = re.compile(r"\\?[^\s()\"\\{}]+\Z")


def size(octets: int) -> str:
    """``1,234 octets (1.2 KiB)``."""
    text = counted(octets, "octet")
    short = short_size(octets)
    return f"{text} ({short})" if short else text


def short_size(octets: int) -> str:
    """``1.2 KiB``; empty for what is smaller than one, and for what no disk could hold."""
    if octets < 1024 or octets >= 1 << 70:
        return ""
    amount, power = octets / 1024, 0
    while amount >= 1023.95 and power < len(_UNITS) - 1:
        amount, power = amount / 1024, power + 1
    return f"{amount:,.1f} {_UNITS[power]}"


def date(text: str) -> str:
    """A Date field (RFC 5322 section 3.3) in short, ``1996-07-17 02:23 -0700``; what is no date as it stands."""
    match = _DATE.match(text)
    month = match[2].lower() if match else ""
    if match is None or month not in _MONTHS:
        return shown(text)
    day, _, year, hour, minute, zone = match.groups()
    return f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02} {int(hour):02}:{minute} {zone or ''}".rstrip()


def wire(value: Value) -> str:
    """A value much as it stood on the wire, on one line."""
    if isinstance(value, List):
        return "(" + " ".join(wire(item) for item in value.items) + ")"
    if isinstance(value, Quoted):
        return quoted(value.octets)
    if isinstance(value, Literal):
        return not_kept(value.size) if value.octets is None else quoted(value.octets)
    if isinstance(value, Atom):
        return shown(value.octets)
    return shown(value.octets)


def quoted(text: str | bytes) -> str:
    """The text between quotes; those within it escaped."""
    inside = shown(text).replace('"', '\\"')
    return f'"{inside}"'


def not_kept(octets: object) -> str:
    """A literal that was too large to keep."""
    return f"{{{octets:,} octets, not kept}}" if isinstance(octets, int) else "{not kept}"


def generic(value: object) -> str:
    """A value that the grammar gave as strings, numbers, None and lists, on one line."""
    if value is None:
        return "NIL"
    if isinstance(value, str):
        return shown(value) if _BARE.match(value) else quoted(value)
    if isinstance(value, (list, tuple)):
        return "(" + " ".join(generic(item) for item in value) + ")"
    if isinstance(value, dict):
        return not_kept(value.get("literal"))
    return shown(str(value))
