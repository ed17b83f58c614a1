"""Address lists of a header (RFC 5322 section 3.4), as ENVELOPE has them. Pure, and never raises.

Only what is beyond doubt is read: for a list that strays from the grammar, or that servers are known to read in
different ways, there is no expectation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailshell.protocol.imap.data import Address

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+)
    | (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<literal>\[[^\[\]\\]*\])
    | (?P<special>[<>@,;:.])
    | (?P<atom>[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")


@dataclass(frozen=True, slots=True)
class Expected:
    """``addresses``: as the header has them. ``names``: whether the display names are beyond doubt as well."""

    addresses: tuple[Address, ...]
    names: bool = True


def read_addresses(value: bytes) -> Expected | None:
    """The addresses of an unfolded field; None if they are in doubt.

    A name is as it stands between the words of the phrase, quotes and backslashes removed. A group is its beginning
    (a mailbox without a host), its members and its end (RFC 9051 section 7.5.2).
    """
    if not value.isascii() or re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value):
        return None
    text = value.decode("ascii")
    bare = _without_comments(text)
    tokens = _tokens(bare)
    if tokens is None:
        return None
    reader = _Reader(tokens)
    addresses = reader.read()
    return None if addresses is None else Expected(tuple(addresses), names=bare == text)


def _without_comments(text: str) -> str:
    """The text without comments; one within quotes stays."""
    pieces = re.split(r'("(?:[^"\\]|\\.)*")', text)
    return "".join(piece if at % 2 else _COMMENT.sub(" ", piece) for at, piece in enumerate(pieces))


def _tokens(text: str) -> list[tuple[str, str]] | None:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        if match.lastgroup != "space":
            found.append((str(match.lastgroup), match[0]))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def read(self) -> list[Address] | None:
        found: list[Address] = []
        while self._at < len(self._tokens):
            more = self._group() or self._mailbox()
            if more is None:
                return None
            found += more
            if self._at < len(self._tokens) and not self._take(","):
                return None
        return found

    def _take(self, special: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == ("special", special):
            self._at += 1
            return True
        return False

    def _words(self) -> str | None:
        """A phrase, or nothing; dots may stand in it (section 4.1)."""
        words: list[str] = []
        while self._at < len(self._tokens):
            kind, octets = self._tokens[self._at]
            if kind == "quoted":
                words.append(re.sub(r"\\(.)", r"\1", octets[1:-1]))
            elif kind == "atom" or (octets == "." and words):
                words.append(octets)
            else:
                break
            self._at += 1
        return " ".join(words) or None

    def _group(self) -> list[Address] | None:
        begin = self._at
        name = self._words()
        if name is None or not self._take(":"):
            self._at = begin
            return None
        found = [Address(None, None, name, None)]
        while not self._take(";"):
            more = self._mailbox()
            if more is None:
                return None
            found += more
            self._take(",")
        return [*found, Address(None, None, None, None)]

    def _mailbox(self) -> list[Address] | None:
        begin = self._at
        name = self._words()
        if self._take("<"):
            address = self._address(name)
            return address if address is not None and self._take(">") else None
        self._at = begin
        return self._address(None)

    def _address(self, name: str | None) -> list[Address] | None:
        """``local@domain``; routes are left in doubt."""
        local = self._dotted(("atom", "quoted"))
        if local is None or not self._take("@"):
            return None
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "literal":
            host: str | None = self._tokens[self._at][1]
            self._at += 1
        else:
            host = self._dotted(("atom",))
        return None if host is None else [Address(name, None, local, host)]

    def _dotted(self, kinds: tuple[str, ...]) -> str | None:
        words: list[str] = []
        while self._at < len(self._tokens) and self._tokens[self._at][0] in kinds:
            kind, octets = self._tokens[self._at]
            words.append(re.sub(r"\\(.)", r"\1", octets[1:-1]) if kind == "quoted" else octets)
            self._at += 1
            if not self._take("."):
                return ".".join(words)
        return None
