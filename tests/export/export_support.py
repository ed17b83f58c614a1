"""Recordings made by hand for the exporters, and two sessions that most tests use."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mailshell.export.source import Source
from mailshell.modes.export import _FORMATS
from mailshell.recording.octets import Mask, Piece, pieces_to_json

Step = tuple[str, Any]

_MASK = re.compile("⟦([^⟦⟧]*)⟧".encode())

LETTER = b"From: ana@example.org\r\nSubject: hello\r\n\r\n.one dot\r\n..two dots\r\nlast line\r\n"
#: The same as POP3 sends it.
STUFFED = LETTER.replace(b"\r\n.", b"\r\n..")

IMAP: list[Step] = [
    ("connect", {"peer": "198.51.100.7:143"}),
    ("S", b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"),
    ("C", b"a1 STARTTLS\r\n"),
    ("S", b"a1 OK go on\r\n"),
    ("tls", {"step": "done", "version": "TLSv1.3", "cipher": "AES", "sni": "mail.example.org", "verified": True}),
    ("C", "a2 LOGIN ana ⟦password#1⟧\r\n".encode()),
    ("S", b"* CAPABILITY IMAP4rev1 IDLE ID\r\na2 OK logged in\r\n"),
    ("C", b'a3 ID ("name" "mailshell")\r\n'),
    ("S", b'* ID ("name" "Examplemail" "version" "7")\r\na3 OK done\r\n'),
    ("mark", {"text": "here it comes"}),
    ("C", b"a4 SELECT INBOX\r\n"),
    ("S", b"* 3 EXISTS\r\na4 OK [READ-WRITE] done\r\n"),
    ("note", {"text": "the literal is right"}),
    ("C", b"a5 FETCH 2 (UID BODY[])\r\n"),
    ("S", b"* 2 FETCH (UID 17 BODY[] {%d}\r\n" % len(LETTER) + LETTER[:20]),
    ("S", LETTER[20:] + b")\r\n* 4 EXISTS\r\na5 OK done\r\n"),
    ("C", b"a6 NOOP\r\n"),
    ("S", b"zz OK whose tag is this?\r\na6 OK done\r\n"),
    ("C", b"a7 LOGOUT\r\n"),
    ("S", b"* BYE bye\r\na7 OK done\r\n"),
    ("end", {"by": "server", "how": "the server closed the connection"}),
]

POP3: list[Step] = [
    ("connect", {"peer": "198.51.100.7:110"}),
    ("S", b"+OK ready\r\n"),
    ("C", b"USER ana\r\n"),
    ("S", b"+OK\r\n"),
    ("C", "PASS ⟦password#1⟧\r\n".encode()),
    ("S", b"+OK 2 messages\r\n"),
    ("C", b"LIST\r\n"),
    ("S", b"+OK\r\n1 100\r\n2 200\r\n.\r\n"),
    ("C", b"RETR 2\r\n"),
    ("S", b"+OK %d octets\r\n" % len(LETTER) + STUFFED[:45]),
    ("S", STUFFED[45:] + b".\r\n"),
    ("C", b"DELE 9\r\n"),
    ("S", b"-ERR no such message\r\n"),
    ("C", b"QUIT\r\n"),
    ("S", b"+OK bye\r\n"),
    ("end", {"by": "server", "how": "the server closed the connection"}),
]
SESSIONS = {"imap": IMAP, "pop3": POP3}


def pieces(octets: bytes) -> list[Piece]:
    """The octets, with each mask in them as a mask."""
    found: list[Piece] = []
    at = 0
    for match in _MASK.finditer(octets):
        if match.start() > at:
            found.append(octets[at : match.start()])
        found.append(Mask(match[1].decode()))
        at = match.end()
    return [*found, octets[at:]] if at < len(octets) or not found else found


def record(path: Path, steps: Sequence[Step], protocol: str = "imap", **header: object) -> Path:
    """Write a recording, a millisecond between two events. It is cut off: the closing event is left out."""
    head = {"mailwire": 1, "protocol": protocol, "start": "2026-01-05T08:00:00.000Z", "tool": "mailshell 0.1.0"}
    head |= {"host": "mail.example.org", "port": 143 if protocol == "imap" else 110, "redaction": "masked", **header}
    with path.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n")
        for kind, value in steps:
            start = f'{{"k":"{kind}","dt":1000,'.encode()
            if isinstance(value, bytes):
                file.write(start + b"".join(pieces_to_json(pieces(value))) + b"}\n")
            else:
                file.write(start + json.dumps(value).encode()[1:] + b"\n")
    return path


def export(path: Path, to: str, fold: int | None = 20) -> bytes:
    """What an exporter writes of a recording."""
    out = io.BytesIO()
    _FORMATS[to](Source(path), fold, out)
    return out.getvalue()


def exported(path: Path, to: str, fold: int | None = 20) -> str:
    """The same as text."""
    return export(path, to, fold).decode("utf-8")
