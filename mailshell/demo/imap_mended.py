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
from pymap.mime import MessageContent
from pymap.parsing.primitives import List, Nil, String
from pymap.parsing.response.fetch import (
    BodyStructure,
    ContentBodyStructure,
    EnvelopeStructure,
    MessageBodyStructure,
    MultipartBodyStructure,
    TextBodyStructure,
)

_DATE = re.compile(rb"^date[ \t]*:[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")


@functools.cache
def mend() -> None:
    """Let pymap's own classes say it as it should be, for there is no way to give it others."""
    LoadedMessage._get_envelope_structure = classmethod(_envelope)
    for kind in (ContentBodyStructure, TextBodyStructure, MessageBodyStructure, MultipartBodyStructure):
        kind.extended = property(functools.partial(_extended, kind.extended.fget))


class _Envelope(EnvelopeStructure):  # type: ignore[misc]
    """The date is the Date field as it stands, unfolded (pymap gives it the form of INTERNALDATE); between addresses
    is no space (RFC 9051, sections 7.5.2 and 9).
    """

    field: bytes | None = None

    @property
    def _value(self) -> Writeable:
        return List([String.build(self.field), *super()._value.value[1:]])

    def _addresses(self, headers: Sequence[Any] | None, fallback: Sequence[Any] | None = None) -> Writeable:
        addresses = super()._addresses(headers or fallback)._value
        return addresses if isinstance(addresses, Nil) else Writeable.wrap(b"(%b)" % b"".join(map(bytes, addresses)))


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
    match = _DATE.search(bytes(message.header))
    envelope.field = None if match is None else _FOLD.sub(b"", match[1]).strip()
    return envelope


def _extended(own: Callable[[BodyStructure], List], structure: BodyStructure) -> List:
    """A BODYSTRUCTURE in which the disposition, last but two, is a list (RFC 9051, section 7.5.2)."""
    *first, _, language, location = own(structure).value
    return List([*first, _disposition(structure.content_disposition), language, location])


def _disposition(header: Any) -> Writeable:
    if header is None:
        return Nil()
    words = [String.build(word) for pair in header.params.items() for word in pair]
    return List([String.build(header.content_disposition or "attachment"), List(words) if words else Nil()])
