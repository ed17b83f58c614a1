"""A POP3 maildrop: the messages, and the lock that a session holds on them (RFC 1939, sections 3 and 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    """A message of the maildrop. Its octets end in CRLF, or its size could not be what RETR sends."""

    octets: bytes
    uid: str

    @classmethod
    def of(cls, octets: bytes) -> Stored:
        """The message with its unique-id, which is the same in every session (RFC 1939, section 7, UIDL)."""
        if not octets.endswith(b"\r\n"):
            octets += b"\r\n"
        return cls(octets, hashlib.sha256(octets).hexdigest()[:24])

    @property
    def size(self) -> int:
        """How many octets RETR sends, not counting the stuffed dots and the line that ends the reply."""
        return len(self.octets)

    @property
    def has_utf8_header(self) -> bool:
        """Whether the header holds more than ASCII, so that it takes UTF-8 mode to read it (RFC 6856)."""
        return not self.octets.partition(b"\r\n\r\n")[0].isascii()


class Maildrop:
    """The messages of one account, in one server, for one session at a time."""

    def __init__(self, messages: Iterable[bytes]) -> None:
        self._messages = [Stored.of(octets) for octets in messages]
        self._locked = False

    def lock(self) -> bool:
        """Take the exclusive lock; False if another session has it."""
        if self._locked:
            return False
        self._locked = True
        return True

    def unlock(self) -> None:
        """Give the lock back."""
        self._locked = False

    def snapshot(self) -> tuple[Stored, ...]:
        """The messages as they stand; a session numbers them from 1 and keeps to that."""
        return tuple(self._messages)

    def remove(self, indices: Collection[int]) -> None:
        """Remove the messages at these indices, counted from 0."""
        self._messages = [one for index, one in enumerate(self._messages) if index not in indices]
