"""Scrubs the frames of a POP3 session: a line at a time, by the command that it is or answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.protocol.events import BodyEnd, BodyPart, Frame, Line, LinePart, Side
from mailshell.protocol.exchange import Engine
from mailshell.protocol.pop3.catalogue import CATALOGUE
from mailshell.protocol.pop3.response import read_status
from mailshell.recording.scrubbing.message import Message
from mailshell.recording.scrubbing.shape import shape
from mailshell.recording.scrubbing.text import Scrub
from mailshell.recording.scrubbing.words import stays

_STAMP = re.compile(rb"<[^<>\s]+>")
_WORDS = re.compile(rb"[^ \t]+")
_NUMBERED = frozenset({"STAT", "LIST", "UIDL", "RETR", "TOP", "LAST", "DELE"})
_CAPABILITY = re.compile(rb"[A-Z0-9._+-]{1,40}\Z")
_LETTERS = re.compile(rb"[A-Za-z]+[A-Za-z0-9]*")
_LONGEST = 1 << 16


class Pop3Scrubber:
    """One side. ``frame`` gives what can be given out now; in all, the octets of the frames, scrubbed."""

    def __init__(self, scrub: Scrub, side: Side) -> None:
        self._scrub = scrub
        self._side = side
        self._answered = ""
        self._message: Message | None = None
        self._line = b""

    def frame(self, frame: Frame, engine: Engine) -> Iterator[bytes]:
        """Take in the next frame; ``engine`` has not read it yet."""
        if isinstance(frame, Line):
            yield from self.flush()
            text = frame.text
            changed = self._command(text) if self._side is Side.CLIENT else self._status(text, engine)
            yield changed + frame.octets[len(text) :]
        elif isinstance(frame, LinePart):
            yield shape(frame.octets)
        elif isinstance(frame, BodyPart):
            yield self._body(frame.octets)
        elif isinstance(frame, BodyEnd):
            yield from self.flush()
            yield frame.octets

    def flush(self) -> Iterator[bytes]:
        """Give out what is held."""
        if self._message is not None:
            yield self._message.end()
            self._message = None
        if self._line:
            line, self._line = self._line, b""
            yield shape(line)

    def _command(self, text: bytes) -> bytes:
        _, record, arguments = CATALOGUE.find(text.replace(b"\t", b" ").decode("latin-1"))
        start = len(text) - len(arguments)
        if record is None:
            return self._scrub.free(text)
        kind = record.parsed[0].kind if record.parsed else ""
        if kind == "user":
            return text[:start] + self._scrub.name(text[start:])
        return text[:start] + _WORDS.sub(lambda word: self._argument(word[0]), text[start:])

    def _argument(self, word: bytes) -> bytes:
        return word if word.isdigit() else self._scrub.words(word)

    def _status(self, text: bytes, engine: Engine) -> bytes:
        status = read_status(text, 0)
        outstanding = engine.outstanding
        self._answered = outstanding[0].name if outstanding else ""
        if not status.status:
            return self._scrub.free(text)
        rest = status.rest
        if status.ok and self._answered in _NUMBERED:
            return text[: status.body] + self._numbers(rest)
        pieces, at = [text[: status.body]], 0
        for match in _STAMP.finditer(rest):
            pieces += [self._scrub.free(rest[at : match.start()]), self._scrub.name(match[0])]
            at = match.end()
        return b"".join([*pieces, self._scrub.free(rest[at:])])

    def _numbers(self, text: bytes) -> bytes:
        """Numbers in front stay; in UIDL an identifier follows."""
        match = re.match(rb"\d{1,20}(?:[ \t]+\d{1,20})?(?=[ \t]|\Z)", text)
        if self._answered == "UIDL" and (only := re.match(rb"\d{1,20}[ \t]+", text)):
            return only[0] + self._scrub.name(text[only.end() :])
        kept = match[0] if match else b""
        return kept + self._scrub.free(text[len(kept) :])

    def _body(self, octets: bytes) -> bytes:
        if self._answered in ("RETR", "TOP"):
            if self._message is None:
                self._message = Message(self._scrub, header=True)
            return self._message.feed(octets)
        *lines, rest = (self._line + octets).split(b"\n")
        done = [self._body_line(line) + b"\n" for line in lines]
        if len(rest) >= _LONGEST:
            done.append(shape(rest))
            rest = b""
        self._line = rest
        return b"".join(done)

    def _body_line(self, line: bytes) -> bytes:
        text = line.rstrip(b"\r")
        end = line[len(text) :]
        if self._answered in _NUMBERED:
            return self._numbers(text) + end
        if self._answered in ("CAPA", "AUTH") and not text.upper().startswith(b"IMPLEMENTATION"):
            return _WORDS.sub(lambda word: self._capability(word[0]), text) + end
        return self._scrub.free(text) + end

    def _capability(self, word: bytes) -> bytes:
        return word if _CAPABILITY.match(word) and all(map(stays, _LETTERS.findall(word))) else self._argument(word)
