"""The arithmetic of the maildrop: STAT against LIST, sizes against what came, numbers and unique-ids that change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.reply import Lines, number_of
from mailshell.protocol.events import BodyEnd, BodyPart
from mailshell.protocol.exchange import Completed, Exchange
from mailshell.protocol.pop3.response import StatusLine
from mailshell.text.sentences import counted

#: So many messages are remembered; the arithmetic of larger maildrops is left alone.
MOST = 20_000
_ENTRY = re.compile(rb"(\d{1,10})[ \t]+([^ \t\r\n]+)")
_STAT = re.compile(rb"(\d{1,10}) +(\d{1,18})(?![^ ])")


class Listing:
    """What one listing has shown: values by message number, those of deleted messages left out."""

    def __init__(self) -> None:
        self.values: dict[int, int] = {}
        self.whole = True


class Maildrop(Checker):
    """Numbers, sizes and unique-ids; they hold for the whole session (RFC 1939 section 4).

    ``sizes`` is filled with what LIST says of each message.
    """

    concerns = frozenset({"LIST", "UIDL"})

    def __init__(self, sizes: dict[int, int]) -> None:
        self._sizes = sizes
        self._uids: dict[int, int] = {}
        self._listing = Listing()
        self._twice: dict[int, int] = {}
        self._lines = Lines()
        #: How many messages there are with the deleted ones, and their octets, and which command has told that.
        self._count: tuple[int, str] | None = None
        self._octets: tuple[int, str] | None = None
        #: How many are marked deleted, the octets of those whose size is known, and how many others there are.
        self._deleted = self._deleted_octets = self._unknown = 0
        self._utf8 = False

    # --- listings

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Iterator[Fault]:
        asked = now.engine.answering
        if asked is None:
            return
        if isinstance(part, BodyPart):
            for line, offset in self._lines.feed(part):
                yield from self._entry(asked.name, line, offset, now)
            return
        listing, self._listing, self._twice = self._listing, Listing(), {}
        self._lines.clear()
        if not listing.whole:
            return
        start, end = part.offset, part.offset + 1
        total = sum(listing.values.values()) if asked.name == "LIST" else None
        yield from self._totals(len(listing.values), total, asked.name, start, end, now)

    def _entry(self, name: str, line: bytes, offset: int, now: Now) -> Faults:
        match = _ENTRY.match(line)
        if match is None or (name == "LIST" and not match[2].isdigit()):
            self._listing.whole = False
            return NONE
        number, end = int(match[1]), offset + match.end(1)
        if number in now.pop3.deleted:
            what = f"message {number} is marked deleted, and {name} lists it"
            return (Fault("deleted-listed", offset, end, what),)
        if number in self._listing.values:
            return (Fault("number-twice", offset, end, f"{name} shows message {number} twice"),)
        if len(self._listing.values) >= MOST:
            self._listing.whole = False
            return NONE
        value = int(match[2][:19]) if name == "LIST" else hash(match[2])
        self._listing.values[number] = value
        faults = self._remember(name, number, value, offset, end)
        if name == "UIDL":
            at = offset + match.start(2)
            return (*faults, *self._unique(number, value, at, at + len(match[2])))
        return faults

    def _remember(self, name: str, number: int, value: int, start: int, end: int) -> Faults:
        known = self._sizes if name == "LIST" else self._uids
        before = known.get(number)
        if before is not None or len(known) < MOST:
            known[number] = value
        if before is None or before == value:
            return NONE
        of = f"had {before:,} octets and now has {value:,}" if name == "LIST" else "had another unique-id before"
        return (Fault("numbers-shifted", start, end, f"message {number} {of}, in the same session"),)

    def _unique(self, number: int, uid: int, start: int, end: int) -> Iterator[Fault]:
        other = self._twice.setdefault(uid, number)
        if other == number:
            return
        one, two = self._sizes.get(other), self._sizes.get(number)
        if one is None or two is None or one == two:
            yield Fault("uidl-twice", start, end, f"messages {other} and {number} have the same unique-id")
        else:
            detail = f"messages {other} and {number} have the same unique-id, and {one:,} and {two:,} octets"
            yield Fault("uidl-of-two-sizes", start, end, detail)

    # --- replies

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        exchange, status = event.exchange, event.response
        number = number_of(exchange)
        deleted_before, self._deleted = self._deleted, len(now.pop3.deleted)
        if not status.ok or not isinstance(status, StatusLine):
            return
        if self._deleted != deleted_before:
            self._mark(exchange.name, number)
        if exchange.name == "UTF8":
            self._utf8 = True
        elif exchange.name == "STAT":
            yield from self._stat(status, now)
        elif number in now.pop3.deleted and (exchange.name != "DELE" or self._deleted == deleted_before):
            if exchange.name in ("RETR", "TOP", "LIST", "UIDL", "DELE"):
                detail = f"{exchange.name} {number} is accepted, and message {number} is marked deleted"
                yield Fault("deleted-answered", status.offset, status.offset + 3, detail, "-ERR")
        elif exchange.name in ("LIST", "UIDL") and number is not None:
            yield from self._one(exchange, number, status)

    def _mark(self, name: str, number: int | None) -> None:
        """DELE has marked a message deleted, or RSET has taken all such marks back."""
        size = None if number is None else self._sizes.get(number)
        if name != "DELE":
            self._deleted_octets = self._unknown = 0
        elif size is None:
            self._unknown += 1
        else:
            self._deleted_octets += size

    def _one(self, exchange: Exchange, number: int, status: StatusLine) -> Iterator[Fault]:
        """LIST or UIDL of one message."""
        match = _ENTRY.match(status.line, status.body)
        if match is None or int(match[1]) != number or (exchange.name == "LIST" and not match[2].isdigit()):
            return
        value = int(match[2][:19]) if exchange.name == "LIST" else hash(match[2])
        start, end = match.span(1)
        yield from self._remember(exchange.name, number, value, status.offset + start, status.offset + end)

    def _stat(self, status: StatusLine, now: Now) -> Iterator[Fault]:
        match = _STAT.match(status.line, status.body)
        if match is None:
            return
        start, end = status.offset + match.start(1), status.offset + match.end(2)
        count, octets, deleted = int(match[1]), int(match[2]), len(now.pop3.deleted)
        if deleted and self._count is not None and count == self._count[0]:
            detail = f"STAT still counts {count:,} messages, and {deleted:,} of them are marked deleted"
            yield Fault("stat-counts-deleted", start, end, detail, f"{count - deleted:,} messages")
            return
        yield from self._totals(count, octets, "STAT", start, end, now)

    # --- sums

    def _totals(self, count: int, octets: int | None, name: str, start: int, end: int, now: Now) -> Iterator[Fault]:
        """So many messages and octets; octets are compared only where the messages agree."""
        differs = list(self._counted(count, name, start, end, now))
        yield from differs
        if octets is not None and not differs:
            yield from self._summed(octets, name, start, end)

    def _counted(self, shown: int, name: str, start: int, end: int, now: Now) -> Iterator[Fault]:
        """STAT or a listing shows so many messages."""
        count = shown + len(now.pop3.deleted)
        before, self._count = self._count, (count, name)
        if before is not None and before[0] != count:
            told = counted(before[0], "message")
            detail = f"{name} shows {counted(count, 'message')}, and {before[1]} has shown {told}"
            if now.pop3.deleted:
                detail += ", deleted ones counted"
            yield Fault("stat-differs-from-list", start, end, detail)

    def _summed(self, shown: int, name: str, start: int, end: int) -> Iterator[Fault]:
        """STAT, or the sizes of LIST, come to so many octets."""
        if self._unknown:
            return
        octets = shown + self._deleted_octets
        before, self._octets = self._octets, (octets, name)
        if before is not None and before != self._octets and before[0] != octets and not self._utf8:
            detail = f"{name} comes to {octets:,} octets, and {before[1]} has come to {before[0]:,}"
            yield Fault("stat-octets-differ", start, end, detail)
