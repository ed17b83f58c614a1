"""What is told of mailboxes and messages against what earlier sessions were told (RFC 9051 section 2.3.1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.boundary import NAMES, Boundary
from mailshell.lint.imap.dates import instant
from mailshell.lint.imap.number_faults import MOST_32, MOST_63
from mailshell.lint.imap.places import Span, find, find_after
from mailshell.lint.imap.told import Tellings, Told
from mailshell.lint.imap.view import Messages
from mailshell.lint.memory import MailboxFacts, MailboxMemory, Memory, MessageFacts
from mailshell.lint.message_id import plain_id
from mailshell.protocol.exchange import Completed, Sent
from mailshell.protocol.imap.data import Envelope, Fetched
from mailshell.protocol.imap.response import Response

#: So many items of mailboxes are compared in one session, each when it is told first.
_ITEMS = 10_000
#: UIDVALIDITY was another one so many times in a row.
_ALWAYS = 3


class EarlierMailboxes(Checker):
    """UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ and the number of messages. ``selected``: what is known of the mailbox that
    untagged data speaks of; None: nothing can be remembered of it.
    """

    concerns = NAMES | {"NO", "STATUS"}

    def __init__(self, memory: Memory) -> None:
        self.selected: MailboxMemory | None = None
        self._memory = memory
        self._tellings = Tellings()
        self._boundary = Boundary()
        self._compared: set[tuple[str, str]] = set()
        self._rearranged = False

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name in ("CREATE", "DELETE", "RENAME"):
            self._rearranged = True
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        if self._boundary.untagged(received, now):
            self.selected = None
        told = self._tellings.untagged(received, now)
        return NONE if told is None else self._told(told, now)

    def completed(self, event: Completed, now: Now) -> Faults:
        if self._boundary.completed(event):
            self.selected = None
        self._memory.save()
        told = self._tellings.completed(event, now)
        return NONE if told is None else self._selected(told, now)

    def idle(self, now: Now) -> Faults:
        self._memory.save()
        return NONE

    def _selected(self, told: Told, now: Now) -> Iterator[Fault]:
        yield from self._told(told, now)
        if told.sticky and _within(told.number("UIDVALIDITY"), MOST_32):
            self.selected = self._memory.box(now.imap.user or "", told.name)

    def _told(self, told: Told, now: Now) -> Iterator[Fault]:
        uidvalidity = _within(told.number("UIDVALIDITY"), MOST_32)
        if uidvalidity is None or not told.sticky:
            return
        user = now.imap.user or ""
        box = self._memory.box(user, told.name)
        before, uidnext = box.before, _within(told.number("UIDNEXT"), MOST_32)
        messages = told.number("MESSAGES")
        new = MailboxFacts(
            uidvalidity,
            uidnext,
            _within(told.number("HIGHESTMODSEQ"), MOST_63),
            messages if messages is not None and messages <= MOST_32 else None,
        )
        first = self._first(told.name, "UIDVALIDITY")
        if before is None or before.uidvalidity is None:
            box.tell(_joined(box.facts, new))
            return
        if before.uidvalidity != uidvalidity:
            # Whoever makes and removes mailboxes gets new ones.
            renewed = 0 if self._rearranged else before.renewed + 1
            box.tell(replace(_joined(box.facts, new), renewed=renewed))
            if first:
                moved = self._memory.renamed(user, told.name, uidvalidity)
                yield from _validity(told, before.uidvalidity, uidvalidity, renewed, moved=moved)
            return
        box.tell(replace(_joined(box.facts, new), renewed=0))
        yield from self._same(told, before, new, now)

    def _same(self, told: Told, before: MailboxFacts, new: MailboxFacts, now: Now) -> Iterator[Fault]:
        """UIDVALIDITY is the same as in an earlier session."""
        if new.uidnext is not None and before.uidnext is not None and self._first(told.name, "UIDNEXT"):
            place = told.place("UIDNEXT", new.uidnext)
            grown = new.uidnext - before.uidnext
            came = 0 if new.messages is None or before.messages is None else new.messages - before.messages
            if grown < 0:
                what = f"UIDNEXT was {before.uidnext} in an earlier session and is {new.uidnext} now"
                yield Fault("uidnext-went-back", *place, what, f"{before.uidnext} or more")
            elif came > grown and not now.imap.utf8:
                # Without UTF-8 some messages may have been hidden (RFC 6855 section 7).
                what = (
                    f"there were {before.messages} messages and UIDNEXT was {before.uidnext} in an earlier session; "
                    f"now there are {new.messages}, and UIDNEXT is {new.uidnext}"
                )
                yield Fault("uidnext-not-advanced", *place, what, f"{before.uidnext + came} or more")
        highest = new.highestmodseq
        if highest and before.highestmodseq and self._first(told.name, "HIGHESTMODSEQ"):
            # Without QRESYNC it is that of a message, and goes with it.
            same = None not in (new.uidnext, new.messages) and (new.uidnext, new.messages) == (
                before.uidnext,
                before.messages,
            )
            if highest < before.highestmodseq and (same or now.imap.has("QRESYNC")):
                what = f"HIGHESTMODSEQ was {before.highestmodseq} in an earlier session and is {highest} now"
                expected = f"{before.highestmodseq} or more"
                yield Fault("highestmodseq-went-back", *told.place("HIGHESTMODSEQ", highest), what, expected)

    def _first(self, name: str, item: str) -> bool:
        """Whether this item of the mailbox is told for the first time in this session."""
        if (name, item) in self._compared or len(self._compared) >= _ITEMS:
            return False
        self._compared.add((name, item))
        return True


def _within(value: int | None, most: int) -> int | None:
    return value if value is not None and 0 < value <= most else None


def _joined(old: MailboxFacts, new: MailboxFacts) -> MailboxFacts:
    """What is known after this was told. UIDNEXT and the number of messages belong together."""
    if old.uidvalidity != new.uidvalidity:
        return new
    uidnext = old.uidnext if new.uidnext is None else new.uidnext
    messages = old.messages if uidnext == old.uidnext else None
    if new.messages is not None and new.uidnext is not None:
        messages = new.messages
    return replace(old, uidnext=uidnext, messages=messages, highestmodseq=new.highestmodseq or old.highestmodseq)


def _validity(told: Told, before: int, uidvalidity: int, renewed: int, *, moved: bool) -> Iterator[Fault]:
    place = told.place("UIDVALIDITY", uidvalidity)
    if uidvalidity < before and not moved:
        what = f"UIDVALIDITY was {before} in an earlier session and is {uidvalidity} now"
        yield Fault("uidvalidity-decreases", *place, what, f"{before}, or more")
    if renewed >= _ALWAYS:
        what = f"UIDVALIDITY was another one than before in each of the last {renewed} sessions"
        yield Fault("uidvalidity-always-new", *place, what, str(before))


class EarlierMessages(Checker):
    """The messages of the selected mailbox. ``messages``: which has which UID."""

    concerns = frozenset({"FETCH", "UIDFETCH"})

    def __init__(self, memory: Memory, mailboxes: EarlierMailboxes, messages: Messages) -> None:
        self._memory = memory
        self._mailboxes = mailboxes
        self._messages = messages

    def untagged(self, received: Received, now: Now) -> Faults:
        box = self._mailboxes.selected
        return NONE if box is None else self._fetched(box, received, now)

    def completed(self, event: Completed, now: Now) -> Faults:
        box, messages, view = self._mailboxes.selected, self._messages, now.imap.mailbox
        if box is not None and view is not None and messages.complete:
            # UIDNEXT of SELECT, and not of a STATUS: that may count messages that were not told of yet.
            below = max(_within(view.uidnext, MOST_32) or 0, messages.highest + 1)
            if box.facts.all_below < below:
                box.tell(replace(box.facts, all_from=1, all_below=below))
        return NONE

    def _fetched(self, box: MailboxMemory, received: Received, now: Now) -> Iterator[Fault]:
        data, items = received.data, received.items
        if not isinstance(data, Fetched) or not data.number:
            return
        uid = data.number if data.kind == "UIDFETCH" else items.get("UID")
        uid = uid if isinstance(uid, int) and uid else self._messages.uid(data.number)
        if not 0 < uid <= MOST_32:
            return
        told = self._facts(items, now)
        known = box.message(uid)
        if known is None:
            if not now.imap.utf8:
                # Without UTF-8 some messages may have been hidden (RFC 6855 section 7).
                yield from _unknown(box, uid, received.response)
            box.keep(uid, told)
            return
        if known.earlier:
            yield from _compared(known, told, uid, received.response)
        size = known.size if told.size is None else told.size
        date = known.date if told.date is None else told.date
        message_id = told.message_id or known.message_id
        if (size, date, message_id) != (known.size, known.date, known.message_id):
            box.keep(uid, MessageFacts(size, date, message_id))

    def _facts(self, items: Mapping[str, object], now: Now) -> MessageFacts:
        """What these items tell of a message."""
        told = MessageFacts()
        size, date, envelope = items.get("RFC822.SIZE"), items.get("INTERNALDATE"), items.get("ENVELOPE")
        # Without UTF-8 there may be a surrogate of another size (RFC 6855 section 7).
        if isinstance(size, int) and size <= MOST_63 and not now.imap.utf8:
            told.size = size
        if isinstance(date, str):
            told.date = instant(date)
        if isinstance(envelope, Envelope) and envelope.message_id:
            plain = plain_id(envelope.message_id.encode("utf-8", "surrogateescape"))
            told.message_id = None if plain is None else self._memory.fingerprint(plain)
        return told


def _unknown(box: MailboxMemory, uid: int, response: Response) -> Iterator[Fault]:
    """No earlier session has seen this UID."""
    before = box.before
    same = before is not None and before.uidvalidity == box.facts.uidvalidity
    if before is not None and same and before.all_from <= uid < before.all_below:
        what = (
            f"a message has the UID {uid}; in an earlier session there was none, "
            f"and UIDs below {before.all_below} were given already"
        )
        yield Fault("uid-below-earlier-uidnext", *_uid(response, uid), what, f"a UID of {before.all_below} or more")


def _compared(known: MessageFacts, told: MessageFacts, uid: int, response: Response) -> Iterator[Fault]:
    """The message of this UID now, and in an earlier session."""
    resized = None not in (known.size, told.size) and known.size != told.size
    redated = None not in (known.date, told.date) and known.date != told.date
    identified = None not in (known.message_id, told.message_id)
    if (identified and known.message_id != told.message_id) or (not identified and resized and redated):
        names = ["Message-ID"] * identified + ["RFC822.SIZE"] * resized + ["INTERNALDATE"] * redated
        what = f"UID {uid} was another message in an earlier session: {_and(names)} differ{'s' * (len(names) == 1)}"
        yield Fault("uid-reused", *_uid(response, uid), what, "a UID that was never given")
    elif resized:
        assert told.size is not None
        what = f"the message with the UID {uid} had {known.size} octets in an earlier session and has {told.size} now"
        place = find_after(response, b"RFC822.SIZE", b"%d" % told.size)
        yield Fault("message-changed-since", *place, what, f"{known.size} octets")
    elif redated:
        what = f"INTERNALDATE of the message with the UID {uid} was another one in an earlier session"
        yield Fault("message-changed-since", *find(response, b"INTERNALDATE"), what, "the date that it had")


def _uid(response: Response, uid: int) -> Span:
    return find_after(response, b"UID", b"%d" % uid)


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
