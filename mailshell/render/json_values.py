"""Octets and generic IMAP values as JSON-ready values."""

from __future__ import annotations

import base64
import binascii

from mailshell.protocol.imap.values import List, Literal, Value, plain
from mailshell.protocol.secrecy import Secrets

Json = dict[str, object]


def octets_json(octets: bytes) -> object:
    """Text if the octets are UTF-8, else ``{"base64": "..."}``."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(octets).decode("ascii")}


def value_json(value: Value) -> object:
    """A generic value: an atom that is a number as a number, NIL as null."""
    if isinstance(value, List):
        return [value_json(item) for item in value.items]
    if isinstance(value, Literal) and value.octets is None:
        return {"literal": value.size}
    result = plain(value)
    return octets_json(value.octets or b"") if isinstance(result, str) else result


def mask_json(value: object, secrets: Secrets) -> object:
    """The value with known secrets masked in its texts and names, and in octets that stand in base64."""
    if isinstance(value, str):
        return _mask_text(value, secrets)
    if isinstance(value, list):
        return [mask_json(item, secrets) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"base64"}:
            return _mask_base64(value, secrets)
        return {_mask_text(name, secrets): mask_json(item, secrets) for name, item in value.items()}
    return value


def _mask_text(text: str, secrets: Secrets) -> str:
    try:
        return secrets.mask_str(text)
    except UnicodeEncodeError:
        # Half of a surrogate pair, from modified UTF-7 or a charset.
        return secrets.mask(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def _mask_base64(value: Json, secrets: Secrets) -> object:
    text = value["base64"]
    try:
        octets = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        octets = b""
    masked = secrets.mask(octets)
    return {"base64": mask_json(text, secrets)} if masked == octets else octets_json(masked)
