"""What a server has said of its mailboxes and messages so far: remembered for completion and for warnings.

Nothing here is asked for: it is what crossed the wire anyway, bounded in size. What is not known is simply absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from types import MappingProxyType

from mailshell.protocol.imap.data import (
    BodyStructure,
    Count,
    Data,
    Envelope,
    Fetched,
    MailboxListing,
    Numbers,
    Pairs,
    Vanished,
)

#: Of so many messages something is remembered, of those seen last.
MOST_MESSAGES = 20_000
#: So many mailboxes are remembered.
MOST_MAILBOXES = 100_000
#: Renumbering more than this (messages times expunges) takes too long: what was known by number is forgotten.
_MOST_SHIFTS = 1_000_000
_LONGEST_SUBJECT = 200
#: A name is remembered up to this length (octets), and all names together up to that.
_LONGEST_NAME, MOST_OCTETS = 1000, 8 << 20
_MOST_ATTRIBUTES, _LONGEST_ATTRIBUTE = 12, 40
_MOST_ROOTS = 100
_MOST_EXPUNGED = 100_000
_SILENT = re.compile(
    r"(?P<uid>UID )?STORE (?P<set>[\d,:*]+) (?:\(.*?\) )?(?P<sign>[+-]?)FLAGS\.SILENT (?P<flags>.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox of LIST: its name as a person reads it, and as octets on the wire."""

    name: str
    raw: bytes
    attributes: tuple[str, ...] = ()
    delimiter: str | None = None


@dataclass(slots=True)
class Message:
    """What is known of a message; None: nothing. ``unique_id`` is that of UIDL, ``size`` in octets."""

    uid: int | None = None
    size: int | None = None
    subject: str | None = None
    unique_id: str | None = None
    deleted: bool = False
    structure: BodyStructure | None = field(default=None, repr=False)


class Messages(Mapping[int, Message]):
    """The messages by number, the one seen last at the end. EXPUNGE renumbers (RFC 9051 section 7.5.1)."""

    def __init__(self) -> None:
        self._known: dict[int, Message] = {}
        self._expunged: list[int] = []
        #: Counted up with each change, so that what is derived can be kept.
        self.version = 0

    def __getitem__(self, number: int) -> Message:
        self._settle()
        return self._known[number]

    def __iter__(self) -> Iterator[int]:
        self._settle()
        return iter(self._known)

    def __len__(self) -> int:
        self._settle()
        return len(self._known)

    def seen(self, number: int) -> Message:
        """The record of a message, made if there is none."""
        self._settle()
        self.version += 1
        message = self._known.get(number)
        if message is None:
            if len(self._known) >= MOST_MESSAGES:
                del self._known[next(iter(self._known))]
            message = self._known[number] = Message()
        return message

    def expunged(self, number: int) -> None:
        """A message is gone, and those behind it have moved up."""
        self.version += 1
        self._expunged.append(number)
        if len(self._expunged) > _MOST_EXPUNGED:
            self.forget()

    def forget(self) -> None:
        """Another mailbox, or none: the numbers mean nothing any more."""
        self.version += 1
        self._known.clear()
        self._expunged.clear()

    def _settle(self) -> None:
        if not self._expunged:
            return
        if len(self._expunged) * len(self._known) > _MOST_SHIFTS:
            self.forget()
            return
        for gone in self._expunged:
            self._known.pop(gone, None)
            if self._known and max(self._known) > gone:
                self._known = {number - (number > gone): message for number, message in self._known.items()}
        self._expunged.clear()


class Knowledge:
    """What one session has learnt. ``found_uids``: those that the last UID SEARCH or UID SORT has named."""

    def __init__(self) -> None:
        self._mailboxes: dict[bytes, Mailbox] = {}
        self._octets = 0
        #: Whether all mailboxes were listed, and not only some; and whether some were made, renamed or removed since.
        self.listed = self.stale = False
        self.messages = Messages()
        self.found_uids: tuple[int, ...] = ()
        self.quota_roots: set[str] = set()
        #: Counted up whenever the mailboxes change.
        self.version = 0

    @property
    def mailboxes(self) -> Mapping[bytes, Mailbox]:
        """The mailboxes by their name on the wire, in the order in which they were listed."""
        return MappingProxyType(self._mailboxes)

    @property
    def deleted(self) -> int:
        """How many messages of the selected mailbox are known to be marked for deletion."""
        return sum(message.deleted for message in self.messages.values())

    def forget_messages(self) -> None:
        """Another mailbox is opened, or none is any more."""
        self.messages.forget()
        self.found_uids = ()

    def replace_mailboxes(self, listed: Iterable[MailboxListing]) -> None:
        """A LIST of all mailboxes was answered: what it does not name is gone."""
        self._mailboxes.clear()
        self._octets = 0
        for listing in listed:
            self._list(listing)
        self.version += 1
        self.listed, self.stale = True, False

    def learn(self, data: Data, command: str = "") -> None:
        """Take in what a response says. ``command``: the one that it answers, which tells whether numbers are UIDs."""
        match data:
            case Fetched():
                self._fetched(data)
            case MailboxListing() if data.kind in ("LIST", "XLIST"):
                self._list(data)
            case Count(kind="EXPUNGE", number=int(number)):
                self.messages.expunged(number)
            case Vanished(earlier=False):
                # UIDs are gone, and which numbers they had is not known.
                self.forget_messages()
            case Numbers(kind="SORT" | "SEARCH") if command.startswith("UID "):
                self.found_uids = data.numbers[-MOST_MESSAGES:]
                self.messages.version += 1
            case Pairs(kind="QUOTAROOT"):
                if len(self.quota_roots) < _MOST_ROOTS:
                    self.quota_roots.update(root[:_LONGEST_NAME] for root in data.subject[1:20])

    def stored(self, words: str, exists: int | None) -> None:
        """A STORE was accepted that the server does not report (``.SILENT``, RFC 9051 section 6.4.6)."""
        match = _SILENT.match(words)
        if match is None:
            return
        given = "\\deleted" in match["flags"].lower()
        if match["sign"] and not given:
            return
        uids = {message.uid: number for number, message in self.messages.items()} if match["uid"] else None
        for number in _numbers(match["set"], exists or 0):
            known = number if uids is None else uids.get(number)
            if known is not None:
                self.messages.seen(known).deleted = given and match["sign"] != "-"

    def _list(self, listing: MailboxListing) -> None:
        full = len(self._mailboxes) >= MOST_MAILBOXES or self._octets >= MOST_OCTETS
        if len(listing.raw) > _LONGEST_NAME or (full and listing.raw not in self._mailboxes):
            return
        self.version += 1
        self._octets += len(listing.raw)
        attributes = tuple(attribute[:_LONGEST_ATTRIBUTE] for attribute in listing.attributes[:_MOST_ATTRIBUTES])
        self._mailboxes[listing.raw] = Mailbox(listing.name, listing.raw, attributes, listing.delimiter)

    def _fetched(self, data: Fetched) -> None:
        if data.kind != "FETCH" or data.number is None:
            return
        message = self.messages.seen(data.number)
        for item in data.items:
            if item.name == "UID" and isinstance(item.value, int):
                message.uid = item.value
            elif item.name == "RFC822.SIZE" and isinstance(item.value, int):
                message.size = item.value
            elif item.name == "FLAGS" and isinstance(item.value, tuple):
                message.deleted = any(str(flag).lower() == "\\deleted" for flag in item.value)
            elif isinstance(item.value, Envelope) and item.value.subject is not None:
                message.subject = item.value.subject[:_LONGEST_SUBJECT]
            elif isinstance(item.value, BodyStructure):
                message.structure = item.value


def _numbers(sequence_set: str, last: int) -> Iterable[int]:
    """The numbers of a sequence set, as many as are remembered at the most; ``last`` is what ``*`` stands for."""

    def numbers(part: str) -> range:
        ends = [last if end == "*" else int(end[:20] or 0) for end in part.split(":", 1)]
        return range(min(ends), max(ends) + 1)

    return islice(chain.from_iterable(map(numbers, filter(None, sequence_set.split(",")))), MOST_MESSAGES)
