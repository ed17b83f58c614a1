"""A POP3 maildrop: the messages, and the lock that a session holds on them (RFC 1939, sections 3 and 4)."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

_BARE_LF = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, slots=True)
class Stored:
    """A message of the maildrop. Its lines end in CRLF, the last one too, or its size were not what RETR sends."""

    octets: bytes
    uid: str

    @classmethod
    def of(cls, octets: bytes, uid: str | None = None) -> Stored:
        """The message with its unique-id, the same in every session (RFC 1939, section 7, UIDL); if none, a hash."""
        octets = _BARE_LF.sub(b"\r\n", octets)
        if not octets.endswith(b"\r\n"):
            octets += b"\r\n"
        return cls(octets, uid or hashlib.sha256(octets).hexdigest()[:24])

    @property
    def size(self) -> int:
        """How many octets RETR sends, not counting the stuffed dots and the line that ends the reply."""
        return len(self.octets)

    @property
    def has_utf8_header(self) -> bool:
        """Whether the header holds more than ASCII, so that it takes UTF-8 mode to read it (RFC 6856)."""
        return not self.octets.partition(b"\r\n\r\n")[0].isascii()


class Maildrop(ABC):
    """The messages of one account, for one session at a time. Where they are kept is up to the subclass."""

    def __init__(self) -> None:
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

    @abstractmethod
    async def load(self) -> Sequence[Stored]:
        """The messages as they stand; a session numbers them from 1 and keeps to that."""

    @abstractmethod
    async def remove(self, messages: Collection[Stored]) -> int:
        """Remove messages that ``load`` has returned; returns how many of them were still there."""


class ListMaildrop(Maildrop):
    """A maildrop that is nothing but a list of messages."""

    def __init__(self, messages: Iterable[bytes]) -> None:
        super().__init__()
        self._messages = [Stored.of(octets) for octets in messages]

    async def load(self) -> Sequence[Stored]:
        """The messages."""
        return tuple(self._messages)

    async def remove(self, messages: Collection[Stored]) -> int:
        """Remove these very messages, not others that equal them."""
        gone = {id(message) for message in messages}
        before = len(self._messages)
        self._messages = [message for message in self._messages if id(message) not in gone]
        return before - len(self._messages)
