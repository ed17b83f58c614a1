"""The messages of the selected mailbox as a client has to count them: how many, and the UID of each that is known."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

from mailshell.lint.imap.asked import LARGEST, Numbers

#: So many UIDs are kept, those of the first messages.
MOST = 1 << 16


class Messages:
    """``count`` is None until the server has told it. A UID that is not known is 0."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Another mailbox, of which nothing is known."""
        self.count: int | None = None
        #: The highest UID that was told.
        self.highest = 0
        self._uids = array("L")
        self._known = 0

    def forget_uids(self) -> None:
        """It is no longer clear which message has which UID."""
        self._uids = array("L")
        self._known = 0

    @property
    def complete(self) -> bool:
        """Whether the UID of each message is known."""
        return self.count is not None and self._known == self.count == len(self._uids)

    def uid(self, number: int) -> int:
        """The UID of a message; 0 if it is not known, or there is no such message."""
        return self._uids[number - 1] if 0 < number <= len(self._uids) else 0

    def is_last(self, number: int, uid: int) -> bool:
        """Whether the message stands behind all of which the UID is known, and its UID is the highest."""
        return number > len(self._uids) and uid > self.highest

    def holds(self, uid: int) -> bool:
        """Whether a message has the UID; only to be asked if all are known."""
        at = bisect_left(self._uids, uid)
        return at < len(self._uids) and self._uids[at] == uid

    def learn(self, number: int, uid: int) -> None:
        """A message has this UID."""
        if uid > self.highest:
            self.highest = uid
        if not 0 < number <= MOST or not 0 < uid <= LARGEST:
            return
        if number == len(self._uids) + 1:
            self._uids.append(uid)
            self._known += 1
            return
        if number > len(self._uids):
            self._uids.extend([0] * (number - len(self._uids)))
        if not self._uids[number - 1]:
            self._known += 1
        self._uids[number - 1] = uid

    def expunge(self, number: int) -> None:
        """A message is gone, and those after it are renumbered."""
        if self.count:
            self.count -= 1
        if 0 < number <= len(self._uids):
            self._known -= self._uids[number - 1] != 0
            del self._uids[number - 1]

    def vanish(self, uids: Numbers) -> tuple[int, int] | None:
        """The messages with these UIDs are gone. The first range that holds no message of the mailbox, if all UIDs are
        known; then, and where not all are, it is no longer clear which message has which UID.
        """
        ascending = self.complete
        wrong = None
        for low, high in uids.ranges:
            if not ascending:
                gone = high - low + 1
            else:
                start, end = bisect_left(self._uids, low), bisect_right(self._uids, high)
                gone = end - start
                del self._uids[start:end]
                self._known -= gone
                if gone < high - low + 1 and wrong is None:
                    wrong = low, high
            if self.count is not None:
                self.count = max(0, self.count - gone)
        if not ascending:
            self.forget_uids()
        return wrong
