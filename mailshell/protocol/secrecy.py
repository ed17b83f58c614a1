"""One mask for everything that is shown, kept or written.

Which octets are secret follows from the state of the protocol: the engines mark them as ``SecretSpan`` while the
octets go out. What was marked is remembered as a *known secret*, and known secrets of six octets or more are looked
for in all that crosses the wire, in either direction, so that one that the server echoes is masked too. Shorter ones
are masked only where they are sent: they would blacken half of a transcript.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from mailshell.protocol.events import Line, LinePart, LiteralPart, SecretSpan
from mailshell.text.escape import escape_octets

#: A known secret shorter than this is not looked for elsewhere (octets).
LEAST = 6
#: A piece of a known secret that ends a chunk is masked from this length on (octets).
LEAST_PIECE = 3
_MOST_KNOWN = 500
#: Of a longer secret only the beginning is looked for (octets): a server can make a response as long as it likes.
_LONGEST = 1 << 16
_TOKEN = re.compile(rb"\x01auth=[A-Za-z0-9]+ +([^\x01]+)\x01", re.IGNORECASE)
#: What proves a password in SCRAM (RFC 5802 section 5.1), DIGEST-MD5 (RFC 2831 section 2.1.2) and CRAM-MD5 (RFC 2195):
#: with it and the challenge the password can be guessed at leisure.
_PROOF = re.compile(rb",p=([A-Za-z0-9+/=]+)\Z|\bresponse=([0-9a-fA-F]{32})\b|\A[^\0\x01]+ ([0-9a-fA-F]{32,128})\Z")
_MOST_MARKS = 200
Piece = TypeVar("Piece", LinePart, LiteralPart)


def mask_text(label: str) -> str:
    """What stands in the place of a secret: it tells what was there, and neither its length nor a hash."""
    return f"⟦{label}⟧"


def mask(octets: bytes, spans: Iterable[SecretSpan]) -> bytes:
    """The octets with each span (offsets into ``octets``; they may overlap) replaced by its mask in UTF-8."""
    pieces: list[bytes] = []
    at = 0
    for start, end, label in sorted(spans):
        if end <= at and end > start:
            continue
        pieces.append(octets[at : max(at, start)])
        pieces.append(mask_text(label).encode())
        at = max(at, end)
    if not pieces:
        return octets
    pieces.append(octets[at:])
    return b"".join(pieces)


def _escaped(value: bytes) -> Iterator[bytes]:
    """The forms in which it is shown: whether a backslash at its end is doubled depends on what stands behind it."""
    yield escape_octets(value).encode()
    if value.endswith(b"\\"):
        for behind in (b" ", b"n"):
            yield escape_octets(value + behind)[: -len(behind)].encode()


class Secrets:
    """The known secrets of a session. It has no representation that shows them."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}
        self._periods: dict[bytes, int] = {}
        self._numbers: dict[bytes, int] = {}
        self._count = 0

    def __repr__(self) -> str:
        return f"<{len(self._known)} known secrets>"

    def __bool__(self) -> bool:
        return bool(self._known)

    def learn(self, value: bytes, label: str = "password") -> None:
        """Remember a secret in each form in which it may appear: as it is, quoted, in base64, and escaped for display.

        Of very many the oldest are forgotten.
        """
        if len(value) < LEAST:
            return
        value = value[:_LONGEST]
        number = self.number(value)
        quoted = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        for form in (
            value,
            quoted,
            base64.b64encode(value),
            *_within_base64(value),
            *_escaped(value),
            *_escaped(quoted),
        ):
            self._known.setdefault(form, label)
            self._periods[form] = _period(form)
            self._numbers.setdefault(form, number)
        while len(self._known) > _MOST_KNOWN:
            oldest = next(iter(self._known))
            del self._known[oldest], self._periods[oldest]

    def number(self, value: bytes) -> int:
        """The number of a secret: that of the same secret in another form, if it has one already; else the next."""
        known = self._numbers.get(value)
        if known is not None:
            return known
        self._count += 1
        self._numbers[value] = self._count
        while len(self._numbers) > 2 * _MOST_KNOWN:
            del self._numbers[next(iter(self._numbers))]
        return self._count

    def learn_response(self, value: bytes, label: str = "response") -> None:
        """Remember a SASL response in base64 and the secrets that its plain form gives away.

        The last field of PLAIN (RFC 4616 section 2) is the password; a response of one field may be one (LOGIN). In
        OAUTHBEARER and XOAUTH2 it is the token (RFC 7628 section 3.1); what proves a password is one as well.
        """
        self.learn(value, label)
        try:
            plain = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return
        token = _TOKEN.search(plain)
        if token is not None:
            self.learn(token[1], "token")
        else:
            self.learn(plain.rsplit(b"\0", 1)[-1], "password")
        proof = _PROOF.search(plain)
        if proof is not None:
            self.learn(next(filter(None, proof.groups())), "proof")

    def scan(self, octets: bytes) -> list[SecretSpan]:
        """Where known secrets stand in the octets, also where they overlap."""
        spans: list[SecretSpan] = []
        for form, label in self._known.items():
            period = self._periods[form]
            start = octets.find(form)
            while start >= 0:
                end = start + len(form)
                after = octets.find(form, start + period)
                while 0 <= after <= end:
                    end = after + len(form)
                    after = octets.find(form, after + period)
                spans.append(SecretSpan(start, end, label))
                start = after
        return spans

    def mask(self, octets: bytes) -> bytes:
        """The octets with all known secrets masked."""
        return mask(octets, self.scan(octets)) if self._known else octets

    def mask_str(self, text: str) -> str:
        """The text with all known secrets masked: the last gate before an error message or a history line."""
        if not self._known:
            return text
        return self.mask(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    @property
    def longest(self) -> int:
        """The length of the longest form that is looked for (octets)."""
        return max(map(len, self._known), default=0)

    def piece_at_end(self, octets: bytes) -> int:
        """How many of the last octets are the beginning of a known secret whose end has not come yet."""
        most = 0
        for form in self._known:
            tail = octets[1 - len(form) :]
            at = tail.find(form[:LEAST_PIECE])
            while at >= 0 and len(tail) - at > most:
                if form.startswith(tail[at:]):
                    most = len(tail) - at
                at = tail.find(form[:LEAST_PIECE], at + 1)
        return most


def _within_base64(value: bytes) -> Iterator[bytes]:
    """The characters that stand for the octets in the base64 of a longer text, by where the octets begin in it.

    The first and the last character stand for neighbouring octets too, and are left out. Of a server that sends a
    password back within a challenge these are all that can be known.
    """
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + value)
        yield encoded[skipped : (before + len(value)) * 8 // 6]


def _period(form: bytes) -> int:
    """By how much an occurrence of the octets may be shifted against another: their length if they can't overlap.

    The length of the longest border, as Knuth, Morris and Pratt reckon it: in linear time.
    """
    borders = [0] * len(form)
    border = 0
    for at in range(1, len(form)):
        while border and form[at] != form[border]:
            border = borders[border - 1]
        border += form[at] == form[border]
        borders[at] = border
    return len(form) - border if form else 0


def outermost(spans: Iterable[SecretSpan]) -> list[SecretSpan]:
    """The spans without those that lie within another one, in their order."""
    found: list[SecretSpan] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not found or span.end > found[-1].end:
            found.append(span)
    return found


class ChunkMask:
    """Masks known secrets in the chunks of one side, also those that a chunk's end cuts in two."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._tail = b""

    def spans(self, chunk: bytes) -> list[SecretSpan]:
        """Where known secrets, or pieces of them, stand in this chunk. Call it once for each chunk, in order."""
        if not self._secrets:
            return []
        before = len(self._tail)
        joined = self._tail + chunk
        spans = [
            SecretSpan(max(0, start - before), end - before, label)
            for start, end, label in self._secrets.scan(joined)
            if end > before
        ]
        piece = self._secrets.piece_at_end(joined)
        if piece:
            spans.append(SecretSpan(max(0, len(chunk) - piece), len(chunk), "secret"))
        self._tail = joined[-self._secrets.longest :]
        return spans


def relative(spans: Sequence[SecretSpan], offset: int, length: int) -> list[SecretSpan]:
    """The parts of spans (stream offsets) that lie in ``length`` octets at ``offset``, counted from there."""
    return [
        SecretSpan(max(0, start - offset), min(length, end - offset), label)
        for start, end, label in spans
        if start < offset + length and (end > offset or start == end == offset)
    ]


class Marks:
    """Where the stream of this side is secret because of the protocol's state, as an engine finds out while it is sent.

    Offsets are those of the stream. Only the latest marks are kept: octets are shown when they are sent, or never.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._spans: list[SecretSpan] = []

    def begin(self) -> None:
        """More octets are about to be read: those before the last few marks have been shown."""
        del self._spans[:-_MOST_MARKS]

    def add(self, spans: Iterable[SecretSpan], offset: int = 0) -> None:
        """Mark spans that are counted from the stream's ``offset``."""
        self._spans += [SecretSpan(start + offset, end + offset, label) for start, end, label in spans]

    def line(self, line: Line, spans: Sequence[SecretSpan]) -> Line:
        """Mark these spans of a line; the line that knows of them, and of the known secrets in it."""
        self.add(spans, line.offset)
        known = self._secrets.scan(line.octets)
        return replace(line, secret=(*spans, *known)) if spans or known else line

    def part(self, part: Piece, label: str | None) -> Piece:
        """Mark a whole piece with this label (None: it is not secret); the piece that knows of it."""
        if label is None:
            return part
        self.add([SecretSpan(0, len(part.octets), label)], part.offset)
        return replace(part, secret=label)

    def spans(self, octets: bytes, offset: int) -> list[SecretSpan]:
        """The marks in octets that were sent at ``offset``, counted from their start."""
        return relative(self._spans, offset, len(octets))
