"""What pymap says otherwise than the standard, mended for the demonstration's IMAP server.

To import this module is to import pymap.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

from pymap.backend.dict.mailbox import LoadedMessage
from pymap.bytes import Writeable
from pymap.mime import MessageBody, MessageContent
from pymap.parsing import Params
from pymap.parsing.primitives import List, Nil, String
from pymap.parsing.response.fetch import (
    BodyStructure,
    ContentBodyStructure,
    EnvelopeStructure,
    MessageBodyStructure,
    MultipartBodyStructure,
    TextBodyStructure,
)
from pymap.parsing.specials import AString, FetchAttribute, SearchKey

_FIELD = rb"^%b[ \t]*:[ \t]*(.*(?:\r?\n[ \t].*)*)"
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
#: A line of pymap's: where it begins, where its line end does, and where the next line begins.
_Lines = Sequence[tuple[int, int, int]]


@functools.cache
def mend() -> None:
    """Let pymap's own classes say it as it should be, for there is no way to give it others."""
    LoadedMessage._get_envelope_structure = classmethod(_envelope)
    for kind in (ContentBodyStructure, TextBodyStructure, MessageBodyStructure, MultipartBodyStructure):
        kind.extended = property(functools.partial(_extended, kind.extended.fget))
    LoadedMessage._get_body_structure = classmethod(
        functools.partial(_body_structure, LoadedMessage._get_body_structure.__func__)
    )
    MessageBody._find_parts = classmethod(functools.partial(_parts, MessageBody._find_parts.__func__))
    FetchAttribute.raw = property(functools.partial(_raw, FetchAttribute.raw.fget))
    AString.parse = classmethod(functools.partial(_astring, AString.parse.__func__))
    LoadedMessage._get_subpart = _subpart
    SearchKey.parse = classmethod(functools.partial(_search_key, SearchKey.parse.__func__))


class _Envelope(EnvelopeStructure):  # type: ignore[misc]
    """The date and the subject are their fields as they stand, unfolded (pymap gives the date the form of INTERNALDATE,
    and decodes the subject); between addresses is no space, and one without a display name has NIL (RFC 9051, sections
    7.5.2 and 9).
    """

    date_field: bytes | None = None
    subject_field: bytes | None = None

    @property
    def _value(self) -> Writeable:
        fields = (self.date_field, self.subject_field)
        return List([*map(String.build, fields), *super()._value.value[2:]])

    def _addresses(self, headers: Sequence[Any] | None, fallback: Sequence[Any] | None = None) -> Writeable:
        addresses = super()._addresses(headers or fallback)._value
        if isinstance(addresses, Nil):
            return addresses
        return Writeable.wrap(b"(%b)" % b"".join(bytes(_address(*address.value)) for address in addresses.value))


def _address(name: Any, *rest: Any) -> List:
    return List([name if name.value else Nil(), *rest])


def _envelope(_cls: type[LoadedMessage], message: MessageContent) -> EnvelopeStructure:
    parsed = message.header.parsed
    date = parsed.date
    envelope = _Envelope(
        # pymap fails at a date that it can't read; SEARCH looks for one here.
        date if date is not None and date.datetime is not None else None,
        parsed.subject,
        parsed.from_,
        parsed.sender,
        parsed.reply_to,
        parsed.to,
        parsed.cc,
        parsed.bcc,
        parsed.in_reply_to,
        parsed.message_id,
    )
    envelope.date_field, envelope.subject_field = (_field(message, name) for name in (b"date", b"subject"))
    return envelope


def _field(message: MessageContent, name: bytes) -> bytes | None:
    """The first field of this name, unfolded; None if there is none."""
    match = re.search(_FIELD % name, bytes(message.header), re.IGNORECASE | re.MULTILINE)
    return None if match is None else _FOLD.sub(b"", match[1]).strip()


def _extended(own: Callable[[BodyStructure], List], structure: BodyStructure) -> List:
    """A BODYSTRUCTURE in which the disposition, last but two, is a list (RFC 9051, section 7.5.2)."""
    *first, _, language, location = own(structure).value
    return List([*first, _disposition(structure.content_disposition), language, location])


def _disposition(header: Any) -> Writeable:
    if header is None:
        return Nil()
    words = [String.build(word) for pair in header.params.items() for word in pair]
    return List([String.build(header.content_disposition or "attachment"), List(words) if words else Nil()])


def _body_structure(own: Callable[..., BodyStructure], cls: type[LoadedMessage], message: MessageContent) -> Any:
    """Octets and lines are those of the body, without the header of the part (RFC 9051, section 7.5.2)."""
    structure = own(cls, message)
    if isinstance(structure, ContentBodyStructure):
        octets = bytes(message.body)
        structure.size = len(octets)
        if isinstance(structure, (TextBodyStructure, MessageBodyStructure)):
            structure.lines = octets.count(b"\n") + (not octets.endswith(b"\n") and bool(octets))
    return structure


def _parts(
    own: Callable[..., Sequence[list[Any]]],
    cls: type[MessageBody],
    data: bytes,
    view: memoryview,
    lines: _Lines,
    boundary: bytes,
) -> Sequence[list[Any]]:
    """The line end before a boundary belongs to the boundary (RFC 2046, section 5.1.1)."""
    parts = own(cls, data, view, lines, boundary)
    for part in parts:
        if part and part[-1] is not lines[-1]:
            start, end, _ = part[-1]
            part[-1] = (start, end, end)
    return parts


def _raw(own: Callable[[FetchAttribute], bytes], attribute: FetchAttribute) -> bytes:
    """The name in the response: BINARY for BINARY.PEEK (RFC 3516, section 4.3)."""
    name = attribute.value
    raw = own(attribute)
    return name.removesuffix(b".PEEK") + raw[len(name) :] if name == b"BINARY.PEEK" and raw.startswith(name) else raw


def _astring(
    own: Callable[..., tuple[AString, memoryview]], cls: type[AString], octets: memoryview, params: Params
) -> tuple[AString, memoryview]:
    """A string is what is within its quotes, or its literal (pymap compares, and repeats, the quotes as well)."""
    parsed, rest = own(cls, octets, params)
    return cls(parsed.value), rest


def _search_key(
    own: Callable[..., tuple[SearchKey, memoryview]], cls: type[SearchKey], octets: memoryview, params: Params
) -> tuple[SearchKey, memoryview]:
    """A sequence set is one of sequence numbers in UID SEARCH as well; UIDs come behind UID (RFC 9051, 6.4.9)."""
    return own(cls, octets, params.copy(uid=False))


def _subpart(loaded: LoadedMessage, section: Sequence[int] | None) -> MessageContent:
    """The part with this number; within a message/rfc822 the parts of that message are counted (RFC 9051, section
    6.4.5.1). IndexError if there is none.
    """
    part: MessageContent = loaded.content
    for depth, number in enumerate(section or ()):
        if depth and part.is_rfc822:
            part = part.body.nested[0]
        elif depth and not part.body.has_nested:
            raise IndexError(number)
        if part.body.content_type.maintype == "multipart":
            part = part.body.nested[number - 1]
        elif number != 1:
            raise IndexError(number)
    return part
