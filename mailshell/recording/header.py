"""The first line of a recording: what was recorded, with what, and what was masked in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from mailshell import __version__
from mailshell.recording.octets import UnreadableRecording

#: The version of the format, the value of the member ``mailwire``.
VERSION = 1
MASKED, UNSAFE = "masked", "unsafe-raw"


@dataclass(frozen=True, slots=True)
class Header:
    """``start`` in UTC (RFC 3339). ``tls``: ``none``, ``implicit`` or ``starttls``, as the session began.

    ``role``: ``client``, ``proxy``, ``replay`` or ``import``. ``redaction``: ``masked``, ``scrubbed`` or
    ``unsafe-raw``. ``state``: the state in which recording began, if that was in the middle of a session.
    ``title`` and ``lossy`` (what an import could not know) may be empty.
    """

    protocol: str
    role: str = "client"
    start: str = ""
    tool: str = f"mailshell {__version__}"
    host: str = ""
    port: int | None = None
    tls: str = "none"
    redaction: str = MASKED
    state: str = ""
    mailbox: str = ""
    title: str = ""
    lossy: str = ""

    def line(self) -> bytes:
        """The header as the first line of a file."""
        members: dict[str, object] = {"mailwire": VERSION}
        for field in fields(self):
            value = getattr(self, field.name)
            if value not in ("", None):
                members[field.name] = value
        return json.dumps(members, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def read_header(line: bytes) -> Header:
    """The header of a file. UnreadableRecording if it is none that this version can read."""
    try:
        members = json.loads(line)
    except (ValueError, RecursionError):
        raise UnreadableRecording("this is no recording: its first line is not a JSON object") from None
    if not isinstance(members, dict) or "mailwire" not in members:
        raise UnreadableRecording('this is no recording: its first line has no member "mailwire"')
    if members["mailwire"] != VERSION:
        found = f"mailwire/{members['mailwire']!s:.20}"
        raise UnreadableRecording(f"the recording has the format {found}, and mailwire/{VERSION} is known")
    if members.get("protocol") not in ("imap", "pop3"):
        raise UnreadableRecording("the header does not say whether this is imap or pop3")
    known: dict[str, object] = {}
    for field in fields(Header):
        value = members.get(field.name)
        wanted: type = int if field.name == "port" else str
        if isinstance(value, wanted) and not isinstance(value, bool):
            known[field.name] = value
    return Header(**known)  # type: ignore[arg-type]


def now() -> str:
    """This moment as ``start`` has it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
