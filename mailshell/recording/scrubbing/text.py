"""How each kind of text is scrubbed. No function changes a length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from mailshell.recording.scrubbing.originals import Originals
from mailshell.recording.scrubbing.pseudonyms import LEAST, Pseudonyms
from mailshell.recording.scrubbing.shape import CHARSET, ENCODED_WORD, shape, shape_encoded_word, shape_words
from mailshell.recording.scrubbing.words import stays

_PIECES = re.compile(ENCODED_WORD.pattern.replace(b"(", b"(?:") + rb"|[A-Za-z0-9\x80-\xff]+")
_COUNTED = re.compile(rb"[A-Za-z.]{0,8}\d{1,12}\Z")
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rb'"?[ 0-3]?\d-[A-Za-z]{3}-\d{4}(?: \d\d:\d\d:\d\d [+-]\d{4})?"?\Z',
        rb"[ \t]*(?:[A-Za-z]{3},? +)?\d{1,2} +[A-Za-z]{3} +\d{2,4} +\d\d:\d\d(?::\d\d)?(?: +(?:[+-]\d{4}|[A-Z]{1,4}))?"
        rb"(?: +\([A-Z]{1,5}\))?[ \t]*\Z",
    )
)


class Scrub:
    """What a copy is made with: the pseudonyms, the originals, and the count of what was changed, by kind (octets)."""

    def __init__(self) -> None:
        self.pseudonyms = Pseudonyms()
        self.originals = Originals()
        self.changed: Counter[str] = Counter()

    def name(self, octets: bytes) -> bytes:
        """A name of a user, host, mailbox, or an address or identifier made of such."""
        return self._count("names", octets, self.pseudonyms.name(octets))

    def contents(self, octets: bytes) -> bytes:
        """What a person wrote: its shape."""
        if self.pseudonyms.collect:
            self.originals.learn_contents(octets)
        return self._count("contents", octets, shape(octets))

    def subject(self, octets: bytes) -> bytes:
        """The same with encoded words."""
        if self.pseudonyms.collect:
            self.originals.learn_contents(octets)
        return self._count("contents", octets, shape_words(octets))

    def free(self, octets: bytes) -> bytes:
        """Text in which protocol words stay, known names become their pseudonyms, and the rest its shape."""
        return self._count("text", octets, _PIECES.sub(self._piece, octets))

    def words(self, octets: bytes) -> bytes:
        """A word of MIME or a charset stays; anything else is as in ``free``."""
        return octets if CHARSET.match(octets) else self.free(octets)

    def tag(self, octets: bytes) -> bytes:
        """A tag: one that a program has counted, or a short one, stays; any other may be somebody's name."""
        return octets if _COUNTED.match(octets) or len(octets) < LEAST else self.name(octets)

    def date(self, octets: bytes) -> bytes:
        """A date stays; what is none becomes its shape."""
        return octets if any(date.match(octets) for date in _DATES) else self.contents(octets)

    def _piece(self, match: re.Match[bytes]) -> bytes:
        piece = match[0]
        if piece.startswith(b"=?") and (encoded := ENCODED_WORD.fullmatch(piece)):
            return shape_encoded_word(encoded)
        if stays(piece):
            return piece
        return self.pseudonyms.known(piece) or shape(piece)

    def _count(self, kind: str, octets: bytes, scrubbed: bytes) -> bytes:
        if not self.pseudonyms.collect and octets != scrubbed:
            self.changed[kind] += 1
        return scrubbed


Change = Callable[[bytes], bytes]
