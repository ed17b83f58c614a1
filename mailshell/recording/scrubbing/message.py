"""A message, or a part of one, as it streams by: header fields by their names, bodies as their shape.

Lines are what is looked at; one longer than ``LONGEST`` is taken in pieces. Names of known header fields stay, and
dates. What names somebody becomes a pseudonym, and so do identifiers and the boundaries of parts, each the same
everywhere. All else becomes its shape, of which lines of base64 have none: each of their letters is an x.
"""

from __future__ import annotations

import re

from mailshell.recording.scrubbing.shape import shape_line
from mailshell.recording.scrubbing.text import Change, Scrub
from mailshell.recording.scrubbing.words import stays

LONGEST = 1 << 16
#: No more boundaries of one message are followed.
_MOST_BOUNDARIES = 100
_FIELD = re.compile(rb"([!-9;-~]{1,200})([ \t]*:)")
_PARAMETER = re.compile(rb"([;\s]*)([A-Za-z0-9*-]{1,40})(=)(\"[^\"\r\n]*\"?|[^;\s]*)")
_ADDRESSES = frozenset(
    b"from to cc bcc sender reply-to return-path delivered-to resent-from resent-to resent-cc resent-bcc resent-sender"
    b" message-id in-reply-to references resent-message-id content-id received x-original-to envelope-to list-id"
    b" errors-to disposition-notification-to".split()
)
_DATES = frozenset({b"date", b"resent-date", b"delivery-date"})
_STRUCTURED = frozenset({b"content-type", b"content-disposition", b"content-transfer-encoding", b"mime-version"})
_WORD = re.compile(rb"[A-Za-z0-9]+")


class Message:
    """Give it the octets as they come; what comes out is of the same length, in all, and may lag behind."""

    def __init__(self, scrub: Scrub, *, header: bool) -> None:
        self._scrub = scrub
        self._header = header
        self._change: Change = scrub.contents
        self._boundaries: set[bytes] = set()
        self._line = b""
        self._begins = True

    def feed(self, octets: bytes) -> bytes:
        """The scrubbed octets of the lines that end in these."""
        *lines, rest = (self._line + octets).split(b"\n")
        done = [self._scrubbed(line + b"\n") for line in lines]
        if len(rest) >= LONGEST:
            done.append(self._scrubbed(rest))
            rest = b""
        self._line = rest
        return b"".join(done)

    def end(self) -> bytes:
        """The rest."""
        rest, self._line = self._line, b""
        return self._scrubbed(rest) if rest else b""

    def _scrubbed(self, line: bytes) -> bytes:
        begins, self._begins = self._begins, line.endswith(b"\n")
        if not begins:
            return self._scrub.contents(line)
        if line[:2] == b"--" and (boundary := line[2:].rstrip()) and self._is_boundary(boundary):
            self._header = True
            self._change = self._scrub.contents
            return b"--" + self._scrub.name(line[2:])
        if not self._header:
            return self._body(line)
        if not line.strip(b"\r\n"):
            self._header = False
            return line
        if line[:1] in b" \t":
            return self._change(line)
        return self._field(line)

    def _body(self, line: bytes) -> bytes:
        if self._scrub.pseudonyms.collect:
            self._scrub.originals.learn_contents(line)
        else:
            self._scrub.changed["lines of contents"] += 1
        return shape_line(line)

    def _is_boundary(self, text: bytes) -> bool:
        return text in self._boundaries or (text.endswith(b"--") and text[:-2] in self._boundaries)

    def _field(self, line: bytes) -> bytes:
        match = _FIELD.match(line)
        if match is None:
            self._change = self._scrub.contents
            return self._scrub.contents(line)
        name = match[1].lower()
        if name in _ADDRESSES:
            self._change = self._scrub.name
        elif name in _DATES:
            self._change = self._date
        elif name in _STRUCTURED:
            self._change = self._structured
        else:
            self._change = self._scrub.subject
        return self._name(match[1]) + match[2] + self._change(line[match.end() :])

    def _name(self, name: bytes) -> bytes:
        words = _WORD.findall(name)
        return name if words and all(map(stays, words)) else self._scrub.free(name)

    def _date(self, value: bytes) -> bytes:
        text = value.rstrip(b"\r\n")
        return self._scrub.date(text) + value[len(text) :]

    def _structured(self, value: bytes) -> bytes:
        """The value of a field of MIME with its parameters (RFC 2045 section 5.1)."""
        pieces = []
        at = 0
        for match in _PARAMETER.finditer(value):
            pieces += [self._scrub.free(value[at : match.start()]), match[1], self._scrub.words(match[2]), match[3]]
            pieces.append(self._parameter(match[2].lower(), match[4]))
            at = match.end()
        return b"".join([*pieces, self._scrub.words(value[at:])])

    def _parameter(self, name: bytes, value: bytes) -> bytes:
        inside = value.strip(b'"')
        if name == b"boundary":
            if len(self._boundaries) < _MOST_BOUNDARIES:
                self._boundaries.add(inside)
            return self._scrub.name(value)
        if name in (b"charset", b"format", b"delsp", b"type"):
            return value.replace(inside, self._scrub.words(inside)) if inside else value
        return self._scrub.subject(value)
