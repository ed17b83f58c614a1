"""What a POP3 server said as JSON-ready values."""

from __future__ import annotations

from collections.abc import Iterable

from mailshell.protocol.exchange import Status
from mailshell.render.json_values import Json, octets_json


def listing_json(name: str, lines: Iterable[bytes]) -> Json:
    """The multi-line reply to a POP3 command, its lines without line ends and stuffed dots.

    LIST: ``messages: [{"number", "octets"}]``; UIDL: ``messages: [{"number", "uid"}]``; CAPA: ``capabilities:
    [{"name", "arguments"}]``; others: ``lines``. A line that has not the form of a listing is ``{"line": text}``.
    """
    name = name.upper()
    result: Json = {"type": name.lower()}
    stripped = [line.removesuffix(b"\n").removesuffix(b"\r") for line in lines]
    if name in ("LIST", "UIDL"):
        return result | {"messages": [_message(name, line) for line in stripped]}
    if name == "CAPA":
        return result | {"capabilities": [_capability(line) for line in stripped]}
    return result | {"lines": [octets_json(line) for line in stripped]}


def reply_json(name: str, status: Status) -> Json:
    """What a single-line reply to STAT, LIST n or UIDL n says; empty for other replies."""
    name = name.upper()
    if not status.ok or name not in ("STAT", "LIST", "UIDL"):
        return {}
    entry = _message(name, status.text)
    if "line" in entry:
        return {}
    if name == "STAT":
        return {"type": "stat", "messages": entry["number"], "octets": entry["octets"]}
    return {"type": name.lower(), "messages": [entry]}


def _message(name: str, line: bytes) -> Json:
    words = line.split()
    if len(words) < 2 or not words[0].isdigit() or len(words[0]) > 19:
        return {"line": octets_json(line)}
    if name == "UIDL":
        return {"number": int(words[0]), "uid": octets_json(words[1])}
    if not words[1].isdigit() or len(words[1]) > 19:
        return {"line": octets_json(line)}
    return {"number": int(words[0]), "octets": int(words[1])}


def _capability(line: bytes) -> Json:
    words = [octets_json(word) for word in line.split()]
    return {"name": words[0] if words else "", "arguments": words[1:]}
