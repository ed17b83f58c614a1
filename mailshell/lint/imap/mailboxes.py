"""Names of mailboxes and what LIST and STATUS say around them (RFC 9051 sections 5.1, 7.3.1 and 7.3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import fault_at, is_utf8, shown
from mailshell.lint.imap.modified_utf7 import find_wrong
from mailshell.lint.imap.places import end_of
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import (
    Atom,
    List,
    Literal,
    Quoted,
    Value,
    as_items,
    as_octets,
    is_nil,
)

#: The responses with a mailbox in them, and which of their values it is.
NAMES = {
    "LIST": 2,
    "LSUB": 2,
    "XLIST": 2,
    "RLIST": 2,
    "RLSUB": 2,
    "STATUS": 0,
    "ACL": 0,
    "MYRIGHTS": 0,
    "LISTRIGHTS": 0,
    "QUOTAROOT": 0,
    "METADATA": 0,
}
_LISTS = frozenset({"LIST", "LSUB", "XLIST"})
_SPECIAL = re.compile(rb"[\x00-\x1f\x7f(){%*\"\\]")
_8_BIT = re.compile(rb"[\x80-\xff]+")


class Mailboxes(Checker):
    """Each name is one astring, in the encoding of the session."""

    concerns = frozenset(NAMES)

    def untagged(self, received: Received, now: Now) -> Iterator[Fault]:
        response = received.response
        index, values = NAMES[response.name], received.values[0]
        rest = _behind(response.name, values, index)
        if rest:
            start, end = values[index].start, end_of(rest[-1], response)
            detail = "the name is not one string" if response.name in _LISTS else "the name has spaces and no quotes"
            yield Fault("mailbox-not-astring", start, end, detail, "the name in quotes, or as a literal")
        elif index < len(values):
            yield from _name(values[index], response, utf8=now.imap.utf8 or now.rev2)
        if response.name == "STATUS" and values and isinstance(values[-1], List) and not values[-1].items:
            yield fault_at("status-without-items", values[-1], response, expected="the items that were asked for")


class Delimiters(Checker):
    """The hierarchy delimiter of LIST is one character or NIL, and no name ends with it."""

    concerns = _LISTS

    def untagged(self, received: Received, now: Now) -> Faults:
        return NONE if len(received.values[0]) < 3 else self._listed(received)

    def _listed(self, received: Received) -> Iterator[Fault]:
        response = received.response
        attributes, delimiter, name = received.values[0][:3]
        if isinstance(delimiter, Quoted):
            if len(delimiter.octets) != 1 and not _is_character(delimiter.octets):
                yield fault_at("delimiter-form", delimiter, response, expected="one character in quotes, or NIL")
                return
        elif not is_nil(delimiter):
            yield fault_at("delimiter-form", delimiter, response, expected="one character in quotes, or NIL")
            return
        sign, octets = as_octets(delimiter), as_octets(name)
        if not sign or not octets or octets == sign or not octets.endswith(sign) or _asked_so(received, sign):
            return
        if not any(isinstance(one, Atom) and one.upper == "\\NOINFERIORS" for one in as_items(attributes)):
            yield fault_at("trailing-delimiter", name, response, expected=shown(octets.removesuffix(sign)))


def _is_character(octets: bytes) -> bool:
    """Whether octets of 8 bits are one character."""
    return len(octets.decode("utf-8", "replace")) == 1


def _asked_so(received: Received, sign: bytes) -> bool:
    """Whether the pattern ends with the delimiter, or is empty: then the answer may end so too (RFC 9051 6.3.9)."""
    words = received.exchange.words.split(" RETURN")[0] if received.exchange is not None else ""
    return words.endswith('""') or words.rstrip('")').endswith(sign.decode("latin-1"))


def _behind(name: str, values: Sequence[Value], index: int) -> Sequence[Value]:
    """The values that stand behind the name and seem to be its continuation."""
    if name == "STATUS":
        return values[1:-1] if values and isinstance(values[-1], List) else ()
    rest = values[index + 1 :] if name in _LISTS else ()
    return [] if not rest or isinstance(rest[0], List) else [one for one in rest if not isinstance(one, List)]


def _name(value: Value, response: Response, *, utf8: bool) -> Iterator[Fault]:
    if not isinstance(value, (Atom, Quoted, Literal)) or value.octets is None:
        return
    octets = value.octets
    if isinstance(value, Atom) and (special := _SPECIAL.search(octets)):
        detail = f"the name holds {shown(special[0])} and is not quoted"
        yield fault_at("mailbox-atom", value, response, detail, "the name in quotes")
    if utf8:
        return
    if _8_BIT.search(octets):
        what = "UTF-8" if is_utf8(octets) else "no UTF-8 either"
        yield fault_at("mailbox-8-bit", value, response, f"the name has octets of 8 bits; they are {what}")
    elif b"&" in octets and (wrong := find_wrong(octets)) is not None:
        # In quotes an escape shifts what stands behind it; then the whole name is marked.
        shift = 1 if isinstance(value, Quoted) else 0
        start, end = value.start, end_of(value, response)
        if end - start == len(octets) + 2 * shift:
            start, end = start + shift + wrong.start, start + shift + wrong.end
        yield Fault("modified-utf7", start, end, wrong.what, wrong.right)
