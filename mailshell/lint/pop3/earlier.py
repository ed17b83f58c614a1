"""What is wrong with the messages of a session, given what earlier sessions knew of them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from mailshell.lint.finding import Fault
from mailshell.lint.memory import Fate, MessageFacts
from mailshell.lint.pop3.listed import Listed
from mailshell.text.sentences import counted

Span = tuple[int, int]
#: Fewer sizes may be the same by chance.
_FEWEST = 3


class Earlier:
    """Compares; tells each fault of a message once. ``utf8``: UTF8 is in force, and sizes can't be compared."""

    def __init__(self, listed: Listed) -> None:
        self._listed = listed
        #: What earlier sessions knew of a message that is listed.
        self._before: dict[int, MessageFacts] = {}
        #: The last listing of an earlier session; those of it whose size and Message-ID are known, by these.
        self._earlier: Mapping[int | bytes, MessageFacts] = {}
        self._had: dict[tuple[int, bytes], int | bytes] = {}
        self._told: set[tuple[int, str]] = set()

    def known(self, number: int, facts: MessageFacts, place: Span) -> Iterator[Fault]:
        """An earlier session knew the unique-id of this message."""
        self._before[number] = facts
        if facts.fate is Fate.DELETED and self._once(number, "deletion-undone"):
            what = f"message {number} has the unique-id of one that was deleted, and QUIT was accepted"
            yield Fault("deletion-undone", *place, what, "a unique-id that was not given before")

    def compared(self, number: int, place: Span, *, utf8: bool) -> Iterator[Fault]:
        """A message with what an earlier session knew of the same unique-id."""
        before = self._before.get(number)
        if before is None or self._listed.is_shared(number):
            return
        size = self._listed.size(number, utf8=utf8)
        resized = None not in (before.size, size) and before.size != size
        message_id = self._listed.ids.get(number)
        another = None not in (before.message_id, message_id) and before.message_id != message_id
        if another or (resized and before.fate is Fate.DELETED):
            if self._once(number, "uidl-reused"):
                why = "another Message-ID" if another else f"{size:,} octets instead of {before.size:,}"
                what = f"message {number} has the unique-id of one of an earlier session, and {why}"
                yield Fault("uidl-reused", *place, what, "a unique-id that was not given before")
        elif resized and self._once(number, "size-changed-since"):
            what = f"message {number} had {before.size:,} octets in an earlier session, and has {size:,} now"
            yield Fault("size-changed-since", *place, what, f"{before.size:,} octets")

    def renamed(self, number: int, place: Span, *, utf8: bool) -> Iterator[Fault]:
        """A message whose Message-ID was read with those that had another unique-id."""
        listed = self._listed
        if number not in listed.keys or not listed.whole or number in self._before:
            return
        size = listed.size(number, utf8=utf8)
        other = None if size is None else self._had.get((size, listed.ids[number]))
        if other is not None and other not in listed.numbers and self._once(number, "uidl-changed"):
            what = f"message {number} has the Message-ID and the size of one that had another unique-id"
            yield Fault("uidl-changed", *place, what, "the unique-id that it had")

    def first_listing(
        self, earlier: Mapping[int | bytes, MessageFacts], place: Span, *, expires: bool
    ) -> Iterator[Fault]:
        """All messages were listed for the first time. ``earlier``: the last listing of an earlier session;
        ``expires``: the server deletes what was read.
        """
        self._earlier = earlier
        self._had = {
            (facts.size, facts.message_id): key
            for key, facts in earlier.items()
            if facts.size is not None and facts.message_id is not None and facts.fate <= Fate.RETRIEVED
        }
        yield from _gone(earlier, self._listed.numbers, place, expires=expires)

    def all_new(self, place: Span) -> Iterator[Fault]:
        """Once all messages and their sizes are known: whether they are those of before under other unique-ids."""
        listed = self._listed
        if not (listed.whole and listed.sized and self._once(0, "uidls-all-new")):
            return
        before = [facts.size for facts in self._earlier.values() if facts.fate <= Fate.RETRIEVED]
        sizes = [listed.size(number, utf8=False) for number in sorted(listed.keys)]
        telling = len(before) == len(self._earlier) >= _FEWEST and None not in before and len(set(before)) > 1
        if telling and sizes[: len(before)] == before and self._earlier.keys().isdisjoint(listed.numbers):
            what = f"the sizes are those of {len(before)} messages of an earlier session, and all unique-ids are new"
            yield Fault("uidls-all-new", *place, what, "the unique-ids that they had")

    def _once(self, number: int, rule: str) -> bool:
        if (number, rule) in self._told:
            return False
        self._told.add((number, rule))
        return True


def _gone(
    earlier: Mapping[int | bytes, MessageFacts], here: Container[int | bytes], place: Span, *, expires: bool
) -> Iterator[Fault]:
    """What an earlier session has listed, and is not here any more."""
    gone = [facts.fate for key, facts in earlier.items() if key not in here and facts.fate is not Fate.DELETED]
    left = [facts.fate for key, facts in earlier.items() if key in here]
    if Fate.SEEN in gone or Fate.SEEN not in left:
        # Somebody else has been at work, or there is nothing to tell the two apart.
        return
    if Fate.MARKED in gone and Fate.RETRIEVED not in gone:
        count = counted(gone.count(Fate.MARKED), "message")
        what = f"{count} marked deleted in a session that ended without QUIT, and gone; others are there"
        yield Fault("deleted-without-quit", *place, what, "all messages, for nothing was deleted")
    elif Fate.RETRIEVED in gone and Fate.MARKED not in gone and Fate.RETRIEVED not in left and not expires:
        count = counted(gone.count(Fate.RETRIEVED), "message")
        yield Fault("gone-after-retr", *place, f"{count} read in an earlier session and not deleted, and gone")
