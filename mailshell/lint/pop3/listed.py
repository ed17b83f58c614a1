"""The messages of a session, as UIDL, LIST and their headers have told of them."""

from __future__ import annotations

from collections.abc import Container, Mapping

from mailshell.lint.pop3.maildrop import MOST


class Listed:
    """``keys``: the fingerprints of the unique-ids by message number; ``numbers``: the numbers by these; ``shared``:
    those that two messages have; ``ids``: the fingerprints of the Message-IDs by message number.

    ``whole``, ``sized``: UIDL, resp. LIST, has listed all messages.
    """

    def __init__(self, sizes: Mapping[int, int]) -> None:
        """``sizes``: what LIST has said of each message, by its number; somebody else keeps them."""
        self.keys: dict[int, bytes] = {}
        self.numbers: dict[int | bytes, int] = {}
        self.shared: set[bytes] = set()
        self.ids: dict[int, bytes] = {}
        self.whole = self.sized = False
        self._sizes = sizes
        self._listing: set[int] = set()

    @property
    def full(self) -> bool:
        """Whether there are as many messages as are kept."""
        return len(self.keys) >= MOST

    def identify(self, number: int, key: bytes) -> bool:
        """UIDL has told a unique-id; whether that is news."""
        self._listing.add(number)
        if self.keys.get(number) == key:
            return False
        if self.numbers.get(key, number) != number:
            self.shared.add(key)
        self.keys[number] = key
        self.numbers[key] = number
        return True

    def name(self, number: int, message_id: bytes) -> bool:
        """The Message-ID was read; whether it is kept."""
        if len(self.ids) >= MOST:
            return False
        self.ids[number] = message_id
        return True

    def end(self, deleted: Container[int]) -> None:
        """UIDL has come to its end: what it has not listed is gone, but for what is marked deleted."""
        listing, self._listing = self._listing, set()
        self.keys = {number: key for number, key in self.keys.items() if number in listing or number in deleted}
        self.numbers = {key: number for number, key in self.keys.items()}
        self.whole = self.whole or not self.full

    def size(self, number: int, *, utf8: bool) -> int | None:
        """Octets; None if they are not known, are more than can be remembered, or are those of another form (``utf8``:
        RFC 6856 section 2.1).
        """
        size = None if utf8 else self._sizes.get(number)
        return size if size is not None and size < 10**18 else None

    def is_shared(self, number: int) -> bool:
        """Whether another message has the same unique-id."""
        return self.keys.get(number) in self.shared
