"""Octets in a recording: as text where they are text, with secrets replaced by masks; and back.

- ``u8``: the octets are UTF-8, and this is their text. ``l1``: they are not, and each character is one octet.
  ``b64``: they are opaque (neither text nor nearly so), in base64.
- ``m``: the places in the text, ``[start, end]`` in characters, where a mask stands and not octets; within a literal
  ``[start, end, size]`` with the octets that it covers.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quote

#: The masks of one event cover so many octets of literals at the most.
MOST_COVERED = 1 << 20

#: Octets that JSON has as they are, and those for which it has short escapes.
_PLAIN = bytes(octet for octet in range(0x20, 0x7F) if octet not in b'\\"')
_ESCAPED = b'\\"\t\r\n'


class UnreadableRecording(Exception):
    """What a recording holds can't be understood; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Where a secret stood: its name, such as ``password#1``.

    ``size``: within a literal whose announced size counts it, the octets that it covers; None anywhere else.
    """

    name: str
    size: int | None = None

    def __str__(self) -> str:
        return f"⟦{self.name}⟧"


Piece = bytes | Mask


def split(octets: bytes, masks: Iterable[tuple[int, int, Mask]]) -> list[Piece]:
    """The octets with each run of secret ones, given by start and end in order, as one mask."""
    pieces: list[Piece] = []
    at = 0
    for start, end, mask in masks:
        if end <= at and end > start:
            continue
        if start > at:
            pieces.append(octets[at:start])
        if start >= at:
            pieces.append(mask)
        # What overlaps a span goes under the mask that is there already.
        at = max(at, end)
    if at < len(octets):
        pieces.append(octets[at:])
    return pieces


def to_json(octets: bytes) -> Sequence[bytes]:
    """Octets without secrets, as members of a JSON object in pieces: ``"u8":"a1 NOOP\\r\\n"``."""
    # What is left once all that stands for itself in JSON is taken away: of ordinary text two octets a line.
    rest = octets.translate(None, _PLAIN)
    if not rest.translate(None, _ESCAPED):
        return (b'"u8":"', _escape(octets, rest), b'"')
    try:
        return (b'"u8":', quote(octets.decode("utf-8")).encode("utf-8"))
    except UnicodeDecodeError:
        if _is_opaque(octets):
            return (b'"b64":"', base64.b64encode(octets), b'"')
        return (b'"l1":', quote(octets.decode("latin-1")).encode("utf-8"))


def _escape(octets: bytes, special: bytes) -> bytes:
    """Text as JSON escapes it; ``special`` is what in it needs that. The encoder of ``json`` takes twice as long."""
    for plain, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\t", b"\\t")):
        if plain in special:
            octets = octets.replace(plain, escaped)
    if b"\r\n" in special:
        octets = b"\\r\\n".join(octets.split(b"\r\n"))
    if special.replace(b"\r\n", b"").translate(None, b'\\"\t'):
        octets = octets.replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return octets


def pieces_to_json(pieces: Sequence[Piece]) -> Sequence[bytes]:
    """Pieces and masks, as members of a JSON object in pieces."""
    if not any(isinstance(piece, Mask) for piece in pieces):
        return to_json(b"".join(piece for piece in pieces if isinstance(piece, bytes)))
    try:
        for piece in pieces:
            if isinstance(piece, bytes):
                piece.decode("utf-8")
        form, charset = "u8", "utf-8"
    except UnicodeDecodeError:
        form, charset = "l1", "latin-1"
    text, places = "", []
    for piece in pieces:
        if isinstance(piece, Mask):
            size = "" if piece.size is None else f",{piece.size}"
            places.append(f"[{len(text)},{len(text) + len(str(piece))}{size}]")
            text += str(piece)
        else:
            text += piece.decode(charset)
    return (f'"{form}":{quote(text)},"m":[{",".join(places)}]'.encode(),)


def from_json(fields: Mapping[str, object]) -> list[Piece]:
    """The pieces that an event holds. UnreadableRecording if that is none of the forms above."""
    try:
        if isinstance(text := fields.get("u8"), str):
            return _pieces(text, fields.get("m"), "utf-8")
        if isinstance(text := fields.get("l1"), str):
            return _pieces(text, fields.get("m"), "latin-1")
        if isinstance(text := fields.get("b64"), str):
            return [base64.b64decode(text, validate=True)]
    except (UnicodeEncodeError, binascii.Error, ValueError, TypeError) as error:
        raise UnreadableRecording(f"its octets can't be read: {error}") from None
    raise UnreadableRecording("it has no octets")


def _pieces(text: str, places: object, charset: str) -> list[Piece]:
    pieces: list[Piece] = []
    at = covered = 0
    for start, end, *more in places if isinstance(places, list) else []:
        if not (isinstance(start, int) and isinstance(end, int) and at <= start < end <= len(text)):
            raise ValueError("a mask stands outside the text")
        if start > at:
            pieces.append(text[at:start].encode(charset))
        size = _size(more)
        covered += size or 0
        if covered > MOST_COVERED:
            raise ValueError(f"its masks cover more than {MOST_COVERED:,} octets")
        pieces.append(Mask(text[start:end].strip("⟦⟧"), size))
        at = end
    if at < len(text) or not pieces:
        pieces.append(text[at:].encode(charset))
    return pieces


def _size(members: Sequence[object]) -> int | None:
    if not members:
        return None
    (size,) = members
    if not isinstance(size, int) or size < 0:
        raise ValueError("a mask covers a number of octets")
    return size


def _is_opaque(octets: bytes) -> bool:
    """Whether more than a third of the octets is not text: compressed, encrypted or the like."""
    return len(octets.translate(None, _PLAIN + _ESCAPED)) * 3 > len(octets)
