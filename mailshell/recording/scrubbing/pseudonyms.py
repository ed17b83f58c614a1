"""Stable pseudonyms of the same length: the same word of a name gets the same one within a file.

A name is taken apart into words of letters and digits; what stands between them (dots, ``@``, delimiters of the
hierarchy) stays. So ``ana`` is the same in ``ana@example.org`` and in ``user/ana/Sent``, whatever its case.

A pseudonym follows from the order in which words are met and not from the word, so that it can't be found out by
trying. The words are collected first; a pseudonym never holds one of them.
"""

from __future__ import annotations

import base64
import binascii
import re
from random import Random

from mailshell.recording.scrubbing.shape import ENCODED_WORD, shape, shape_encoded_word
from mailshell.recording.scrubbing.words import STRUCTURAL, WELL_KNOWN

#: No more words than this; those beyond it get their shape.
MOST = 50_000
#: A word shorter than this is not looked for in the copy (octets).
LEAST = 4
_TRIES = 200
_PIECES = re.compile(ENCODED_WORD.pattern.replace(b"(", b"(?:") + rb"|&[A-Za-z0-9+,]+-|[A-Za-z0-9\x80-\xff]+")
_CONSONANTS, _VOWELS = b"bdfgklmnprstvz", b"aeiou"


class Pseudonyms:
    """First ``collect`` is true and words are learnt; after ``assign`` they have pseudonyms."""

    def __init__(self) -> None:
        self.collect = True
        #: The words of names, in lower case.
        self.words: dict[bytes, bytes] = {}
        self._shifted: dict[bytes, bytes] = {}
        #: How many words were replaced while copying.
        self.replaced = 0

    def name(self, octets: bytes) -> bytes:
        """A name with each of its words replaced."""
        return _PIECES.sub(self._piece, octets)

    def known(self, word: bytes) -> bytes | None:
        """The pseudonym of a word that is part of a name somewhere; None if it is none."""
        found = self.words.get(word.lower())
        return None if found is None or self.collect else _in_case(found, word)

    def assign(self, others: frozenset[bytes]) -> None:
        """All words are collected. ``others``: words in lower case that must not be in a pseudonym either."""
        self.collect = False
        taken: set[bytes] = set()
        for number, word in enumerate(self.words):
            self.words[word] = self._invent(word, Random(number), taken, others)
            taken.add(self.words[word])
        for number, word in enumerate(self._shifted):
            self._shifted[word] = _invent_shifted(word, Random(number))

    def _piece(self, match: re.Match[bytes]) -> bytes:
        piece = match[0]
        if piece.startswith(b"=?") and (encoded := ENCODED_WORD.fullmatch(piece)):
            return shape_encoded_word(encoded)
        if piece[:1] == b"&":
            return self._shift(piece)
        key = piece.lower()
        if key in WELL_KNOWN:
            return piece
        if self.collect:
            if len(self.words) < MOST:
                self.words.setdefault(key, b"")
            return piece
        found = self.words.get(key)
        if found is None:
            return shape(piece)
        self.replaced += 1
        return _in_case(found, piece)

    def _shift(self, piece: bytes) -> bytes:
        """Modified UTF-7 (RFC 3501 section 5.1.3): ``&AOQ-`` stands for characters beyond ASCII."""
        if self.collect:
            if len(self._shifted) < MOST:
                self._shifted.setdefault(piece, b"")
            return piece
        self.replaced += 1
        return self._shifted.get(piece) or shape(piece)

    def _invent(self, word: bytes, random: Random, taken: set[bytes], others: frozenset[bytes]) -> bytes:
        candidate = shape(word)
        for _ in range(_TRIES):
            candidate = _candidate(word, random)
            if candidate not in taken and candidate != word and not self._holds_word(candidate, others):
                return candidate
        return shape(word) if self._holds_word(candidate, others) else candidate

    def _holds_word(self, candidate: bytes, others: frozenset[bytes]) -> bool:
        length = min(len(candidate), 64)
        return any(
            (part := candidate[start:end]) in self.words or part in others or part in STRUCTURAL
            for start in range(length)
            for end in range(start + LEAST, length + 1)
        )


def _candidate(word: bytes, random: Random) -> bytes:
    made = bytearray()
    vowel = random.random() < 0.3
    for octet in word:
        if 0x30 <= octet <= 0x39:
            made.append(random.choice(b"0123456789"))
        elif octet < 0x80:
            made.append(random.choice(_VOWELS if vowel else _CONSONANTS))
            vowel = not vowel
        elif octet < 0xC0:
            made.append(random.randrange(0xA0, 0xC0))
        else:
            made.append(shape(bytes([octet]))[0])
    return bytes(made)


def _in_case(pseudonym: bytes, word: bytes) -> bytes:
    """The pseudonym with capitals where the word has them."""
    if word.islower():
        return pseudonym
    return bytes(
        new - 32 if 0x41 <= old <= 0x5A and 0x61 <= new <= 0x7A else new
        for new, old in zip(pseudonym, word, strict=True)
    )


def _invent_shifted(piece: bytes, random: Random) -> bytes:
    inside = piece[1:-1].replace(b",", b"/")
    try:
        units = len(base64.b64decode(inside + b"=" * (-len(inside) % 4), validate=True))
    except (binascii.Error, ValueError):
        return shape(piece)
    if units % 2:
        return shape(piece)
    text = "".join(chr(random.randrange(0xDF, 0xF7)) for _ in range(units // 2))
    made = b"&" + base64.b64encode(text.encode("utf-16-be")).rstrip(b"=").replace(b"/", b",") + b"-"
    return made if len(made) == len(piece) else shape(piece)
