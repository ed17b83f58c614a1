"""ENVELOPE: as a block of fields, and as cells of a table (RFC 9051 section 7.5.2)."""

from __future__ import annotations

from mailshell.protocol.imap.data import Address, Envelope
from mailshell.render.addresses import format_addresses
from mailshell.render.columns import GAP, cells, wrap
from mailshell.render.encoded import decode_words
from mailshell.render.shown import shown
from mailshell.render.values import date

_NAMES = ("Date:", "From:", "Sender:", "Reply-To:", "To:", "Cc:", "Bcc:", "Subject:", "In-Reply-To:", "Message-ID:")
_WIDEST = max(map(len, _NAMES))


def envelope_lines(envelope: Envelope, indent: str, width: int) -> list[str]:
    """A line for each field that is there; Sender and Reply-To only if they differ from From.

    A server fills in From where a message lacks these two.
    """
    lines: list[str] = []

    def text(name: str, value: str | None) -> None:
        if value is not None:
            lines.append(f"{indent}{name:<{_WIDEST}}{GAP}{shown(decode_words(value))}".rstrip(" "))

    def addresses(name: str, value: tuple[Address, ...]) -> None:
        if value:
            first = f"{indent}{name:<{_WIDEST}}{GAP}"
            lines.extend(_address_lines(value, first, width))

    text("Date:", envelope.date)
    addresses("From:", envelope.from_)
    addresses("Sender:", () if envelope.sender == envelope.from_ else envelope.sender)
    addresses("Reply-To:", () if envelope.reply_to == envelope.from_ else envelope.reply_to)
    addresses("To:", envelope.to)
    addresses("Cc:", envelope.cc)
    addresses("Bcc:", envelope.bcc)
    text("Subject:", envelope.subject)
    text("In-Reply-To:", envelope.in_reply_to)
    text("Message-ID:", envelope.message_id)
    return lines or [f"{indent}(an empty envelope)"]


def _address_lines(addresses: tuple[Address, ...], first: str, width: int) -> list[str]:
    """Addresses with commas between them; none after the name of a group that has no address on this line."""
    texts = format_addresses(addresses)
    return wrap(texts, width, first, " " * cells(first), ", ")


def envelope_cells(envelope: Envelope) -> tuple[str, str, str]:
    """Date, who it is from, and subject, each short."""
    sent = date(envelope.date) if envelope.date is not None else ""
    sender = ", ".join(format_addresses(envelope.from_))
    subject = shown(decode_words(envelope.subject)) if envelope.subject is not None else ""
    return sent, sender, subject
