"""The maildrop against what earlier sessions were told: unique-ids, sizes, and what was deleted (RFC 1939 section 7).

A message is known by the fingerprint of its unique-id, so that nothing is compared before UIDL was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.memory import Fate, MailboxMemory, Memory, MessageFacts
from mailshell.lint.pop3.earlier import Earlier, Span
from mailshell.lint.pop3.header_id import HeaderId
from mailshell.lint.pop3.listed import Listed
from mailshell.lint.pop3.reply import Lines, number_of
from mailshell.protocol.events import BodyEnd, BodyPart
from mailshell.protocol.exchange import Completed, Sent
from mailshell.protocol.pop3.response import StatusLine

_ENTRY = re.compile(rb"(\d{1,10}) ([\x21-\x7e]{1,70})\r?\n?\Z")
_SIZE = re.compile(rb"(\d{1,10})[ \t]+(\d{1,18})(?!\d)")


class EarlierMaildrop(Checker):
    """``sizes``: what LIST has said of each message, by its number."""

    concerns = frozenset({"UIDL", "LIST", "RETR", "TOP"})

    def __init__(self, memory: Memory, sizes: Mapping[int, int]) -> None:
        self._memory = memory
        self._listed = Listed(sizes)
        self._earlier = Earlier(self._listed)
        self._lines = Lines()
        self._header = HeaderId()
        #: The messages marked deleted.
        self._marked: set[int] = set()

    # --- replies of several lines

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Iterator[Fault]:
        asked = now.engine.answering
        if asked is None:
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
            yield from self._earlier.compared(number, place, utf8=now.pop3.utf8)
            self._keep(number, now)
        elif not self._listed.full or number in self._listed.keys:
            yield from self._identified(number, self._memory.fingerprint(match[2]), place, now)

    def _identified(self, number: int, key: bytes, place: Span, now: Now) -> Iterator[Fault]:
        """UIDL has told the unique-id of a message; ``key`` is its fingerprint."""
        if not self._listed.identify(number, key):
            return
        box = self._box(now)
        known = box.message(key)
        if known is not None and known.earlier:
            yield from self._earlier.known(number, known, place)
        known = known or MessageFacts()
        box.keep(key, replace(known, fate=Fate.RETRIEVED if known.fate is Fate.RETRIEVED else Fate.SEEN))
        yield from self._earlier.compared(number, place, utf8=now.pop3.utf8)
        self._keep(number, now)

    def _end(self, name: str, number: int | None, end: BodyEnd, now: Now) -> Iterator[Fault]:
        place = (end.offset, end.offset + 1)
        if name in ("RETR", "TOP"):
            header, self._header = self._header, HeaderId()
            if number is not None and header.value is not None:
                yield from self._named(number, header.value, header.place or place, now)
            return
        self._lines.clear()
        if name == "LIST":
            self._listed.sized = True
            yield from self._earlier.all_new(place)
        else:
            yield from self._all_listed(place, now)

    def _named(self, number: int, message_id: bytes, place: Span, now: Now) -> Iterator[Fault]:
        """The header of a message was read."""
        if self._listed.name(number, self._memory.fingerprint(message_id)):
            yield from self._earlier.compared(number, place, utf8=now.pop3.utf8)
            yield from self._earlier.renamed(number, place, utf8=now.pop3.utf8)
            self._keep(number, now)

    def _all_listed(self, place: Span, now: Now) -> Iterator[Fault]:
        """UIDL has listed all messages."""
        box, listed, first = self._box(now), self._listed, not self._listed.whole
        listed.end(now.pop3.deleted)
        if listed.full:
            return
        if first:
            yield from self._earlier.first_listing(box.listed(), place, expires=_expires(now))
        yield from self._earlier.all_new(place)
        # Without UTF8 some messages may be hidden, and with it all are there (RFC 6856 section 2.1).
        if not now.pop3.utf8:
            box.relist()
            for number in listed.keys:
                self._keep(number, now, listed=True)
            box.tell(replace(box.facts, messages=len(listed.keys)))

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

    # --- what is remembered

    def _box(self, now: Now) -> MailboxMemory:
        return self._memory.box(now.pop3.user or "", "")

    def _fate(self, numbers: Iterable[int], fate: Fate, now: Now) -> None:
        for number in numbers:
            key = self._listed.keys.get(number)
            # Of two copies with the same unique-id one may be left.
            if key is None or (fate >= Fate.MARKED and self._listed.is_shared(number)):
                continue
            box = self._box(now)
            box.keep(key, replace(box.message(key) or MessageFacts(), fate=fate))

    def _keep(self, number: int, now: Now, *, listed: bool = False) -> None:
        """Remember what is known of a message."""
        key = self._listed.keys.get(number)
        if key is None:
            return
        box = self._box(now)
        known = box.message(key) or MessageFacts()
        facts = replace(known, number=number if listed else known.number)
        if self._listed.is_shared(number):
            facts.size = facts.message_id = None
        else:
            size = self._listed.size(number, utf8=now.pop3.utf8)
            facts.size = facts.size if size is None else size
            facts.message_id = self._listed.ids.get(number, facts.message_id)
        if facts != known:
            box.keep(key, facts)


def _expires(now: Now) -> bool:
    """Whether the server has announced that it deletes what was read (RFC 2449 section 6.7)."""
    return any(line.upper().split()[:2] == ["EXPIRE", "0"] for line in now.pop3.capabilities or ())
