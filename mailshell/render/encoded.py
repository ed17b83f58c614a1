"""Text in header fields that is not ASCII: encoded words (RFC 2047) and parameters (RFC 2231). Never raises.

Written here rather than taken from the ``email`` package, which takes long to import and raises for some of what
arrives in real mail.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from encodings.aliases import aliases

from mailshell.protocol.imap.values import text_of

_TOKEN = r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+"
_WORD = re.compile(rf"=\?({_TOKEN})\?([BbQq])\?([^?\r\n]*)\?=")
_ESCAPED = re.compile(rb"[=%]([0-9A-Fa-f]{2})")
_CHARSETS = frozenset(aliases) | frozenset(aliases.values()) | {"koi8_u", "koi8_t", "cp874", "utf_8_sig"}
_CONTINUED = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?\Z", re.DOTALL)


def decode_charset(octets: bytes, charset: str) -> str | None:
    """The text that the octets are in a charset; None if it is unknown or the octets are not in it."""
    name = charset.lower().replace("-", "_").replace(".", "_")
    if name.startswith("windows_") and f"cp{name[8:]}" in _CHARSETS:
        name = f"cp{name[8:]}"
    if name not in _CHARSETS:
        return None
    try:
        return octets.decode(name)
    except (LookupError, ValueError):
        return None


def decode_words(text: str) -> str:
    """The text with its encoded words decoded; one that can't be stays as it is.

    White space between two encoded words goes (RFC 2047 section 6.2). Neighbours in one charset are decoded together:
    section 5 forbids cutting a character in two, and many senders do.
    """
    if "=?" not in text:
        return text
    result: list[str] = []
    run: list[re.Match[str]] = []
    at = 0
    for match in _WORD.finditer(text):
        between = text[at : match.start()]
        joined = bool(run) and not between.strip(" \t\r\n")
        if run and not (joined and _charset(run[-1]) == _charset(match)):
            result.append(_decode_run(run))
            run = []
        if not joined:
            result.append(between)
        run.append(match)
        at = match.end()
    if run:
        result.append(_decode_run(run))
    result.append(text[at:])
    return "".join(result)


def _charset(word: re.Match[str]) -> str:
    """The charset, without the language that RFC 2231 section 5 adds."""
    return word[1].partition("*")[0].lower()


def _decode_run(run: list[re.Match[str]]) -> str:
    pieces = [_octets(word) for word in run]
    if all(piece is not None for piece in pieces):
        text = decode_charset(b"".join(piece for piece in pieces if piece is not None), _charset(run[0]))
        if text is not None:
            return text
    if len(run) == 1:
        return run[0][0]
    singles = [_decode_run([word]) for word in run]
    return " ".join(singles) if singles == [word[0] for word in run] else "".join(singles)


def _octets(word: re.Match[str]) -> bytes | None:
    """What an encoded word encodes (RFC 2047 section 4)."""
    encoded = word[3].encode("utf-8", "surrogatepass")
    if word[2] in "Qq":
        return _unescape(encoded.replace(b"_", b" "), b"=")
    encoded = encoded.rstrip(b"=")
    try:
        return binascii.a2b_base64(encoded + b"=" * (-len(encoded) % 4), strict_mode=True)
    except binascii.Error:
        return None


def _unescape(octets: bytes, mark: bytes) -> bytes:
    return _ESCAPED.sub(lambda m: bytes((int(m[1], 16),)) if m[0].startswith(mark) else m[0], octets)


def decode_parameter(parameters: Iterable[tuple[str, str]], name: str) -> str | None:
    """The value of a MIME parameter, put together from its pieces and decoded (RFC 2231 sections 3 and 4).

    Encoded words, which RFC 2047 section 5 forbids here and mail is full of, are decoded too.
    """
    pieces: dict[int, tuple[str, bool]] = {}
    plain: str | None = None
    for key, value in parameters:
        match = _CONTINUED.match(key)
        if match is None or match[1].lower() != name:
            continue
        if match[2] is None and match[3] is None:
            plain = value if plain is None else plain
        else:
            pieces.setdefault(int(match[2] or 0), (value, match[3] is not None))
    if not pieces:
        return None if plain is None else decode_words(plain)
    charset, octets, number = "", b"", min(pieces)
    while number in pieces:
        value, extended = pieces[number]
        if extended and not octets and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        raw = value.encode("utf-8", "surrogatepass")
        octets += _unescape(raw, b"%") if extended else raw
        number += 1
    text = decode_charset(octets, charset or "utf-8")
    return text_of(octets) if text is None else text
