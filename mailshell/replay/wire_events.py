"""A record of what happened on the connection → the wire event that it was."""

from __future__ import annotations

from mailshell.recording.reader import Record
from mailshell.wire import (
    Closed,
    Compressed,
    Connected,
    Diagnostic,
    Injected,
    NotConnected,
    TlsBegun,
    TlsRefused,
    TlsStarted,
    WireEvent,
)


def wire_event(record: Record, time: float) -> WireEvent | None:
    """The event, at this time (seconds); None if the record is of another kind, or not known.

    UnreadableRecording if it lacks its octets.
    """
    match record.kind, record.text("step"):
        case "connect", _:
            if "failed" in record.fields:
                return NotConnected(time, record.text("failed"), _texts(record, "attempts"))
            return Connected(time, record.text("peer"), _texts(record, "attempts"))
        case "tls", "start":
            return TlsBegun(time, record.text("sni"))
        case "tls", "done":
            return TlsStarted(
                time,
                record.text("version"),
                record.text("cipher"),
                record.text("sni"),
                record.fields.get("verified") is True,
                record.text("alpn"),
                record.text("keys"),
                record.fields.get("resumed") is True,
                _texts(record, "chain"),
            )
        case "tls", "failed":
            return TlsRefused(time, record.text("how"), record.text("check"), _texts(record, "chain"))
        case "injected", _:
            octets = b"".join(piece if isinstance(piece, bytes) else str(piece).encode() for piece in record.pieces)
            return Injected(time, octets)
        case "compress", _:
            return Compressed(time, record.text("algorithm"))
        case "end", _:
            broken = record.fields.get("broken") is True
            return Closed(time, record.text("by") == "server", record.text("how"), broken)
        case "stderr", _:
            return Diagnostic(time, record.text("text"))
    return None


def _texts(record: Record, name: str) -> tuple[str, ...]:
    found = record.fields.get(name)
    return tuple(map(str, found)) if isinstance(found, list) else ()
