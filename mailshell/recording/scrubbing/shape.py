"""The shape of octets: letters become x or X, digits 9, and what is neither stays; no length changes.

Octets above 127 become others of the same role in UTF-8, so that what is UTF-8 stays so, and what is not, not.
"""

from __future__ import annotations

import base64
import binascii
import re


def _shaped(octet: int) -> int:
    if 0x30 <= octet <= 0x39:
        return 0x39
    if 0x41 <= octet <= 0x5A:
        return 0x58
    if 0x61 <= octet <= 0x7A:
        return 0x78
    if octet < 0x80:
        return octet
    if octet < 0xC0:
        return 0xA9
    if 0xC2 <= octet < 0xE0:
        return 0xC3
    if 0xE0 <= octet < 0xF0:
        return 0xE2
    return 0xF0 if 0xF0 <= octet < 0xF5 else 0xFF


_TABLE = bytes(map(_shaped, range(256)))
#: An encoded word (RFC 2047 section 2).
ENCODED_WORD = re.compile(rb"(=\?[^?\s]{1,40}\?)([BbQq])(\?)([^?\s]*)(\?=)")
CHARSET = re.compile(
    rb"(?:utf-?(?:7|8|16)|us-ascii|iso-8859-\d{1,2}|windows-\d{3,4}|koi8-[ru]|gbk|gb2312|gb18030|big5|euc-(?:jp|kr)"
    rb"|shift_jis|iso-2022-(?:jp|kr))\Z",
    re.IGNORECASE,
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{6,}={0,2}\Z")
_FLAT = bytes(octet if octet == 0x3D else 0x78 for octet in range(256))
_QUOTED_OCTET = re.compile(rb"=([0-9A-Fa-f]{2})")
#: What a quoted octet may go on standing for: it tells nothing (a space, tab, dot, equals sign, underscore, mark).
_HARMLESS = frozenset(b"\t\n\r .=?_")


def shape(octets: bytes) -> bytes:
    """The shape of octets. Each octet by itself, so that it does not matter how they are cut."""
    return octets.translate(_TABLE)


def shape_quoted(octets: bytes) -> bytes:
    """The same for quoted-printable (RFC 2045 section 6.7): ``=C3=A9`` stays two octets of UTF-8."""
    if b"=" not in octets:
        return octets.translate(_TABLE)
    pieces = []
    at = 0
    for match in _QUOTED_OCTET.finditer(octets):
        pieces += [octets[at : match.start()].translate(_TABLE), _shape_quoted_octet(match)]
        at = match.end()
    return b"".join([*pieces, octets[at:].translate(_TABLE)])


def shape_line(line: bytes) -> bytes:
    """A line of a body. One of base64 is all x: from capitals and digits what is encoded could be guessed."""
    text = line.rstrip(b"\r\n")
    if len(text) % 4 == 0 and _BASE64.match(text):
        return text.translate(_FLAT) + line[len(text) :]
    return shape_quoted(line)


def shape_words(octets: bytes) -> bytes:
    """The same for text with encoded words: they stay ones that can be decoded, to the shape of what they held."""
    pieces = []
    at = 0
    for match in ENCODED_WORD.finditer(octets):
        pieces += [octets[at : match.start()].translate(_TABLE), shape_encoded_word(match)]
        at = match.end()
    return b"".join([*pieces, octets[at:].translate(_TABLE)])


def shape_encoded_word(match: re.Match[bytes]) -> bytes:
    """An encoded word of the same length, with its charset and encoding as they were."""
    begin, encoding, mark, text, end = match.groups()
    if not CHARSET.match(begin[2:-1].partition(b"*")[0]):
        begin = shape(begin)
    if encoding in b"Qq":
        shaped = shape_quoted(text)
    else:
        try:
            shaped = base64.b64encode(shape(base64.b64decode(text, validate=True)))
        except (binascii.Error, ValueError):
            shaped = shape(text)
    return bytes(begin + encoding + mark + shaped + end) if len(shaped) == len(text) else shape(match[0])


def _shape_quoted_octet(match: re.Match[bytes]) -> bytes:
    octet = int(match[1], 16)
    shaped = octet if octet in _HARMLESS else _TABLE[octet] if octet >= 0x80 or _TABLE[octet] != octet else 0x3F
    form = b"=%02X" if match[1] == match[1].upper() else b"=%02x"
    return form % shaped
