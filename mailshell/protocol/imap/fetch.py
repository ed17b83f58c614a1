"""FETCH data items (RFC 9051 section 7.5.2): ENVELOPE, sections, flags, dates and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mailshell.protocol.imap.bodystructure import read_body_structure
from mailshell.protocol.imap.data import Address, Body, Envelope, Fetched, FetchItem
from mailshell.protocol.imap.findings import Findings
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import (
    Atom,
    List,
    Literal,
    Quoted,
    Unreadable,
    Value,
    as_items,
    as_number,
    as_octets,
    is_nil,
    plain,
    text_of,
)

_SECTION = "RFC 9051 7.5.2"
_DATE_TIME = re.compile(rb"[ 0-3]\d-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}\Z")


def as_text(value: Value | None) -> str | None:
    """A string as text; None for NIL and for what is no string."""
    octets = as_octets(value)
    return None if octets is None else text_of(octets)


def read_envelope(value: Value, findings: Findings) -> Envelope:
    """Ten members: date, subject, six lists of addresses, in-reply-to, message-id. Missing ones are None."""
    items = as_items(value)
    if len(items) != 10:
        findings.add("envelope-members", value, f"an ENVELOPE has 10 members; this one has {len(items)}", _SECTION)

    def text(index: int) -> str | None:
        return as_text(items[index]) if index < len(items) else None

    def addresses(index: int) -> tuple[Address, ...]:
        return _read_addresses(items[index], findings) if index < len(items) else ()

    return Envelope(
        date=text(0),
        subject=text(1),
        from_=addresses(2),
        sender=addresses(3),
        reply_to=addresses(4),
        to=addresses(5),
        cc=addresses(6),
        bcc=addresses(7),
        in_reply_to=text(8),
        message_id=text(9),
    )


def _read_addresses(value: Value, findings: Findings) -> tuple[Address, ...]:
    if is_nil(value):
        return ()
    if not isinstance(value, List):
        findings.add("address-list", value, "a list of addresses or NIL was expected", _SECTION)
        return ()
    if not value.items:
        findings.add("empty-address-list", value, "an empty list of addresses; it should be NIL", _SECTION)
    addresses = []
    for item in value.items:
        members = as_items(item)
        if len(members) != 4:
            findings.add("address-members", item, f"an address has 4 members; this one has {len(members)}", _SECTION)
        texts = [as_text(member) for member in members[:4]]
        texts += [None] * (4 - len(texts))
        addresses.append(Address(*texts))
    return tuple(addresses)


def _read_body(value: Value, findings: Findings) -> Body:
    if isinstance(value, Literal):
        return Body(value.octets, value.size)
    if isinstance(value, Quoted):
        return Body(value.octets, len(value.octets))
    if not is_nil(value):
        findings.add("body-data", value, "a section's data must be a string or NIL", _SECTION)
        octets = as_octets(value)
        return Body(octets, None if octets is None else len(octets))
    return Body(None, None)


def read_flags(value: Value, findings: Findings) -> tuple[str, ...]:
    """A list of flags."""
    if not isinstance(value, List):
        findings.add("flag-list", value, "flags stand in parentheses", "RFC 9051 9")
    flags = []
    for item in as_items(value):
        if not isinstance(item, Atom) or is_nil(item):
            findings.add("flag", item, "this is no flag", "RFC 9051 9")
        flags.append(as_text(item) or "NIL")
    return tuple(flags)


def _read_number(value: Value, findings: Findings) -> int | None:
    number = as_number(value)
    if number is None:
        findings.add("number", value, "a number was expected", _SECTION)
    return number


def _read_internal_date(value: Value, findings: Findings) -> str | None:
    octets = as_octets(value)
    if octets is None or not _DATE_TIME.match(octets):
        findings.add("date-time", value, 'INTERNALDATE has the form "dd-Mon-yyyy hh:mm:ss +zzzz"', "RFC 9051 9")
    return as_text(value)


def _read_generic(value: Value, findings: Findings) -> object:
    return plain(value)


def _read_structure(value: Value, findings: Findings) -> object:
    return read_body_structure(value, findings, read_envelope)


def _read_modseq(value: Value, findings: Findings) -> object:
    items = as_items(value)
    if len(items) == 1:
        return _read_number(items[0], findings)
    findings.add("modseq", value, "MODSEQ is one number in parentheses", "RFC 7162 7")
    return _read_generic(value, findings)


_READERS: dict[str, Callable[[Value, Findings], object]] = {
    "ENVELOPE": read_envelope,
    "BODY": _read_structure,
    "BODYSTRUCTURE": _read_structure,
    "FLAGS": read_flags,
    "UID": _read_number,
    "RFC822.SIZE": _read_number,
    "INTERNALDATE": _read_internal_date,
    "MODSEQ": _read_modseq,
    "RFC822": _read_body,
    "RFC822.HEADER": _read_body,
    "RFC822.TEXT": _read_body,
}


def read_fetch(kind: str, number: int | None, values: Sequence[Value], findings: Findings) -> Fetched:
    """The items of a FETCH response, in the server's order, pairwise name and value."""
    if len(values) != 1 or not isinstance(values[0], List):
        findings.add("fetch-list", values[0] if values else None, "FETCH data is one list in parentheses", _SECTION)
    flat = [item for value in values for item in (value.items if isinstance(value, List) else (value,))]
    if not flat:
        findings.add("fetch-empty", None, "FETCH data without an item", _SECTION)
    items = []
    at = 0
    while at < len(flat):
        name = flat[at]
        if not isinstance(name, Atom):
            what = "is unreadable" if isinstance(name, Unreadable) else "stands where an item's name should"
            findings.add("fetch-name", name, f"this {what}", _SECTION)
            at += 1
            continue
        if at + 1 >= len(flat):
            findings.add("fetch-value", name, f"{name.upper} has no value", _SECTION)
            break
        key = name.upper
        reader = _READERS.get(key)
        if reader is None:
            reader = _read_body if key.startswith(("BODY[", "BINARY[")) else _read_generic
        items.append(FetchItem(key, reader(flat[at + 1], findings)))
        at += 2
    return Fetched(kind, number, tuple(items))


#: A number, or a list of words without spaces to spare: the forms of the facts that are asked of every message.
_PLAIN_ITEM = re.compile(rb"([A-Za-z0-9.]+) (\d{1,20}|\((?:[^()\"\[\]{}\s]+(?: [^()\"\[\]{}\s]+)*)?\))")
_PLAIN_NUMBERS = frozenset({b"UID", b"RFC822.SIZE"})


def read_plain_fetch(response: Response) -> Fetched | None:
    """A FETCH that holds nothing but UID, RFC822.SIZE, FLAGS and MODSEQ in their plain forms; None for any other.

    ``read_fetch`` gives the same. A mailbox has a hundred thousand of these, and this takes a quarter of the time.
    """
    rest = response.rest
    if len(response.segments) != 1 or not response.number or len(rest) > 1000:
        return None
    pairs = _PLAIN_ITEM.findall(rest)
    if not pairs or b"(%b)" % b" ".join([b"%b %b" % pair for pair in pairs]) != rest:
        return None
    items = []
    for name, value in pairs:
        key = name.upper()
        read: object
        if key in _PLAIN_NUMBERS and value[:1] != b"(":
            read = int(value)
        elif key == b"FLAGS" and value[:1] == b"(" and b"nil" not in value.lower():
            read = tuple(text_of(value[1:-1]).split(" ")) if len(value) > 2 else ()
        elif key == b"MODSEQ" and value[1:-1].isdigit() and value[:1] == b"(":
            read = int(value[1:-1])
        else:
            return None
        items.append(FetchItem(key.decode("ascii"), read))
    return Fetched(response.name, response.number, tuple(items))
