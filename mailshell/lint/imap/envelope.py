"""ENVELOPE by the formal syntax (RFC 9051 section 9, ``envelope`` and ``address``): one walk, marked exactly."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import fault_at
from mailshell.lint.imap.spans import shown
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Atom, List, Literal, Quoted, Value, as_octets, is_nil
from mailshell.text.sentences import counted

MEMBERS = (
    "date", "subject", "from", "sender", "reply-to", "to", "cc", "bcc", "in-reply-to", "message-id",
)  # fmt: skip
_LISTS = range(2, 8)
_ADDRESS = ("display name", "route", "mailbox", "host")


def nstring_fault(value: Value, what: str, response: Response) -> Fault | None:
    """The fault of a value that is neither a string nor NIL, as it must be; None if it is one."""
    if isinstance(value, (Quoted, Literal)) or is_nil(value):
        return None
    if not isinstance(value, (Atom, List)):
        # What can't be read is told of by framing.
        return None
    expected = "a string in quotes, a literal, or NIL"
    if isinstance(value, List) and not value.items:
        return fault_at("empty-list", value, response, f"{what} is an empty list", "NIL")
    return fault_at("not-a-string", value, response, f"{what} is {_kind(value)}", expected)


def string_fault(value: Value, what: str, response: Response) -> Fault | None:
    """The same where NIL may not stand either."""
    if is_nil(value):
        return fault_at("nil-for-string", value, response, f"{what} is NIL", 'a string; an empty one is ""')
    return nstring_fault(value, what, response)


def _kind(value: Value) -> str:
    return f"the word {shown(value.octets)}" if isinstance(value, Atom) else "a list"


def envelope_faults(value: Value, response: Response) -> Iterator[Fault]:
    """The faults of an ENVELOPE in order."""
    if not isinstance(value, List):
        yield fault_at("envelope-members", value, response, "an ENVELOPE that is no list", "ten members in parentheses")
        return
    if len(value.items) != len(MEMBERS):
        detail = f"an ENVELOPE of {counted(len(value.items), 'member')}"
        yield fault_at("envelope-members", value, response, detail, f"ten: {', '.join(MEMBERS)}")
        # Which one is missing can't be told, so nothing is said of the others.
        return
    for at, item in enumerate(value.items):
        if at in _LISTS:
            yield from _addresses(item, MEMBERS[at], response)
        elif (fault := nstring_fault(item, f"the {MEMBERS[at]}", response)) is not None:
            yield fault


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
            yield fault_at("address-form", item, response, detail, f"four: {', '.join(_ADDRESS)}")
            continue
        for member, what in zip(item.items, _ADDRESS, strict=True):
            fault = nstring_fault(member, f"the {what} of an address in {where}", response)
            if fault is not None:
                yield fault
        name, _, _, host = item.items
        octets = as_octets(name) or b""
        if is_nil(host) and octets.startswith(b"<") and octets.endswith(b">") and b"@" in octets:
            detail = f"the display name is {shown(octets)}, and there is no host"
            yield fault_at("name-for-address", name, response, detail, "the address in mailbox and host")
