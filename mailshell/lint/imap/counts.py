"""Message numbers and UIDs: what EXISTS, EXPUNGE, VANISHED, FETCH and SEARCH say of them has to add up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.asked import read_set
from mailshell.lint.imap.boundary import GONE, NAMES, SELECTING, Boundary
from mailshell.lint.imap.places import code, find, find_after, number, whole
from mailshell.lint.imap.view import Messages
from mailshell.protocol.exchange import Awaits, Completed
from mailshell.protocol.imap.data import ExtendedSearch, Numbers, Vanished
from mailshell.protocol.imap.response import Response

#: While these are under way alone, no message number may change (RFC 9051 section 7.5.1; RFC 5256 section 3).
_KEEP_NUMBERS = frozenset({"FETCH", "STORE", "SEARCH", "SORT", "THREAD"})
#: NOTIFY that has expunges of the selected mailbox told at once (RFC 5465 section 6.1.1).
_AT_ONCE = re.compile(r"\(SELECTED (?=.*MESSAGEEXPUNGE)", re.IGNORECASE)
_BY_NUMBER = frozenset({"SEARCH", "SORT"})
_BY_UID = frozenset({"UID SEARCH", "UID SORT"})


class Counts(Checker):
    """Holds the view of the selected mailbox that the server's data builds up, and compares it with each response.

    ``messages`` is filled with it.
    """

    concerns = NAMES | GONE | {"FETCH", "SEARCH", "SORT", "ESEARCH"}

    def __init__(self, messages: Messages) -> None:
        self._boundary = Boundary()
        self._messages = messages
        self._last = (0, 0)
        self._uidnext: int | None = None
        #: So many messages were there when UIDNEXT was told; None: that is not known.
        self._old: int | None = None
        self._modseqs = True
        self._at_once = False

    def untagged(self, received: Received, now: Now) -> Faults:
        if received.response.name == "FETCH":
            return self._fetch(received)
        if self._boundary.untagged(received, now):
            self._reset()
        match received.response.name:
            case "EXISTS":
                return self._exists(received.response)
            case "EXPUNGE":
                return self._expunge(received.response, now)
            case "VANISHED":
                return self._vanished(received, now)
            case "SEARCH" | "SORT":
                return self._search(received, now)
            case "ESEARCH":
                return self._extended_search(received)
            case "OK":
                return self._code(received.response)
        return NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        if self._boundary.completed(event):
            self._reset()
        if event.exchange.name == "NOTIFY" and event.response.status == "OK":
            self._at_once = _AT_ONCE.search(event.exchange.words) is not None
        if event.exchange.name in SELECTING and event.response.status == "OK":
            self._old = self._messages.count if self._uidnext is not None else None
        return NONE

    def _reset(self) -> None:
        self._messages.reset()
        self._last = (0, 0)
        self._uidnext = self._old = None
        self._modseqs = True

    # --- how many messages there are

    def _exists(self, response: Response) -> Iterator[Fault]:
        count, told = self._messages.count, response.number
        if told is None:
            return
        self._messages.count = told
        if count is not None and told < count:
            self._messages.forget_uids()
            self._last, self._old = (0, 0), None
            what = f"there were {count} messages, and now there are {told}; no EXPUNGE took them away"
            yield Fault("exists-decreases", *number(response), what, f"{count} or more, or EXPUNGE before it")

    def _expunge(self, response: Response, now: Now) -> Iterator[Fault]:
        gone, count = response.number, self._messages.count
        if gone is None:
            return
        if gone == 0 or (count is not None and gone > count):
            has = "" if count is None else f", and the mailbox has {count} messages"
            expected = f"a number from 1 to {count}" if count else "no EXPUNGE" if count == 0 else "1 or more"
            yield Fault("expunge-out-of-range", *number(response), f"message {gone} is expunged{has}", expected)
        else:
            self._messages.expunge(gone)
            self._last = (0, 0)
            if self._old is not None and gone <= self._old:
                self._old -= 1
        if self._modseqs and now.enabled("QRESYNC"):
            yield Fault("expunge-instead-of-vanished", *whole(response), expected="* VANISHED and the UIDs")
        yield from self._untimely(response, now)

    def _untimely(self, response: Response, now: Now) -> Iterator[Fault]:
        outstanding = [one for one in now.engine.outstanding if one.awaits is not Awaits.LITERAL]
        if self._at_once or any(one.name not in _KEEP_NUMBERS for one in outstanding):
            return
        names = " and ".join(dict.fromkeys(one.name for one in outstanding))
        what = f"messages are renumbered while {names} is under way" if names else ""
        rule = "expunge-during-command" if names else "expunge-without-command"
        expected = "it belongs to the answer of another command, such as NOOP or IDLE"
        yield Fault(rule, *whole(response), what, expected)

    def _vanished(self, received: Received, now: Now) -> Iterator[Fault]:
        response, data = received.response, received.data
        if not isinstance(data, Vanished):
            return
        if not (now.enabled("QRESYNC") or now.enabled("UIDONLY")):
            yield Fault("vanished-not-enabled", *whole(response), expected="EXPUNGE")
        # A CR before CRLF is another rule's.
        uids = None if "*" in data.uids else read_set(data.uids.rstrip("\r"))
        if uids is None:
            yield Fault("vanished-set", *whole(response), expected="UIDs, such as 41,43:116")
        if data.earlier:
            return
        if uids is None:
            self._messages.forget_uids()
        else:
            wrong = self._messages.vanish(uids)
            if wrong is not None:
                what = str(wrong[0]) if wrong[0] == wrong[1] else f"{wrong[0]}:{wrong[1]}"
                place = find(response, what.encode("ascii"), data.uids.encode("latin-1", "replace"))
                yield Fault("vanished-unknown-uid", *place, f"no message has the UID {what}", "UIDs of the mailbox")
        self._last, self._old = (0, 0), None
        yield from self._untimely(response, now)

    # --- which message has which UID

    def _fetch(self, received: Received) -> Faults:
        response, messages = received.response, self._messages
        sequence = response.number
        if not sequence:
            return NONE
        if messages.count is not None and sequence > messages.count:
            what = f"message {sequence}, and the mailbox has {messages.count} messages"
            return (Fault("fetch-beyond-exists", *number(response), what, "EXISTS before it"),)
        uid = received.items.get("UID")
        if not isinstance(uid, int) or not uid:
            return NONE
        known = messages.uid(sequence)
        if known != uid:
            faults = self._changed(sequence, uid, known, response) if known else self._new(sequence, uid, response)
            messages.learn(sequence, uid)
        else:
            faults = NONE
        self._last = sequence, uid
        return faults

    def _changed(self, sequence: int, uid: int, known: int, response: Response) -> Faults:
        place = find_after(response, b"UID", b"%d" % uid)
        what = f"message {sequence} had the UID {known}, and now it has {uid}"
        return (Fault("uid-changed", *place, what, str(known)),)

    def _new(self, sequence: int, uid: int, response: Response) -> Faults:
        """The UID of a message of which none was known."""
        faults: Faults = NONE
        last = sequence > self._last[0] and self._messages.is_last(sequence, uid)
        wrong = "" if last else self._order(sequence, uid)
        if wrong:
            place = find_after(response, b"UID", b"%d" % uid)
            faults = (Fault("uids-not-ascending", *place, wrong, "a UID that grows with the message number"),)
        if self._uidnext is not None and self._old is not None and (sequence > self._old or uid >= self._uidnext):
            return (*faults, *self._against_uidnext(sequence, uid, self._uidnext, self._old, response))
        return faults

    def _order(self, sequence: int, uid: int) -> str:
        """What is wrong with the UID beside those of its neighbours and the one told last; empty if nothing."""
        before, after = self._messages.uid(sequence - 1), self._messages.uid(sequence + 1)
        for other, known in (self._last, (sequence - 1, before), (sequence + 1, after)):
            if known and other != sequence and (other < sequence) != (known < uid):
                return f"message {sequence} has the UID {uid}, and message {other} has {known}"
        return ""

    def _against_uidnext(
        self, sequence: int, uid: int, uidnext: int, old: int, response: Response
    ) -> tuple[Fault, ...]:
        """``old``: so many messages were there when UIDNEXT was told."""
        if sequence <= old and uid >= uidnext:
            place = find_after(response, b"UID", b"%d" % uid)
            what = f"message {sequence} has the UID {uid}, and UIDNEXT was {uidnext} when it was there already"
            return (Fault("uidnext-too-small", *place, what, f"a UID below {uidnext}"),)
        if sequence > old and uid < uidnext:
            place = find_after(response, b"UID", b"%d" % uid)
            what = f"message {sequence} is new and has the UID {uid}, and UIDNEXT was {uidnext} before it came"
            return (Fault("new-uid-below-uidnext", *place, what, f"a UID of {uidnext} or more"),)
        return NONE

    def _code(self, response: Response) -> Iterator[Fault]:
        name, _, value = (response.code or b"").partition(b" ")
        if name.upper() == b"NOMODSEQ":
            self._modseqs = False
        if name.upper() != b"UIDNEXT" or not value.isdigit() or len(value) > 20:
            return
        self._uidnext, self._old = int(value), None
        if self._uidnext <= self._messages.highest:
            what = f"UIDNEXT is {self._uidnext}, and a message has the UID {self._messages.highest}"
            yield Fault("uidnext-too-small", *code(response), what, f"more than {self._messages.highest}")

    # --- what a search finds

    def _search(self, received: Received, now: Now) -> Iterator[Fault]:
        response, data, messages = received.response, received.data, self._messages
        searching = {one.name for one in now.engine.outstanding if one.name in _BY_NUMBER or one.name in _BY_UID}
        if not isinstance(data, Numbers) or not data.numbers or len(searching) != 1:
            return
        command = searching.pop()
        if len(set(data.numbers)) < len(data.numbers):
            yield Fault("search-duplicates", *whole(response), expected="each number once")
        if command in _BY_NUMBER:
            highest = max(data.numbers)
            if messages.count is not None and highest > messages.count:
                what = f"{command} finds message {highest}, and the mailbox has {messages.count} messages"
                if messages.complete and all(messages.holds(found) for found in data.numbers):
                    what += "; these are UIDs"
                yield Fault("search-beyond-exists", *find(response, b"%d" % highest), what, "message numbers")
        elif messages.complete:
            unknown = next((found for found in data.numbers if not messages.holds(found)), None)
            if unknown is not None:
                what = f"{command} finds {unknown}, and no message has this UID"
                if max(data.numbers) <= (messages.count or 0):
                    what += "; these may be message numbers"
                yield Fault("search-unknown-uid", *find(response, b"%d" % unknown), what, "UIDs")

    def _extended_search(self, received: Received) -> Iterator[Fault]:
        data, count = received.data, self._messages.count
        if not isinstance(data, ExtendedSearch) or data.uid or count is None:
            return
        for name in ("MIN", "MAX", "ALL"):
            value = data.items.get(name)
            found = value if isinstance(value, int) else None
            if isinstance(value, str) and (numbers := read_set(value)) is not None and "*" not in value:
                found = numbers.largest
            if found is not None and found > count:
                what = f"{name} has message {found}, and the mailbox has {count} messages"
                place = find(received.response, b"%d" % found)
                yield Fault("search-beyond-exists", *place, what, "message numbers")
                return
