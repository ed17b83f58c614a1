"""BODY and BODYSTRUCTURE by the formal syntax (RFC 9051 section 9, ``body``): one walk, marked exactly.

The grammar reads them tolerantly; here each member is held against its place. A part that is not of the form at all is
told of once, and its members are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailshell.lint.checker import Checker, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.envelope import envelope_faults, nstring_fault, string_fault
from mailshell.lint.imap.marks import fault_at
from mailshell.lint.imap.number_faults import MOST_32, MOST_63, number_fault
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Atom, List, Literal, Quoted, Value, as_items, as_number, as_octets, is_nil
from mailshell.text.sentences import counted

#: The subtypes of multipart that are registered and in use: a word that stands alone in a part is one of them.
MULTIPARTS = frozenset(
    b"alternative appledouble byteranges digest encrypted form-data header-set mixed multilingual parallel related "
    b"report signed voice-message x-mixed-replace".split()
)
_STRUCTURES = ("BODY", "BODYSTRUCTURE")


class Structures(Checker):
    """Looks at each ENVELOPE, BODY and BODYSTRUCTURE."""

    def untagged(self, received: Received, now: Now) -> Iterator[Fault]:
        response = received.response
        if response.name not in ("FETCH", "UIDFETCH") or not _may_hold(response):
            return
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
                yield from _Structure(response, globals=now.rev2).part(value)


def _may_hold(response: Response) -> bool:
    """Whether the names stand anywhere, so that the values are worth a look."""
    for segment in response.segments:
        if isinstance(segment, bytes):
            upper = segment.upper()
            if b"ENVELOPE" in upper or b"BODYSTRUCTURE" in upper or b"BODY " in upper:
                return True
    return False


class _Structure:
    """The walk through one structure. ``globals``: message/global must have the form of message/rfc822 (only in rev2)."""

    def __init__(self, response: Response, *, globals: bool) -> None:
        self._response = response
        self._messages = (b"rfc822", b"global") if globals else (b"rfc822",)

    def part(self, value: Value) -> Iterator[Fault]:
        items = as_items(value)
        if not items:
            yield fault_at("empty-part", value, self._response, expected="a part in parentheses")
        elif isinstance(items[0], List):
            yield from self._multipart(items)
        else:
            yield from self._single(value, items)

    def _multipart(self, items: Sequence[Value]) -> Iterator[Fault]:
        count = 0
        while count < len(items) and isinstance(items[count], List):
            yield from self.part(items[count])
            count += 1
        rest = items[count:]
        if not rest:
            detail = f"a multipart of {counted(count, 'part')} and no subtype"
            yield fault_at(
                "multipart-without-subtype", items[-1], self._response, detail, "the subtype behind the last part"
            )
            return
        fault = string_fault(rest[0], "the subtype of a multipart", self._response)
        if fault is not None:
            yield fault
        if len(rest) > 1:
            yield from self._parameters(rest[1])
        yield from self._extension(rest[2:])

    def _single(self, value: Value, items: Sequence[Value]) -> Iterator[Fault]:
        kind, subtype = _lower(items, 0), _lower(items, 1)
        if kind is None or subtype is None or kind == b"multipart":
            form = _without_parts(items, kind, subtype)
            if form is not None:
                rule, detail = form
                expected = "its parts, each in parentheses, and then the subtype"
                yield fault_at(
                    rule, value, self._response, detail, expected if rule != "half-part" else "type and subtype"
                )
                return
        if len(items) < 7:
            detail = f"a part of {counted(len(items), 'member')}"
            yield fault_at("part-members", value, self._response, detail, "seven or more: type to size")
            return
        for at, what in ((0, "the type"), (1, "the subtype")):
            if (fault := string_fault(items[at], f"{what} of a part", self._response)) is not None:
                yield fault
        yield from self._parameters(items[2])
        for at, what in ((3, "Content-ID"), (4, "description")):
            if (fault := nstring_fault(items[at], f"the {what} of a part", self._response)) is not None:
                yield fault
        yield from self._encoding(items[5])
        yield from self._number(items[6], "the size of a part", MOST_32)
        yield from self._rest(value, items, (kind, subtype))

    def _rest(self, value: Value, items: Sequence[Value], media: tuple[bytes | None, bytes | None]) -> Iterator[Fault]:
        """What stands behind the size: it depends on the type."""
        kind, subtype = media
        at = 7
        if kind == b"message" and subtype in _MESSAGES:
            yield from self._message(value, items)
            at = 10
        elif kind == b"text":
            after = items[7] if len(items) > 7 else None
            if after is None or not isinstance(after, Atom) or is_nil(after):
                yield fault_at("part-without-lines", after or value, self._response, expected="the number of lines")
            else:
                yield from self._number(after, "the lines of a part", MOST_63)
                at = 8
        elif len(items) > 7 and as_number(items[7]) is not None:
            yield fault_at("lines-in-basic-part", items[7], self._response, expected="the MD5, or NIL")
            at = 8
        if len(items) > at:
            fault = nstring_fault(items[at], "the MD5 of a part", self._response)
            if fault is not None:
                yield fault
        yield from self._extension(items[at + 1 :])

    def _message(self, value: Value, items: Sequence[Value]) -> Iterator[Fault]:
        """Envelope, structure and lines of a part that is a message."""
        if len(items) < 8 or not isinstance(items[7], List):
            yield fault_at("message-without-structure", value, self._response, expected="envelope, structure and lines")
            return
        yield from envelope_faults(items[7], self._response)
        inner = items[8] if len(items) > 8 else None
        if inner is None or not as_items(inner):
            where = value if inner is None else inner
            yield fault_at("message-without-body", where, self._response, expected="the structure of what is in it")
            return
        yield from self.part(inner)
        if len(items) < 10 or not isinstance(items[9], Atom):
            yield fault_at(
                "part-without-lines", value, self._response, expected="the number of lines behind the structure"
            )
        else:
            yield from self._number(items[9], "the lines of a part", MOST_63)

    def _extension(self, rest: Sequence[Value]) -> Iterator[Fault]:
        """Disposition, language, location, and what is still to be invented."""
        if rest:
            yield from self._disposition(rest[0])
        if len(rest) > 1:
            languages = as_items(rest[1])
            faults = [string_fault(one, "a language of a part", self._response) for one in languages]
            if not languages:
                faults = [nstring_fault(rest[1], "the language of a part", self._response)]
            yield from (fault for fault in faults if fault is not None)
        if len(rest) > 2 and (fault := nstring_fault(rest[2], "the location of a part", self._response)) is not None:
            yield fault

    def _disposition(self, value: Value) -> Iterator[Fault]:
        items = as_items(value)
        if is_nil(value):
            return
        if isinstance(value, List) and not items:
            yield fault_at("empty-list", value, self._response, "the disposition is an empty list", "NIL")
        elif len(items) != 2 or not isinstance(items[0], (Quoted, Literal)):
            yield fault_at("disposition-form", value, self._response, expected='("attachment" NIL) or NIL')
        else:
            yield from self._parameters(items[1])

    def _parameters(self, value: Value) -> Iterator[Fault]:
        items = as_items(value)
        if is_nil(value):
            return
        if not isinstance(value, List):
            yield fault_at(
                "parameters-form", value, self._response, "parameters that are no list", '("name" "value" ...) or NIL'
            )
        elif not items:
            yield fault_at("empty-list", value, self._response, "an empty list of parameters", "NIL")
        elif len(items) % 2:
            detail = f"a list of parameters with {counted(len(items), 'member')}"
            yield fault_at("parameters-form", value, self._response, detail, "names and values in turn")
        else:
            for at, item in enumerate(items):
                what = "the value of a parameter" if at % 2 else "the name of a parameter"
                fault = string_fault(item, what, self._response)
                if fault is not None:
                    yield fault
                elif (
                    at % 2 and (as_octets(item) or b"").upper() == b"X-UNKNOWN" and _lower(items, at - 1) == b"charset"
                ):
                    yield fault_at(
                        "charset-x-unknown", item, self._response, expected="the charset of the Content-Type"
                    )

    def _encoding(self, value: Value) -> Iterator[Fault]:
        fault = string_fault(value, "the encoding of a part", self._response)
        octets = as_octets(value) or b""
        if fault is not None:
            yield fault
        elif octets != octets.strip(b" \t"):
            yield fault_at(
                "encoding-with-space", value, self._response, expected=f'"{octets.strip().decode("latin-1")}"'
            )

    def _number(self, value: Value, what: str, most: int) -> Iterator[Fault]:
        if isinstance(value, Atom):
            fault = number_fault(value.octets, value.start, what, most=most)
            if fault is not None:
                yield fault
        else:
            yield fault_at("not-a-number", value, self._response, f"{what} is no number", "digits only")


def _without_parts(items: Sequence[Value], kind: bytes | None, subtype: bytes | None) -> tuple[str, str] | None:
    """The rule and detail for what is no part, or a multipart without its parts; None if it may be a part."""
    if kind == b"multipart" and subtype is not None:
        return "multipart-as-basic", ""
    if is_nil(items[0]) and subtype is not None:
        return None if len(items) >= 7 else ("multipart-without-parts", "a multipart whose parts are NIL")
    if kind is None or len(items) >= 7:
        return None
    if kind in MULTIPARTS or len(items) == 1:
        return "multipart-without-parts", f"a multipart ({kind[:40].decode('latin-1')}) that has no parts"
    return "half-part", ""


def _lower(items: Sequence[Value], at: int) -> bytes | None:
    """The string there in lower case; None if none is there."""
    value = items[at] if at < len(items) else None
    return value.octets.lower() if isinstance(value, (Quoted, Literal)) and value.octets is not None else None
