"""Octets with fields in braces: ``{tag}``, ``{exists+1}``; and the patterns, compiled once."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

_FIELD = re.compile(rb"\{([a-z]+)(?:([+-])(\d{1,9}))?\}")
#: A number longer than this is not counted with.
_DIGITS = 30


@functools.cache
def compiled(pattern: bytes) -> re.Pattern[bytes]:
    """The pattern, whatever the case of what it is to match."""
    return re.compile(pattern, re.IGNORECASE)


def fill(template: bytes, values: Mapping[str, bytes | None]) -> bytes:
    """Put the values in. A field that nothing is known of is taken for 0; a number does not fall below 0."""
    return _FIELD.sub(lambda field: _value(field, values), template)


def _value(field: re.Match[bytes], values: Mapping[str, bytes | None]) -> bytes:
    value = values.get(field[1].decode()) or b"0"
    if not field[2]:
        return value
    number = int(value) if value.isdigit() and len(value) <= _DIGITS else 0
    change = int(field[3])
    return b"%d" % max(0, number + change if field[2] == b"+" else number - change)
