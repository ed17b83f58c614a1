"""What FETCH says of a message as JSON-ready values: ENVELOPE, BODYSTRUCTURE, sections. ``json`` tells the shapes."""

from __future__ import annotations

from collections.abc import Iterable

from mailshell.protocol.imap.data import Address, Body, BodyStructure, Envelope
from mailshell.render.addresses import address_specification
from mailshell.render.encoded import decode_parameter, decode_words
from mailshell.render.json_values import Json, octets_json


def item_json(value: object) -> object:
    """The value of a data item."""
    if isinstance(value, Envelope):
        return envelope_json(value)
    if isinstance(value, BodyStructure):
        return structure_json(value)
    if isinstance(value, Body):
        return _body(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def _body(body: Body) -> object:
    if body.size is None:
        return None
    content = None if body.octets is None else octets_json(body.octets)
    result: Json = {"octets": body.size}
    if isinstance(content, dict):
        return result | content
    return result | {"text": content}


def envelope_json(envelope: Envelope) -> Json:
    """An envelope, decoded."""
    result: Json = {"date": envelope.date}
    result |= _decoded("subject", envelope.subject)
    result |= {
        "from": _addresses(envelope.from_),
        "sender": _addresses(envelope.sender),
        "reply_to": _addresses(envelope.reply_to),
        "to": _addresses(envelope.to),
        "cc": _addresses(envelope.cc),
        "bcc": _addresses(envelope.bcc),
        "in_reply_to": envelope.in_reply_to,
        "message_id": envelope.message_id,
    }
    return result


def _decoded(key: str, text: str | None) -> Json:
    decoded = None if text is None else decode_words(text)
    return {key: decoded} if decoded == text else {key: decoded, f"{key}_raw": text}


def _addresses(addresses: Iterable[Address]) -> list[Json]:
    """Members as in the ENVELOPE, and ``address``, ``a@b``; null where a group begins (host is null) or ends."""
    result = []
    for address in addresses:
        entry = _decoded("name", address.name)
        complete = address.mailbox is not None and address.host is not None
        entry["address"] = address_specification(address) if complete else None
        entry |= {"route": address.route, "mailbox": address.mailbox, "host": address.host}
        result.append(entry)
    return result


def structure_json(part: BodyStructure) -> Json:
    """A body part and its parts. ``filename`` is the name it suggests, decoded."""
    filename = decode_parameter(part.disposition_parameters, "filename")
    return {
        "section": part.section,
        "type": part.type,
        "subtype": part.subtype,
        "parameters": [{"name": name, "value": value} for name, value in part.parameters],
        "id": part.id,
        **_decoded("description", part.description),
        "encoding": part.encoding,
        "size": part.size,
        "lines": part.lines,
        "md5": part.md5,
        "disposition": part.disposition,
        "disposition_parameters": [{"name": name, "value": value} for name, value in part.disposition_parameters],
        "filename": decode_parameter(part.parameters, "name") if filename is None else filename,
        "language": list(part.language),
        "location": part.location,
        "envelope": None if part.envelope is None else envelope_json(part.envelope),
        "parts": [structure_json(inner) for inner in part.parts],
    }
