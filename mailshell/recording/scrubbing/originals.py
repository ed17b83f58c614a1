"""What must not be found in the copy, and the look for it."""

from __future__ import annotations

import re

from mailshell.recording.scrubbing.pseudonyms import LEAST, Pseudonyms
from mailshell.recording.scrubbing.words import STRUCTURAL, WELL_KNOWN

#: Words of contents of 8 letters or more are looked for; no more of them than this are kept.
MOST_OF_CONTENTS = 200_000
_CONTENTS = re.compile(rb"[A-Za-z]{8,200}")
_WORD = re.compile(rb"[A-Za-z0-9\x80-\xff]{4,}")
_SHAPE = re.compile(rb"[Xx9\xa9\xc3\xe2\xf0\xff]+\Z")
_LONGEST_WORD = 4096
_MOST_SEEN = 100_000


class Originals:
    """Names of 4 octets or more that hold a letter, and words of contents of 8 letters or more.

    Words that stay everywhere (those of the protocols) are none of them, and neither is what is its own shape.
    """

    def __init__(self) -> None:
        self.contents: set[bytes] = set()
        self._names: list[bytes] = []
        self._seen: set[bytes] = set()
        self._rest: dict[str, bytes] = {}
        #: The place of what was found: empty, or one word for a sentence.
        self.found = ""

    def learn_contents(self, octets: bytes) -> None:
        """Remember the words of a piece of contents."""
        if len(self.contents) < MOST_OF_CONTENTS:
            self.contents.update(
                word
                for word in map(bytes.lower, _CONTENTS.findall(octets))
                if word not in STRUCTURAL and set(word) != {120}
            )

    def take_names(self, pseudonyms: Pseudonyms) -> None:
        """All names are known."""
        self._names = [
            word
            for word in pseudonyms.words
            if len(word) >= LEAST
            and not word.isdigit()
            and word not in STRUCTURAL
            and word not in WELL_KNOWN
            and not _SHAPE.match(word)
        ]

    def look(self, stream: str, octets: bytes, *, last: bool = False) -> None:
        """Look into the next octets of a stream (a name for it) of the copy."""
        data = self._rest.get(stream, b"") + octets
        at = 0
        for match in _WORD.finditer(data):
            if match.end() == len(data) and not last and len(match[0]) < _LONGEST_WORD:
                self._rest[stream] = match[0]
                return
            at = match.end()
            self._word(match[0].lower())
        tail = data[at:]
        short = re.search(rb"[A-Za-z0-9\x80-\xff]{1,3}\Z", tail)
        self._rest[stream] = short[0] if short and not last else b""

    def _word(self, word: bytes) -> None:
        if word in self._seen or word in STRUCTURAL or word in WELL_KNOWN or _SHAPE.match(word):
            return
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen.add(word)
        if any(name in word for name in self._names):
            self.found = "a name"
        elif any(run in self.contents for run in _CONTENTS.findall(word)):
            self.found = "a word of a message"
