"""Octets and generic IMAP values as JSON-ready values."""

from __future__ import annotations

import base64

from mailshell.protocol.imap.values import List, Literal, Value, plain

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
