"""BODY and BODYSTRUCTURE (RFC 9051 sections 7.5.2 and 9, production ``body``).

multipart:       ( part part ... "subtype" [ (params) [ disposition [ language [ location ]]]] )
basic:           ( "type" "subtype" (params) id description "encoding" size [ md5 [ disposition ... ]] )
text:            basic up to size, then lines
message/rfc822:  basic up to size, then envelope, structure, lines
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailshell.protocol.imap.data import BodyStructure, Envelope
from mailshell.protocol.imap.findings import Findings
from mailshell.protocol.imap.values import List, Value, as_items, as_number, as_octets, is_nil, text_of

_SECTION = "RFC 9051 7.5.2"
EnvelopeReader = Callable[[Value, Findings], Envelope]


def read_body_structure(value: Value, findings: Findings, envelope: EnvelopeReader) -> BodyStructure:
    """The structure of a message. A part that can't be read has the type ``?``."""
    return _read_part(value, "", findings, envelope)


def _read_part(value: Value, section: str, findings: Findings, envelope: EnvelopeReader) -> BodyStructure:
    items = as_items(value)
    if not items:
        findings.add("body-part", value, "a body part is a list in parentheses", _SECTION)
        return BodyStructure(section, "?", "?")
    if isinstance(items[0], List):
        return _read_multipart(items, section, findings, envelope)
    return _read_single(value, items, section or "1", findings, envelope)


def _read_multipart(
    items: Sequence[Value], section: str, findings: Findings, envelope: EnvelopeReader
) -> BodyStructure:
    count = 0
    while count < len(items) and isinstance(items[count], List):
        count += 1
    prefix = f"{section}." if section else ""
    parts = tuple(
        _read_part(item, f"{prefix}{number}", findings, envelope) for number, item in enumerate(items[:count], start=1)
    )
    rest = items[count:]
    subtype = _text(rest, 0)
    if subtype is None:
        findings.add("multipart-subtype", rest[0] if rest else items[-1], "a multipart without a subtype", _SECTION)
    disposition, parameters = _read_disposition(_at(rest, 2), findings)
    return BodyStructure(
        section,
        "multipart",
        (subtype or "?").lower(),
        _read_parameters(_at(rest, 1), findings),
        disposition=disposition,
        disposition_parameters=parameters,
        language=_read_language(_at(rest, 3)),
        location=_text(rest, 4),
        parts=parts,
    )


def _read_single(
    value: Value, items: Sequence[Value], section: str, findings: Findings, envelope: EnvelopeReader
) -> BodyStructure:
    kind, subtype = _text(items, 0), _text(items, 1)
    if kind is None or subtype is None:
        findings.add("body-type", value, "a body part begins with its type and subtype, both strings", _SECTION)
    kind, subtype = (kind or "?").lower(), (subtype or "?").lower()
    if len(items) < 7:
        message = f"a body part has at least 7 members; this one has {len(items)}"
        findings.add("body-members", value, message, _SECTION)
    at = 7
    lines: int | None = None
    inner_envelope: Envelope | None = None
    parts: tuple[BodyStructure, ...] = ()
    if kind == "message" and subtype in ("rfc822", "global") and isinstance(_at(items, 7), List):
        inner_envelope = envelope(items[7], findings)
        inner = _at(items, 8)
        if inner is not None:
            # The parts of a multipart within go on with this section's numbers (section 6.4.5.1).
            multipart = isinstance(next(iter(as_items(inner)), None), List)
            parts = (_read_part(inner, section if multipart else f"{section}.1", findings, envelope),)
        lines = as_number(_at(items, 9))
        at = 10
    elif kind == "message" and subtype in ("rfc822", "global"):
        findings.add("body-message", value, "a message part holds an envelope, a structure and lines", _SECTION)
    elif kind == "text":
        lines = as_number(_at(items, 7))
        if lines is None:
            findings.add("text-lines", value, "a text part says how many lines it has", _SECTION)
        at = 8
    size = as_number(_at(items, 6))
    if size is None and len(items) > 6:
        findings.add("body-size", items[6], "the size of a body part is a number", _SECTION)
    disposition, parameters = _read_disposition(_at(items, at + 1), findings)
    return BodyStructure(
        section,
        kind,
        subtype,
        _read_parameters(_at(items, 2), findings),
        _text(items, 3),
        _text(items, 4),
        _text(items, 5),
        size,
        lines,
        _text(items, at),
        disposition,
        parameters,
        _read_language(_at(items, at + 2)),
        _text(items, at + 3),
        inner_envelope,
        parts,
    )


def _at(items: Sequence[Value], index: int) -> Value | None:
    return items[index] if index < len(items) else None


def _text(items: Sequence[Value], index: int) -> str | None:
    octets = as_octets(_at(items, index))
    return None if octets is None else text_of(octets)


def _read_parameters(value: Value | None, findings: Findings) -> tuple[tuple[str, str], ...]:
    items = as_items(value)
    if value is not None and not isinstance(value, List) and not is_nil(value):
        findings.add("body-parameters", value, "parameters are a list in parentheses, or NIL", _SECTION)
    if len(items) % 2:
        findings.add("body-parameters", value, "parameters come in pairs; this list has an odd number", _SECTION)
    return tuple((_text(items, at) or "", _text(items, at + 1) or "") for at in range(0, len(items) - 1, 2))


def _read_disposition(value: Value | None, findings: Findings) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    if value is None or is_nil(value):
        return None, ()
    items = as_items(value)
    if not items:
        findings.add("body-disposition", value, "a disposition is a list in parentheses, or NIL", _SECTION)
        return None, ()
    return _text(items, 0), _read_parameters(_at(items, 1), findings)


def _read_language(value: Value | None) -> tuple[str, ...]:
    if isinstance(value, List):
        return tuple(text_of(octets) for item in value.items if (octets := as_octets(item)) is not None)
    octets = as_octets(value)
    return () if octets is None else (text_of(octets),)
