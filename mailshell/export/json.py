"""A session as one JSON document: the commands with what was sent and answered, and what happened besides.

Octets are text, with what can't be shown as escapes; for octets that come back exactly there is the recording itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, BinaryIO

from mailshell import __version__
from mailshell.export.exchanges import GatheredExchange, Gatherer
from mailshell.export.facts import announcements
from mailshell.export.masking import masked_known
from mailshell.export.rows import Kind, Row
from mailshell.export.source import Source, kinds_of_masks
from mailshell.export.spool import Spool
from mailshell.protocol.secrecy import Secrets
from mailshell.text.escape import escape, escape_octets


def write(source: Source, fold: int | None, out: BinaryIO) -> None:
    """Write the document. OSError if ``out`` can't be written."""
    exchanges, besides = _Array(), _Array()
    for item in Gatherer(source, fold).gather():
        if isinstance(item, GatheredExchange):
            exchanges.add(_exchange(item, source.secrets))
        else:
            times = {"kind": item.kind, "time": _seconds(item.time), "tls": item.tls}
            besides.add({**times, "lines": _lines(item.rows)})
    header = {field.name: getattr(source.header, field.name) for field in fields(source.header)}
    document: dict[str, object] = {
        "exported_by": f"mailshell {__version__}",
        "recording": {
            name: escape(value) if isinstance(value, str) else value
            for name, value in header.items()
            if value not in ("", None)
        },
        "capabilities": [
            {"when": each.when, "source": each.source, "names": [escape(name) for name in each.names]}
            for each in announcements(source)
        ],
        "exchanges": exchanges,
        "besides": besides,
        "warnings": [escape(warning) for warning in source.warnings],
        "masked": {escape(kind): times for kind, (_, times) in kinds_of_masks(source.masks).items()},
    }
    for at, (name, value) in enumerate(document.items()):
        out.write(b"%b\n  %b: " % (b"," if at else b"{", _dumped(name)))
        if isinstance(value, _Array):
            value.give(out)
        else:
            out.write(_indented(value, 2))
    out.write(b"\n}\n")


class _Array:
    """An array of the document, whose items are not held in memory."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._is_empty = True

    def add(self, item: object) -> None:
        self._spool.write(f"{'' if self._is_empty else ','}\n    ")
        self._spool.write(_indented(item, 4))
        self._is_empty = False

    def give(self, out: BinaryIO) -> None:
        out.write(b"[")
        self._spool.give(out)
        out.write(b"]" if self._is_empty else b"\n  ]")


def _indented(value: object, columns: int) -> bytes:
    """A value as it stands in the document, its further lines moved in."""
    return _dumped(value).replace(b"\n", b"\n" + b" " * columns)


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")


def _exchange(item: GatheredExchange, secrets: Secrets) -> dict[str, Any]:
    exchange, status = item.exchange, item.exchange.status
    found: dict[str, Any] = {"command": escape(exchange.name)}
    if exchange.tag:
        found["tag"] = escape(exchange.tag)
    found |= {"tls": item.tls, "began": _seconds(item.began)}
    found["ended"] = None if item.ended is None else _seconds(item.ended)
    found["status"] = None if status is None else status.status
    if status is not None:
        found["code"] = None if status.code is None else escape_octets(masked_known(status.code, secrets))
        found["text"] = escape_octets(masked_known(status.text, secrets))
    return found | {"sent": _lines(item.sent), "answers": _lines(item.answers)}


def _lines(rows: Sequence[Row]) -> list[Any]:
    """Lines as strings; a literal or body as an object with its lines, and the octets that a literal announced."""
    found: list[Any] = []
    contents: dict[str, Any] | None = None
    for row in rows:
        if row.kind is Kind.CONTENTS and row.first:
            contents = {"contents": []}
            if row.size is not None:
                contents["octets"] = row.size
            found.append(contents)
        if row.kind is Kind.CONTENTS and contents is not None:
            contents["contents"].append(row.text)
        elif row.kind is Kind.FOLDED:
            if contents is None:
                contents = {"contents": []}
                found.append(contents)
            contents["folded"] = row.text
            contents = None
        elif row.kind is not Kind.CONTENTS:
            contents = None
            found.append(row.text)
    return found


def _seconds(time: float) -> float:
    return round(time, 6)
