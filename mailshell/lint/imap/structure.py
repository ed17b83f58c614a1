"""BODY and BODYSTRUCTURE by the formal syntax (RFC 9051 section 9, ``body``): one walk, marked exactly.

The grammar reads them tolerantly; here each member is held against its place. A part that is not of the form at all is
told of once, and its members are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.envelope import check_nstring, check_string, envelope_faults, is_torn, said_by_message
from mailshell.lint.imap.marks import fault_at, shown
from mailshell.lint.imap.number_faults import MOST_32, MOST_63, number_fault
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Atom, List, Literal, Quoted, Value, as_items, as_number, is_nil
from mailshell.text.sentences import counted

#: The subtypes of multipart that are registered and in use: a word that stands alone in a part is one of them.
MULTIPARTS = frozenset(
    b"alternative appledouble byteranges digest encrypted form-data header-set mixed multilingual parallel related "
    b"report signed voice-message x-mixed-replace".split()
)
#: So many faults of one response are told.
_MOST = 100
_STRUCTURES = ("BODY", "BODYSTRUCTURE")
_HOLDING = frozenset({"ENVELOPE", *_STRUCTURES})
_X_UNKNOWN = re.compile(rb"charset[ \t]*=[ \t]*\"?x-unknown\b", re.IGNORECASE)
_EXPECTED = {
    "multipart-as-basic": "its parts, each in parentheses, and then the subtype",
    "multipart-without-parts": "its parts, each in parentheses, and then the subtype",
    "half-part": "the type and the subtype, two strings",
}


class Structures(Checker):
    """Looks at each ENVELOPE, BODY and BODYSTRUCTURE."""

    concerns = frozenset({"FETCH", "UIDFETCH"})
    plain = False

    def untagged(self, received: Received, now: Now) -> Faults:
        return islice(self._structures(received, now), _MOST) if _may_hold(received) else NONE

    def _structures(self, received: Received, now: Now) -> Iterator[Fault]:
        response = received.response
        values = received.values[0]
        items = as_items(values[0]) if values and isinstance(values[0], List) else values
        if items and isinstance(items[0], List):
            items = items[0].items
        for at in range(0, len(items) - 1, 2):
            name, value = items[at], items[at + 1]
            if not isinstance(name, Atom):
                return
            if name.upper == "ENVELOPE":
                yield from envelope_faults(value, response)
            elif name.upper in _STRUCTURES:
                yield from _Structure(response, rev2=now.rev2).part(value)


def _may_hold(received: Received) -> bool:
    """Whether the names stand anywhere, so that the values are worth a look."""
    if not received.deviations:
        return not _HOLDING.isdisjoint(received.items)
    for segment in received.response.segments:
        if isinstance(segment, bytes):
            upper = segment.upper()
            if b"ENVELOPE" in upper or b"BODYSTRUCTURE" in upper or b"BODY " in upper:
                return True
    return False


class _Structure:
    """The walk through one structure. ``rev2``: message/global has the form of message/rfc822."""

    def __init__(self, response: Response, *, rev2: bool) -> None:
        self._response = response
        self._messages = (b"rfc822", b"global") if rev2 else (b"rfc822",)

    def part(self, value: Value) -> Iterator[Fault]:
        items = as_items(value)
        if not items:
            yield self._fault("empty-part", value, expected="a part in parentheses")
        elif isinstance(items[0], List):
            yield from self._multipart(items)
        elif not is_torn(items):
            yield from self._single(value, items)

    def _fault(self, rule: str, value: Value, detail: str = "", expected: str = "") -> Fault:
        return fault_at(rule, value, self._response, detail, expected)

    def _multipart(self, items: Sequence[Value]) -> Iterator[Fault]:
        count = 0
        while count < len(items) and isinstance(items[count], List):
            yield from self.part(items[count])
            count += 1
        rest = items[count:]
        if not rest:
            detail = f"a multipart of {counted(count, 'part')} and no subtype"
            yield self._fault("multipart-without-subtype", items[-1], detail, "the subtype behind the last part")
            return
        yield from check_string(rest[0], "the subtype of a multipart", self._response)
        if len(rest) > 1:
            yield from self._parameters(rest[1])
        yield from self._extension(rest[2:])

    def _single(self, value: Value, items: Sequence[Value]) -> Iterator[Fault]:
        kind, subtype = _lower(items, 0), _lower(items, 1)
        form = _without_parts(items, kind, subtype)
        if form is not None:
            yield self._fault(form, value, expected=_EXPECTED[form])
            return
        if len(items) < 7:
            detail = f"a part of {counted(len(items), 'member')}"
            yield self._fault("part-members", value, detail, "seven or more: type to size")
            return
        yield from check_string(items[0], "the type of a part", self._response)
        yield from check_string(items[1], "the subtype of a part", self._response)
        yield from self._parameters(items[2])
        yield from check_nstring(items[3], "the Content-ID of a part", self._response)
        yield from check_nstring(items[4], "the description of a part", self._response)
        yield from self._encoding(items[5])
        yield from self._number(items[6], "the size of a part", MOST_32)
        at = 7
        if kind == b"message" and (subtype in self._messages or isinstance(_at(items, 7), List)):
            yield from self._message(value, items)
            at = 10
        elif kind == b"text":
            lines = _at(items, 7)
            if isinstance(lines, Atom) and not is_nil(lines):
                yield from self._number(lines, "the lines of a part", MOST_63)
                at = 8
            else:
                yield self._fault("part-without-lines", lines or value, expected="the number of lines")
        elif as_number(_at(items, 7)) is not None:
            if kind is not None:
                yield self._fault("lines-in-basic-part", items[7], expected="the MD5, or NIL")
            at = 8
        if len(items) > at:
            yield from check_nstring(items[at], "the MD5 of a part", self._response)
        yield from self._extension(items[at + 1 :])

    def _message(self, value: Value, items: Sequence[Value]) -> Iterator[Fault]:
        """Envelope, structure and lines of a part that is a message."""
        envelope, inner, lines = (_at(items, at) for at in (7, 8, 9))
        if not isinstance(envelope, List):
            yield self._fault("message-without-structure", value, expected="envelope, structure and lines")
            return
        yield from envelope_faults(envelope, self._response)
        if not as_items(inner):
            yield self._fault("message-without-body", inner or value, expected="the structure of what is in it")
            return
        assert inner is not None
        yield from self.part(inner)
        if isinstance(lines, Atom) and not is_nil(lines):
            yield from self._number(lines, "the lines of a part", MOST_63)
        else:
            yield self._fault("part-without-lines", lines or value, expected="the number of lines")

    def _extension(self, rest: Sequence[Value]) -> Iterator[Fault]:
        """Disposition, language, location, and what is still to be invented."""
        if rest:
            yield from self._disposition(rest[0])
        if len(rest) > 1:
            if languages := as_items(rest[1]):
                for one in languages:
                    yield from check_string(one, "a language of a part", self._response)
            else:
                yield from check_nstring(rest[1], "the language of a part", self._response)
        if len(rest) > 2:
            yield from check_nstring(rest[2], "the location of a part", self._response)

    def _disposition(self, value: Value) -> Iterator[Fault]:
        items = as_items(value)
        if is_nil(value):
            return
        if isinstance(value, List) and not items:
            yield self._fault("empty-list", value, "the disposition is an empty list", "NIL")
        elif len(items) != 2 or not isinstance(items[0], (Quoted, Literal)):
            yield self._fault("disposition-form", value, expected='("attachment" NIL) or NIL')
        else:
            yield from self._parameters(items[1])

    def _parameters(self, value: Value) -> Iterator[Fault]:
        items = as_items(value)
        if is_nil(value) or is_torn(items):
            return
        if not isinstance(value, List):
            yield self._fault("parameters-form", value, "parameters that are no list", '("name" "value" ...) or NIL')
        elif not items:
            yield self._fault("empty-list", value, "an empty list of parameters", "NIL")
        elif len(items) % 2:
            detail = f"a list of parameters with {counted(len(items), 'member')}"
            yield self._fault("parameters-form", value, detail, "names and values in turn")
        for at in range(0, len(items) - len(items) % 2, 2):
            yield from check_string(items[at], "the name of a parameter", self._response)
            yield from check_string(items[at + 1], "the value of a parameter", self._response)
            unknown = _lower(items, at) == b"charset" and _lower(items, at + 1) == b"x-unknown"
            if unknown and not said_by_message(_X_UNKNOWN, self._response):
                yield self._fault("charset-x-unknown", items[at + 1])

    def _encoding(self, value: Value) -> Iterator[Fault]:
        yield from check_string(value, "the encoding of a part", self._response)
        octets = value.octets if isinstance(value, (Quoted, Literal)) else None
        if octets is not None and octets != octets.strip(b" \t"):
            yield self._fault("encoding-with-space", value, expected=f'"{shown(octets.strip())}"')

    def _number(self, value: Value, what: str, most: int) -> Iterator[Fault]:
        if isinstance(value, Atom):
            fault = number_fault(value.octets, value.start, what, most=most)
            if fault is not None:
                yield fault
        else:
            yield self._fault("not-a-number", value, f"{what} is no number", "digits only")


def _without_parts(items: Sequence[Value], kind: bytes | None, subtype: bytes | None) -> str | None:
    """The rule for what is no part, or a multipart without its parts; None if it may be a part."""
    if kind == b"multipart" and subtype is not None:
        return "multipart-as-basic"
    if len(items) >= 7:
        return None
    if is_nil(items[0]) and subtype is not None:
        return "multipart-without-parts"
    if kind is None or subtype is not None:
        return None
    return "multipart-without-parts" if kind in MULTIPARTS or len(items) == 1 else "half-part"


def _at(items: Sequence[Value], at: int) -> Value | None:
    return items[at] if at < len(items) else None


def _lower(items: Sequence[Value], at: int) -> bytes | None:
    """The string there in lower case; None if none is there."""
    value = _at(items, at)
    return value.octets.lower() if isinstance(value, (Quoted, Literal)) and value.octets is not None else None
