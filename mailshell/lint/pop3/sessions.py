"""The maildrop against what earlier sessions were told: unique-ids, sizes, and what was deleted (RFC 1939 section 7).

A message is known by the fingerprint of its unique-id, so that nothing is compared before UIDL was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.memory import Box, Fate, Memory, MessageFacts
from mailshell.lint.message_id import plain_id
from mailshell.lint.pop3.maildrop import MOST
from mailshell.lint.pop3.reply import Lines, number_of
from mailshell.protocol.events import BodyEnd, BodyPart
from mailshell.protocol.exchange import Completed, Sent
from mailshell.protocol.pop3.response import StatusLine
from mailshell.text.sentences import counted

Span = tuple[int, int]
_ENTRY = re.compile(rb"(\d{1,10}) ([\x21-\x7e]{1,70})\r?\n?\Z")
_SIZE = re.compile(rb"(\d{1,10})[ \t]+(\d{1,18})(?!\d)")
_MESSAGE_ID = re.compile(rb"message-id[ \t]*:(.*)\Z", re.IGNORECASE | re.DOTALL)
#: So many octets are read as a header.
_LONGEST = 1 << 18
#: Fewer sizes may be the same by chance.
_FEWEST = 3


class EarlierMaildrop(Checker):
    """``sizes``: what LIST has said of each message, by its number."""

    def __init__(self, memory: Memory, sizes: Mapping[int, int]) -> None:
        self._memory = memory
        self._sizes = sizes
        self._lines = Lines()
        self._header = _MessageId()
        #: The fingerprints of the unique-ids by message number, the numbers by these, those of the Message-IDs.
        self._keys: dict[int, bytes] = {}
        self._numbers: dict[int | bytes, int] = {}
        self._ids: dict[int, bytes] = {}
        #: What earlier sessions knew of a message that is listed.
        self._before: dict[int, MessageFacts] = {}
        #: Those that two messages share.
        self._shared: set[bytes] = set()
        self._listing: set[int] = set()
        self._marked: set[int] = set()
        #: The last listing of an earlier session; those of it whose size and Message-ID are known, by these.
        self._earlier: Mapping[int | bytes, MessageFacts] = {}
        self._had: dict[tuple[int, bytes], int | bytes] = {}
        #: UIDL, resp. LIST, has listed all messages.
        self._whole = self._sized = False
        self._told: set[tuple[int, str]] = set()

    # --- replies of several lines

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Iterator[Fault]:
        asked = now.engine.answering
        if asked is None or asked.name not in ("UIDL", "LIST", "RETR", "TOP"):
            return
        if isinstance(part, BodyEnd):
            yield from self._end(asked.name, number_of(asked), part, now)
        elif asked.name in ("RETR", "TOP"):
            self._header.feed(part)
        else:
            for line, offset in self._lines.feed(part):
                yield from self._line(asked.name, line, offset, now)

    def _line(self, name: str, line: bytes, offset: int, now: Now) -> Iterator[Fault]:
        match = (_ENTRY if name == "UIDL" else _SIZE).match(line)
        if match is None or int(match[1]) == 0:
            return
        number, place = int(match[1]), (offset + match.start(2), offset + match.end(2))
        if name == "LIST":
            yield from self._resized(number, place, now)
            return
        if len(self._keys) < MOST:
            self._listing.add(number)
            yield from self._identified(number, match[2], place, now)

    def _end(self, name: str, number: int | None, end: BodyEnd, now: Now) -> Iterator[Fault]:
        place = (end.offset, end.offset + 1)
        if name in ("RETR", "TOP"):
            header, self._header = self._header, _MessageId()
            if number is not None and header.value is not None and len(self._ids) < MOST:
                self._ids[number] = self._memory.fingerprint(header.value)
                yield from self._named(number, header.place or place, now)
            return
        self._lines.clear()
        if name == "LIST":
            self._sized = True
            yield from self._all_new(place, now)
        else:
            yield from self._listed(place, now)

    # --- one message

    def _identified(self, number: int, unique_id: bytes, place: Span, now: Now) -> Iterator[Fault]:
        """UIDL has told the unique-id of a message."""
        key = self._memory.fingerprint(unique_id)
        if self._keys.get(number) == key:
            return
        box = self._box(now)
        known = box.message(key)
        if self._numbers.get(key, number) != number:
            self._shared.add(key)
        self._keys[number] = key
        self._numbers[key] = number
        if known is not None and known.earlier:
            self._before[number] = known
            if known.fate is Fate.DELETED and self._once(number, "deletion-undone"):
                what = f"message {number} has the unique-id of one that was deleted, and QUIT was accepted"
                yield Fault("deletion-undone", *place, what, "a unique-id that was not given before")
        known = known or MessageFacts()
        fate = Fate.RETRIEVED if known.fate is Fate.RETRIEVED else Fate.SEEN
        box.keep(key, replace(known, fate=fate))
        yield from self._compared(number, place, now)
        self._keep(number, now)

    def _resized(self, number: int, place: Span, now: Now) -> Iterator[Fault]:
        """LIST has told the size of a message."""
        yield from self._compared(number, place, now)
        self._keep(number, now)

    def _named(self, number: int, place: Span, now: Now) -> Iterator[Fault]:
        """The header of a message was read."""
        yield from self._compared(number, place, now)
        if number in self._keys and self._whole and number not in self._before:
            size = None if now.pop3.utf8 else self._sizes.get(number)
            other = None if size is None else self._had.get((size, self._ids[number]))
            if other is not None and other not in self._numbers and self._once(number, "uidl-changed"):
                what = f"message {number} has the Message-ID and the size of one that had another unique-id"
                yield Fault("uidl-changed", *place, what, "the unique-id that it had")
        self._keep(number, now)

    def _compared(self, number: int, place: Span, now: Now) -> Iterator[Fault]:
        """A message with what an earlier session knew of the same unique-id."""
        before = self._before.get(number)
        if before is None or self._keys.get(number) in self._shared:
            return
        size = None if now.pop3.utf8 else self._sizes.get(number)
        resized = None not in (before.size, size) and before.size != size
        message_id = self._ids.get(number)
        another = None not in (before.message_id, message_id) and before.message_id != message_id
        if another or (resized and before.fate is Fate.DELETED):
            if self._once(number, "uidl-reused"):
                why = "another Message-ID" if another else f"{size:,} octets instead of {before.size:,}"
                what = f"message {number} has the unique-id of one of an earlier session, and {why}"
                yield Fault("uidl-reused", *place, what, "a unique-id that was not given before")
        elif resized and self._once(number, "size-changed-since"):
            what = f"message {number} had {before.size:,} octets in an earlier session, and has {size:,} now"
            yield Fault("size-changed-since", *place, what, f"{before.size:,} octets")

    def _once(self, number: int, rule: str) -> bool:
        if (number, rule) in self._told:
            return False
        self._told.add((number, rule))
        return True

    # --- all messages

    def _listed(self, place: Span, now: Now) -> Iterator[Fault]:
        """UIDL has listed all messages."""
        box, listing, first = self._box(now), self._listing, not self._whole
        self._listing = set()
        deleted = now.pop3.deleted
        self._keys = {number: key for number, key in self._keys.items() if number in listing or number in deleted}
        self._numbers = {key: number for number, key in self._keys.items()}
        if len(self._keys) >= MOST:
            return
        self._whole = True
        if first:
            self._earlier = box.listed()
            self._had = {
                (facts.size, facts.message_id): key
                for key, facts in self._earlier.items()
                if facts.size is not None and facts.message_id is not None and facts.fate <= Fate.RETRIEVED
            }
            yield from _gone(self._earlier, self._numbers, place, expires=_expires(now))
        yield from self._all_new(place, now)
        # Without UTF8 some messages may be hidden, and with it all are there (RFC 6856 section 2.1).
        if not now.pop3.utf8:
            box.relist()
            for number in self._keys:
                self._keep(number, now, listed=True)
            box.tell(replace(box.facts, messages=len(self._keys)))

    def _all_new(self, place: Span, now: Now) -> Iterator[Fault]:
        """Once all messages and their sizes are known: whether they are those of before under other unique-ids."""
        if not (self._whole and self._sized and self._once(0, "uidls-all-new")):
            return
        before = [facts.size for facts in self._earlier.values() if facts.fate <= Fate.RETRIEVED]
        sizes = [self._sizes.get(number) for number in sorted(self._keys)]
        telling = len(before) == len(self._earlier) >= _FEWEST and None not in before and len(set(before)) > 1
        if telling and sizes[: len(before)] == before and self._earlier.keys().isdisjoint(self._numbers):
            what = f"the sizes are those of {len(before)} messages of an earlier session, and all unique-ids are new"
            yield Fault("uidls-all-new", *place, what, "the unique-ids that they had")

    # --- what is done

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name == "QUIT":
            # From here on it is not known whether they are there, until the answer tells it.
            self._fate(self._marked, Fate.SEEN, now)
        return NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        name, number, status = event.exchange.name, number_of(event.exchange), event.response
        told: Faults = NONE
        if status.ok and isinstance(status, StatusLine):
            if name == "RETR" and number is not None:
                self._fate({number}, Fate.RETRIEVED, now)
            elif name == "DELE" and number in now.pop3.deleted:
                self._marked.add(number)
                self._fate({number}, Fate.MARKED, now)
            elif name == "RSET":
                self._fate(self._marked, Fate.SEEN, now)
                self._marked.clear()
            elif name == "QUIT":
                self._fate(self._marked, Fate.DELETED, now)
            elif name in ("UIDL", "LIST") and not event.exchange.multiline:
                told = self._line(name, status.rest, status.offset + status.body, now)
        self._memory.save()
        return told

    def idle(self, now: Now) -> Faults:
        self._memory.save()
        return NONE

    def _fate(self, numbers: Iterable[int], fate: Fate, now: Now) -> None:
        for number in numbers:
            key = self._keys.get(number)
            # Of two copies with the same unique-id one may be left.
            if key is None or (fate >= Fate.MARKED and key in self._shared):
                continue
            box = self._box(now)
            box.keep(key, replace(box.message(key) or MessageFacts(), fate=fate))

    # --- within

    def _box(self, now: Now) -> Box:
        return self._memory.box(now.pop3.user or "", "")

    def _keep(self, number: int, now: Now, *, listed: bool = False) -> None:
        """Remember what is known of a message."""
        key = self._keys.get(number)
        if key is None:
            return
        box = self._box(now)
        known = box.message(key) or MessageFacts()
        facts = replace(known, number=number if listed else known.number)
        if key in self._shared:
            facts.size = facts.message_id = None
        else:
            if number in self._sizes and not now.pop3.utf8:
                facts.size = self._sizes[number]
            facts.message_id = self._ids.get(number, facts.message_id)
        if facts != known:
            box.keep(key, facts)


class _MessageId:
    """Reads a header for its first Message-ID. ``place``: where its line stands."""

    def __init__(self) -> None:
        self.value: bytes | None = None
        self.place: Span | None = None
        self._lines = Lines()
        self._inside = True
        self._begun = False
        self._read = 0

    def feed(self, part: BodyPart) -> None:
        """Take in a piece of a reply to RETR or TOP."""
        if not self._inside:
            return
        for line, offset in self._lines.feed(part):
            text = line.rstrip(b"\r\n")
            match = None if self._begun else _MESSAGE_ID.match(text)
            # It may stand in the line after the name of its field.
            if match is not None or (self._begun and line[:1] in (b" ", b"\t")):
                self._begun = True
                self.value = plain_id(text if match is None else match[1])
                self.place = offset, offset + len(text)
            elif self._begun:
                self._inside = False
            if not text or self.value is not None:
                self._inside = False
            if not self._inside:
                return
        self._read += len(part.octets)
        self._inside = self._read < _LONGEST


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


def _expires(now: Now) -> bool:
    """Whether the server has announced that it deletes what was read (RFC 2449 section 6.7)."""
    return any(line.upper().split()[:2] == ["EXPIRE", "0"] for line in now.pop3.capabilities or ())
