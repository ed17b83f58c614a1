"""What several checkers ask of a command and of a multi-line reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mailshell.protocol.events import BodyPart
from mailshell.protocol.exchange import Exchange

#: A secret that a recording masks; how long it was is not known.
_MASK = re.compile("⟦[^⟦⟧]{1,60}⟧".encode())
_MASK_BEGINS = "⟦".encode()

#: The commands that log in, by which a server may end the session (RFC 1939 section 4).
LOGIN = frozenset({"USER", "PASS", "APOP", "AUTH", "RPOP"})


def arguments(exchange: Exchange) -> list[str]:
    """The words behind the name of a command; secrets are masked in them."""
    return exchange.words.split()[1:]


def number_of(exchange: Exchange, at: int = 0) -> int | None:
    """The message number (or the number of lines) that stands as this argument; None if none does."""
    numbers = _numbers(exchange.words)
    return numbers[at] if at < len(numbers) else None


@lru_cache(maxsize=16)
def _numbers(words: str) -> tuple[int | None, ...]:
    """Several checkers ask this of one command."""
    return tuple(
        int(word) if word.isascii() and word.isdigit() and len(word) < 12 else None for word in words.split()[1:3]
    )


def masked(octets: bytes) -> bool:
    """Whether a recording masks something in these octets, so that sizes and forms tell nothing."""
    # The first octet alone is looked for first: that is a hundred times as fast.
    return _MASK_BEGINS[:1] in octets and _MASK_BEGINS in octets


def without_masks(octets: bytes) -> bytes:
    """The octets with something harmless of the same size for each mask."""
    return _MASK.sub(lambda match: b"." * len(match[0]), octets) if masked(octets) else octets


class Lines:
    """Cuts the body of a multi-line reply into lines, each cut to ``most`` octets. LF ends one, whatever is before."""

    def __init__(self, most: int = 1024) -> None:
        self._most = most
        self._line = bytearray()
        self._offset = 0

    def clear(self) -> None:
        """A reply begins."""
        self._line.clear()

    def feed(self, part: BodyPart) -> Iterator[tuple[bytes, int]]:
        """The lines that end in this piece, with line end and stuffed dot, and the offset at which each begins."""
        octets, at = part.octets, 0
        while at < len(octets):
            end = octets.find(b"\n", at) + 1
            if end and not self._line:
                yield octets[at : min(end, at + self._most)], part.offset + at
                at = end
                continue
            if not self._line:
                self._offset = part.offset + at
            self._line += octets[at : min(end or len(octets), at + self._most - len(self._line))]
            if not end:
                return
            line = bytes(self._line)
            self._line.clear()
            yield line, self._offset
            at = end
