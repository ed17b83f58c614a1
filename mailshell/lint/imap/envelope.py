"""ENVELOPE by the formal syntax (RFC 9051 section 9, ``envelope`` and ``address``): one walk, marked exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import fault_at, shown
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Atom, List, Quoted, Unreadable, Value, as_items, as_octets, is_nil
from mailshell.text.sentences import counted

MEMBERS = (
    "date", "subject", "from", "sender", "reply-to", "to", "cc", "bcc", "in-reply-to", "message-id",
)  # fmt: skip
_LISTS = range(2, 8)
#: The form of INTERNALDATE.
_INTERNAL = re.compile(rb"[ \d]\d-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}")
_ADDRESS = ("display name", "route", "mailbox", "host")


def check_nstring(value: Value, what: str, response: Response) -> Iterator[Fault]:
    """The fault of a value that is neither a string nor NIL, as it must be. ``what`` is its place."""
    if isinstance(value, List) and not value.items:
        yield fault_at("empty-list", value, response, f"{what} is an empty list", "NIL")
    elif isinstance(value, List) or (isinstance(value, Atom) and not is_nil(value)):
        expected = "a string in quotes, a literal, or NIL"
        yield fault_at("not-a-string", value, response, f"{what} is {_kind(value)}", expected)


def check_string(value: Value, what: str, response: Response) -> Iterator[Fault]:
    """The same where NIL may not stand either."""
    if is_nil(value):
        yield fault_at("nil-for-string", value, response, f"{what} is NIL", 'a string; an empty one is ""')
    else:
        yield from check_nstring(value, what, response)


def said_by_message(pattern: re.Pattern[bytes], response: Response) -> bool:
    """Whether a section of the message that came in the same response says it so."""
    literals = (one.octets for one in response.segments if not isinstance(one, bytes))
    return any(octets is not None and pattern.search(octets) is not None for octets in literals)


def is_torn(items: Sequence[Value]) -> bool:
    """Whether a quote in the wrong place has torn these values apart, so that their number says nothing."""
    return any(isinstance(one, Unreadable) for one in items)


def _kind(value: Value) -> str:
    return f"the word {shown(value.octets)}" if isinstance(value, Atom) else "a list"


def envelope_faults(value: Value, response: Response) -> Iterator[Fault]:
    """The faults of an ENVELOPE in order."""
    if not isinstance(value, List):
        yield fault_at("envelope-members", value, response, "an ENVELOPE that is no list", "ten members in parentheses")
        return
    if len(value.items) != len(MEMBERS):
        detail = f"an ENVELOPE of {counted(len(value.items), 'member')}"
        if not is_torn(value.items):
            yield fault_at("envelope-members", value, response, detail, f"ten: {', '.join(MEMBERS)}")
        # Which one is missing can't be told, so nothing is said of the others.
        return
    for at, item in enumerate(value.items):
        if at in _LISTS:
            yield from _addresses(item, MEMBERS[at], response)
        else:
            yield from check_nstring(item, f"the {MEMBERS[at]}", response)
    empty = next((name for name in _names(value.items) if isinstance(name, Quoted) and not name.octets), None)
    if empty is not None:
        yield fault_at("empty-display-name", empty, response, expected="NIL")
    date = as_octets(value.items[0]) or b""
    if _INTERNAL.fullmatch(date):
        field = re.compile(rb"^Date:[ \t]*%b" % re.escape(date.strip()), re.IGNORECASE | re.MULTILINE)
        if not said_by_message(field, response):
            yield fault_at("envelope-date-form", value.items[0], response)


def _names(members: Sequence[Value]) -> Iterator[Value]:
    """The display names of all addresses."""
    for at in _LISTS:
        yield from (items[0] for one in as_items(members[at]) if (items := as_items(one)))


def _addresses(value: Value, where: str, response: Response) -> Iterator[Fault]:
    if is_nil(value):
        return
    if not isinstance(value, List):
        yield fault_at("address-form", value, response, f"{where} is no list of addresses", "a list of lists, or NIL")
        return
    if not value.items:
        yield fault_at("empty-list", value, response, f"{where} is an empty list of addresses", "NIL")
    for item in value.items:
        if not isinstance(item, List) or len(item.items) != len(_ADDRESS):
            many = counted(len(item.items), "member") if isinstance(item, List) else "no list"
            detail = f"an address in {where} that is {many}"
            if not is_torn((item, *as_items(item))):
                yield fault_at("address-form", item, response, detail, f"four: {', '.join(_ADDRESS)}")
            continue
        for member, what in zip(item.items, _ADDRESS, strict=True):
            yield from check_nstring(member, f"the {what} of an address in {where}", response)
        name, _, _, host = item.items
        octets = as_octets(name) or b""
        if is_nil(host) and octets.startswith(b"<") and octets.endswith(b">") and b"@" in octets:
            detail = f"the display name is {shown(octets)}, and there is no host"
            yield fault_at("name-for-address", name, response, detail, "the address in mailbox and host")
