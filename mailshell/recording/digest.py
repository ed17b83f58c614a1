"""A hash over what is written, reckoned beside the writing: large pieces are taken in by a thread of their own."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

#: Hashing gives other threads way for pieces from about this size on (octets); smaller ones are not worth a thread.
_LARGE = 1 << 15
#: So many pieces may wait to be taken in.
_WAITING = 32


class Digest:
    """SHA-256 of all pieces in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[None]] = deque()

    def update(self, pieces: tuple[bytes, ...]) -> None:
        """Take in more."""
        while self._waiting and (self._waiting[0].done() or len(self._waiting) >= _WAITING):
            self._waiting.popleft().result()
        if not self._waiting and sum(map(len, pieces)) < _LARGE:
            self._take(pieces)
            return
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "recording hash")
        self._waiting.append(self._thread.submit(self._take, pieces))

    def hexdigest(self) -> str:
        """The hash so far, in hexadecimal."""
        while self._waiting:
            self._waiting.popleft().result()
        return self._hash.hexdigest()

    def close(self) -> None:
        """No more comes."""
        if self._thread is not None:
            self._thread.shutdown()

    def _take(self, pieces: tuple[bytes, ...]) -> None:
        for piece in pieces:
            self._hash.update(piece)
