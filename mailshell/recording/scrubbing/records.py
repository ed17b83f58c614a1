"""Writes the records of a scrubbed copy, and looks into each for what must not be in it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from mailshell.lint.rule import Severity
from mailshell.protocol.events import Side
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.imports.chunk import Loss
from mailshell.recording.octets import Piece, UnreadableRecording, pieces_to_json
from mailshell.recording.reader import Record
from mailshell.recording.scrubbing.shape import shape
from mailshell.recording.scrubbing.text import Scrub

#: Members that stay as they are, by the kind of the record: words and numbers of the format's own.
KEPT = {
    "tls": ("step", "version", "cipher", "verified", "alpn", "keys", "resumed", "check"),
    "compress": ("algorithm",),
    "deviation": ("rule", "id", "severity", "side", "start", "end", "section"),
    "end": ("by", "broken"),
}
#: Members that are names, and members that are text.
NAMES = {"connect": ("peer",), "tls": ("sni",)}
TEXTS = {
    "connect": ("failed", "attempts"),
    "tls": ("how",),
    "command": ("text",),
    "note": ("text",),
    "mark": ("text",),
    "stderr": ("text",),
    "deviation": ("message",),
    "end": ("how",),
}
#: What is left out: a certificate tells whose server it is, and how well contents are compressed tells of them.
LEFT_OUT = {"tls": ("chain",), "C": ("packed",), "S": ("packed",)}
#: These stay whatever is called like them: a mailbox may well be named Error.
_SEVERITIES = frozenset(one.word for one in Severity)
_LONGEST_WORD_OF_FORMAT = 60
_LOSSES = {loss.value for loss in Loss}
_ROLES = ("client", "proxy", "replay", "import")
_TLS = ("none", "implicit", "starttls")
_START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,20}(?:Z|[+-][0-9:]{5})\Z")
_OWN_TOOL = re.compile(r"mailshell [0-9.a-z]{1,20}\Z")
_MASK = re.compile(r"(⟦[a-z#0-9-]+⟧)")


class RecordWriter:
    """Writes to ``file``; None: what would be written is only looked at, to learn names."""

    def __init__(self, scrub: Scrub, file: RecordingFile | None) -> None:
        self._scrub = scrub
        self._file = file
        self._octets = {Side.CLIENT: 0, Side.SERVER: 0}

    def header(self, header: Header) -> None:
        """The first line: the host and the mailbox are names, the title is text."""
        made = replace(
            header,
            host=self._name(header.host),
            mailbox=self._name(header.mailbox),
            title=self._text(header.title),
            tool=header.tool if _OWN_TOOL.match(header.tool) else self._text(header.tool),
            role=header.role if header.role in _ROLES else _ROLES[0],
            tls=header.tls if header.tls in _TLS else _TLS[0],
            start=header.start if _START.match(header.start) else "",
            state=self._text(header.state),
            lossy=header.lossy if set(header.lossy.split(", ")) <= _LOSSES else self._text(header.lossy),
        )
        self._look("header", f"{made.host} {made.mailbox} {made.title} {made.state} {made.lossy}")
        if self._file is not None:
            self._file.write(made.line())

    def write(self, record: Record, pieces: Sequence[Piece]) -> None:
        """A record; ``pieces``: its scrubbed octets, if it is one of octets."""
        if record.kind == "close":
            return
        start = b'{"k":%s,"dt":%d' % (json.dumps(self._kind(record)).encode(), record.elapsed)
        if record.side is not None:
            self._octets[record.side] += sum(len(piece) for piece in pieces if isinstance(piece, bytes))
            self._look_into(record.side.value, pieces)
            self._put(start, b",", *pieces_to_json(pieces), b"}\n")
            return
        if record.kind == "injected":
            try:
                shaped = [shape(piece) if isinstance(piece, bytes) else piece for piece in record.pieces]
            except UnreadableRecording:
                return
            self._put(start, b",", *pieces_to_json(shaped), b"}\n")
            return
        members = self._members(record)
        self._put(start, *(b",%s:%s" % (json.dumps(k).encode(), _json(v)) for k, v in members.items()), b"}\n")

    def close(self, complete: bool) -> None:
        """The closing event, if the original had one."""
        if complete and self._file is not None:
            client, server = self._octets[Side.CLIENT], self._octets[Side.SERVER]
            self._file.write(
                b'{"k":"close","dt":0,"events":%d,"client":%d,"server":%d,"sha256":"%s"}\n'
                % (self._file.events - 1, client, server, self._file.digest.encode())
            )

    # --- within

    def _kind(self, record: Record) -> str:
        """The kind; of an unknown one its shape, for anything may stand there."""
        known = {*KEPT, *NAMES, *TEXTS, *LEFT_OUT, "injected"}
        return record.kind if record.kind in known else self._text(record.kind[:_LONGEST_WORD_OF_FORMAT])

    def _members(self, record: Record) -> dict[str, object]:
        """The members of a record that is none of octets. Those that the format does not know are left out."""
        made: dict[str, object] = {}
        for name in KEPT.get(record.kind, ()):
            value = record.fields.get(name)
            if isinstance(value, (bool, int)):
                made[name] = value
            elif isinstance(value, str):
                made[name] = self._word(value)
        for name in NAMES.get(record.kind, ()):
            if (value := record.fields.get(name)) is not None:
                made[name] = self._name(str(value))
        for name in TEXTS.get(record.kind, ()):
            value = record.fields.get(name)
            if isinstance(value, list):
                made[name] = [self._text(str(one)) for one in value]
            elif value is not None:
                made[name] = self._text(str(value))
        for name, value in made.items():
            own = isinstance(value, int) or (name == "severity" and value in _SEVERITIES)
            self._look("members", "" if own else json.dumps(value, ensure_ascii=False))
        return made

    def _word(self, value: str) -> str:
        """A word of the format or of TLS: short, and without the signs of an address."""
        plain = len(value) <= _LONGEST_WORD_OF_FORMAT and "@" not in value and value.isascii()
        return value if plain else self._text(value)

    def _name(self, text: str) -> str:
        return self._scrub.name(text.encode("utf-8", "replace")).decode("utf-8", "replace")

    def _text(self, text: str) -> str:
        """Text in which masks stay."""
        pieces = _MASK.split(text)
        pieces[::2] = [self._scrub.free(piece.encode("utf-8", "replace")).decode() for piece in pieces[::2]]
        return "".join(pieces)

    def _look_into(self, stream: str, pieces: Sequence[Piece]) -> None:
        if self._file is None:
            return
        for piece in pieces:
            if isinstance(piece, bytes):
                self._scrub.originals.look(stream, piece)
            else:
                self._scrub.originals.look(stream, b" ")
                self._look("masks", piece.name)

    def _look(self, stream: str, text: str) -> None:
        if self._file is not None:
            self._scrub.originals.look(stream, text.encode("utf-8", "replace"), last=True)

    def _put(self, *pieces: bytes) -> None:
        if self._file is not None:
            self._file.write(*pieces)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
