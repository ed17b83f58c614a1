"""What a FETCH asked for, and what came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.asked import FetchAsked, Numbers, fetch_asked, read_set, section_name
from mailshell.lint.imap.boundary import GONE, NAMES, Boundary
from mailshell.lint.imap.places import Span, find, number, whole
from mailshell.protocol.exchange import Completed, Exchange, Sent
from mailshell.protocol.imap.data import Body, Fetched

#: So many messages of one FETCH are kept in mind, and so many are told of.
_MESSAGES = 1 << 16
_TOLD = 5
_KINDS = frozenset({"FETCH", "UID FETCH"})
#: NOTIFY with the items that are to come with each new message.
_NEW_MESSAGES = re.compile(r"\bMessageNew *\(", re.IGNORECASE)


@dataclass(slots=True)
class _Pending:
    """A FETCH under way: the messages that have all, and those that lack something, by number or UID."""

    exchange: Exchange
    asked: FetchAsked
    numbers: Numbers
    by_uid: bool
    whole: set[int] = field(default_factory=set)
    lacking: dict[int, tuple[frozenset[str], Span]] = field(default_factory=dict)


class FetchedItems(Checker):
    """Each message that is answered has all items that were asked for, in one response or several."""

    concerns = GONE | {"FETCH"}

    def __init__(self) -> None:
        self._pending: list[_Pending] = []

    def sent(self, event: Sent, now: Now) -> Faults:
        exchange = event.exchange
        if exchange.name in _KINDS and len(self._pending) < 100:
            asked = fetch_asked(exchange)
            numbers = None if asked is None else read_set(asked.set)
            if asked is not None and numbers is not None and not asked.modified:
                self._pending.append(_Pending(exchange, asked, numbers, exchange.name == "UID FETCH"))
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if not self._pending:
            return NONE
        if response.name in GONE:
            # Who asked by number during UID FETCH is asked for anew.
            self._pending = [one for one in self._pending if one.by_uid]
        if response.name != "FETCH" or not response.number or not isinstance(received.data, Fetched):
            return NONE
        if len(self._pending) == 1:
            return self._fetched(self._pending[0], received)
        return [fault for pending in self._pending for fault in self._fetched(pending, received)]

    def _fetched(self, pending: _Pending, received: Received) -> Faults:
        """Note what one message has brought for one command."""
        response, items, asked = received.response, received.items, pending.asked
        faults = tuple(self._partial(asked, received)) if asked.partial else NONE
        key = items.get("UID") if pending.by_uid else response.number
        if not isinstance(key, int):
            if len(self._pending) == 1 and asked.items & _names(items):
                fault = Fault("uid-fetch-without-uid", *number(response), expected="UID among the items")
                return (*faults, fault)
            return faults
        whole, lacking = pending.whole, pending.lacking
        if key in whole or len(whole) >= _MESSAGES or key not in pending.numbers:
            return faults
        before = lacking.get(key)
        wanted = asked.items if before is None else before[0]
        missing = None if items.keys() >= wanted else wanted - _names(items)
        if not missing:
            lacking.pop(key, None)
            whole.add(key)
        elif before is not None or len(lacking) < _MESSAGES:
            lacking[key] = missing, number(response)
        return faults

    def _partial(self, asked: FetchAsked, received: Received) -> Iterator[Fault]:
        assert isinstance(received.data, Fetched)
        for item in received.data.items:
            if not isinstance(item.value, Body) or item.value.size is None:
                continue
            name = section_name(item.name)
            start, length = find(received.response, item.name.encode("latin-1", "replace")), item.value.size
            most = asked.partial.get(name)
            if most is not None and length > most:
                what = f"{item.name} has {length} octets, and {most} were asked for"
                yield Fault("partial-too-long", *start, what, f"at most {most} octets")
            elif most is None and name not in asked.items:
                origin = next((key for key in asked.partial if key.partition("<")[0] == name), None)
                if origin is not None:
                    what = f"a part of {item.name} was asked for, and the answer does not say from where it is"
                    yield Fault("partial-without-origin", *start, what, origin.replace("{", "(").replace("}", ")"))

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        pending = next((one for one in self._pending if one.exchange is event.exchange), None)
        if pending is None:
            return
        self._pending.remove(pending)
        if event.response.status != "OK":
            return
        for key, (missing, place) in list(pending.lacking.items())[:_TOLD]:
            # A partial answer without its origin has been told of.
            names = sorted(name for name in missing if name not in pending.asked.partial)
            if names:
                shown = ", ".join(name.replace("{", "(").replace("}", ")") for name in names[:4])
                what = f"{'the message with the UID' if pending.by_uid else 'message'} {key} came without {shown}"
                yield Fault("fetch-item-missing", *place, what, "all items that were asked for")


def _names(items: Iterable[str]) -> frozenset[str]:
    """The names of items, those of sections in one spelling."""
    return frozenset(section_name(name) if "[" in name else name for name in items)


class FetchedNothing(Checker):
    """FETCH was answered with OK and no data, and the messages were not expunged, as the next commands show."""

    concerns = NAMES | GONE | {"FETCH"}

    def __init__(self) -> None:
        self._boundary = Boundary()
        self._exchange: Exchange | None = None
        self._came = False
        self._suspect: tuple[Span, str] | None = None

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name == "FETCH":
            self._exchange, self._came = event.exchange, False
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        name = received.response.name
        if name == "FETCH":
            self._came = True
        elif name in GONE or self._boundary.untagged(received, now):
            self._suspect = None
            self._came = True
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        if self._boundary.completed(event):
            self._suspect = None
        ok, name = event.response.status == "OK", event.exchange.name
        if self._suspect is not None and ok and name in ("NOOP", "CHECK", "IDLE", "EXPUNGE"):
            (start, end), what = self._suspect
            self._suspect = None
            yield Fault("fetch-without-data", start, end, what, "a FETCH response for each message, or NO")
        if event.exchange is not self._exchange:
            return
        self._exchange = None
        asked, view = fetch_asked(event.exchange), now.imap.mailbox
        if not ok or self._came or asked is None or asked.modified or view is None or not view.exists:
            return
        numbers = read_set(asked.set, view.exists)
        if numbers is not None and numbers.largest <= view.exists and numbers.smallest > 0:
            what = f"FETCH {asked.set} was answered with OK and no data; the messages were not expunged"
            self._suspect = whole(event.response), what


class Unsolicited(Checker):
    """Flags that come unasked come with the UID.

    Where NOTIFY says what is to be told of new messages, it is no more than that (RFC 5465 section 5.2).
    """

    concerns = frozenset({"FETCH"})

    def __init__(self) -> None:
        self._notified = False

    def completed(self, event: Completed, now: Now) -> Faults:
        if event.exchange.name == "NOTIFY" and event.response.status == "OK":
            self._notified = _NEW_MESSAGES.search(event.exchange.words) is not None
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        items = received.items
        if self._notified or "UID" in items or "FLAGS" not in items or not (now.rev2 or now.enabled("QRESYNC")):
            return NONE
        # In IMAP4rev2 alone STORE is answered without the UID.
        asking = _KINDS if now.enabled("QRESYNC") else {*_KINDS, "STORE", "UID STORE"}
        if any(one.name in asking for one in now.engine.outstanding):
            return NONE
        return (Fault("unsolicited-without-uid", *number(received.response), expected="UID among the items"),)
