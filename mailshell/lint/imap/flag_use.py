"""Flags: those that a mailbox defines, those that its messages have, and what STORE makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.asked import Numbers, arguments, read_set
from mailshell.lint.imap.boundary import GONE, NAMES, SELECTING, Boundary
from mailshell.lint.imap.places import Span, find, whole
from mailshell.lint.imap.places import number as number_of
from mailshell.protocol.exchange import Completed, Exchange, Sent, Stray
from mailshell.protocol.imap.data import Words
from mailshell.protocol.imap.response import Response

#: RFC 9051 section 2.3.2, in the order of FLAGS responses there. ``\\Recent``: RFC 3501 section 2.3.2.
SYSTEM = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
_SYSTEM = frozenset(flag.upper() for flag in (*SYSTEM, "\\Recent", "\\*"))
#: So many combinations of flags, and so many keywords, are kept in mind.
_MOST = 1000
#: Without PEEK; RFC822.HEADER sets nothing (RFC 3501 section 6.4.5).
_SETS_SEEN = re.compile(r"\b(?:BODY\[|BINARY\[|RFC822(?!\.(?:SIZE|HEADER))\b)", re.IGNORECASE)
_STORE = re.compile(
    r"(\S+) +(?P<modifiers>\([^)]*\) +)?(?P<sign>[+-]?)FLAGS(?P<silent>\.SILENT)? +\(?(?P<flags>[^()]*)\)?\Z",
    re.IGNORECASE,
)


def _flags(received: Received) -> tuple[str, ...] | None:
    """The flags of a FETCH response; None if it has none."""
    value = received.items.get("FLAGS")
    return value if isinstance(value, tuple) else None


def _unknown_system(flags: Iterable[str]) -> str | None:
    return next((flag for flag in flags if flag[:1] == "\\" and flag.upper() not in _SYSTEM), None)


class FlagNames(Checker):
    """FLAGS defines what the messages have, and PERMANENTFLAGS is some of it. With one that could not be read nothing
    is compared.
    """

    concerns = NAMES | {"FETCH"}

    def __init__(self) -> None:
        self._boundary = Boundary()
        self._reset()

    def _reset(self) -> None:
        self._defined: frozenset[str] | None = None
        self._permanent: Response | None = None
        self._fine: set[tuple[str, ...]] = set()
        self._told: set[str] = set()

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if response.name == "FETCH":
            flags = _flags(received)
            return self._fetched(flags, response, now) if flags and flags not in self._fine else NONE
        if self._boundary.untagged(received, now):
            self._reset()
        if response.name == "FLAGS":
            return self._define(received)
        if response.name == "OK" and response.code_name == "PERMANENTFLAGS":
            self._permanent = response
        return NONE

    def stray(self, event: Stray, now: Now) -> Faults:
        if b"FLAGS" in event.octets.upper():
            self._defined = None
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        if self._boundary.completed(event):
            self._reset()
        response, view = self._permanent, now.imap.mailbox
        self._permanent = None
        if event.exchange.name not in SELECTING or response is None or self._defined is None or view is None:
            return
        permanent = view.permanent_flags or ()
        strange = [flag for flag in permanent if flag.upper() not in self._defined and flag != "\\*"]
        if strange:
            what = f"PERMANENTFLAGS has {', '.join(strange[:5])}, which FLAGS has not"
            place = find(response, strange[0].encode("latin-1", "replace"))
            yield Fault("permanent-flag-undefined", *place, what, "flags of the FLAGS response, and \\*")

    def _define(self, received: Received) -> Iterator[Fault]:
        data, response = received.data, received.response
        self._fine.clear()
        if not isinstance(data, Words) or received.deviations:
            self._defined = None
            return
        self._defined = frozenset(word.upper() for word in data.words)
        missing = [flag for flag in SYSTEM if flag.upper() not in self._defined]
        if missing:
            yield Fault("system-flag-undefined", *whole(response), f"FLAGS lacks {', '.join(missing)}")
        if (strange := _unknown_system(data.words)) is not None:
            yield from self._strange(strange, response)

    def _fetched(self, flags: tuple[str, ...], response: Response, now: Now) -> Iterator[Fault]:
        if len(self._fine) < _MOST:
            self._fine.add(flags)
        if (strange := _unknown_system(flags)) is not None:
            yield from self._strange(strange, response)
        if now.rev2 and "\\RECENT" in {flag.upper() for flag in flags}:
            yield from self._once("recent-flag", "\\Recent", response, "")
        if self._defined is None:
            return
        for flag in flags:
            if flag[:1] != "\\" and flag.upper() not in self._defined:
                what = f"message {response.number} has the keyword {flag}, which FLAGS has not"
                yield from self._once("keyword-undefined", flag, response, what)

    def _strange(self, flag: str, response: Response) -> Iterator[Fault]:
        yield from self._once("unknown-system-flag", flag, response, f"no standard has a system flag {flag}")

    def _once(self, rule: str, flag: str, response: Response, what: str) -> Iterator[Fault]:
        key = f"{rule} {flag.upper()}"
        if key not in self._told and len(self._told) < _MOST:
            self._told.add(key)
            yield Fault(rule, *find(response, flag.encode("utf-8")), what)


@dataclass(slots=True)
class _Store:
    exchange: Exchange
    numbers: Numbers
    set: str
    sign: str
    silent: bool
    modified: bool
    flags: tuple[str, ...]
    answered: bool = False
    echoed: bool = False
    lacking: dict[int, tuple[str, Span]] = field(default_factory=dict)


class Stores(Checker):
    """What STORE asks for is what its answer says."""

    concerns = NAMES | GONE | {"FETCH"}

    def __init__(self) -> None:
        self._boundary = Boundary()
        self._stores: list[_Store] = []
        #: The flags that messages are known to have, by number.
        self._flags: dict[int, frozenset[str]] = {}
        #: A silent STORE, as long as nothing but FETCH came after it.
        self._silent: _Store | None = None

    def sent(self, event: Sent, now: Now) -> Faults:
        exchange = event.exchange
        if exchange.name not in ("FETCH", "UID FETCH") or _SETS_SEEN.search(exchange.words):
            # A section that is fetched without PEEK sets \Seen (RFC 9051 section 6.4.5).
            self._silent = None
        if exchange.name not in ("STORE", "UID STORE") or len(self._stores) >= 100:
            return NONE
        match = _STORE.match(arguments(exchange) or "")
        numbers = None if match is None else read_set(match[1])
        if match is not None and numbers is not None:
            flags = tuple(match["flags"].split())
            silent, modified = bool(match["silent"]), bool(match["modifiers"])
            self._stores.append(_Store(exchange, numbers, match[1], match["sign"], silent, modified, flags))
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if response.name == "FETCH":
            flags, number = _flags(received), response.number
            if flags is not None and number and (len(self._flags) < _MOST or number in self._flags):
                self._flags[number] = frozenset(flag.upper() for flag in flags)
            if self._silent is not None and flags is not None:
                return self._shown(self._silent, received, flags, now)
            return self._fetched(received, flags, now) if self._stores else NONE
        if response.name in GONE or self._boundary.untagged(received, now):
            self._flags.clear()
            self._silent = None
        data = received.data
        if response.name == "FLAGS" and self._flags and isinstance(data, Words) and not received.deviations:
            return self._dropped(frozenset(word.upper() for word in data.words), response)
        return NONE

    def _dropped(self, defined: frozenset[str], response: Response) -> Iterator[Fault]:
        for number, flags in self._flags.items():
            gone = next((flag for flag in flags if flag[:1] != "\\" and flag not in defined), None)
            if gone is not None:
                what = f"FLAGS has {gone} no longer, and message {number} has it"
                yield Fault("keyword-dropped", *whole(response), what, f"{gone} among them")
                return

    def _shown(self, store: _Store, received: Received, flags: tuple[str, ...], now: Now) -> Iterator[Fault]:
        """What a message shows right after a silent STORE."""
        key = received.items.get("UID") if store.exchange.name == "UID STORE" else received.response.number
        if isinstance(key, int) and key in store.numbers:
            wrong = self._wrong(store, {flag.upper() for flag in flags}, now)
            if wrong is not None:
                self._silent = None
                what = _not_shown(store, wrong, key)
                yield Fault("flag-not-stored", *find(received.response, b"FLAGS"), what)

    def _fetched(self, received: Received, flags: tuple[str, ...] | None, now: Now) -> Iterator[Fault]:
        response, uid = received.response, received.items.get("UID")
        has = {flag.upper() for flag in flags or ()}
        for store in self._stores:
            key = uid if store.exchange.name == "UID STORE" else response.number
            if not isinstance(key, int) or key not in store.numbers:
                continue
            store.answered = True
            if flags is None:
                continue
            if store.silent and not store.modified and not store.echoed:
                store.echoed = True
                yield Fault("silent-store-echoed", *number_of(response))
            wrong = self._wrong(store, has, now)
            if wrong is None:
                store.lacking.pop(key, None)
            elif len(store.lacking) < _MOST:
                store.lacking[key] = wrong, find(response, b"FLAGS")

    def _wrong(self, store: _Store, has: set[str], now: Now) -> str | None:
        """The flag that was to be stored, or taken away, and was not, though PERMANENTFLAGS has it."""
        view = now.imap.mailbox
        permanent = {flag.upper() for flag in (view.permanent_flags or () if view is not None else ())}
        for flag in store.flags:
            upper = flag.upper()
            may = upper in permanent or (upper[:1] != "\\" and "\\*" in permanent)
            if may and (upper in has) == (store.sign == "-"):
                return flag
        return None

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        if self._boundary.completed(event):
            self._flags.clear()
        store = next((one for one in self._stores if one.exchange is event.exchange), None)
        if store is None:
            return
        self._stores.remove(store)
        yield from self._completed(store, event, now)
        if not store.answered:
            self._flags.clear()

    def _completed(self, store: _Store, event: Completed, now: Now) -> Iterator[Fault]:
        view, status, place = now.imap.mailbox, event.response.status, whole(event.response)
        if status == "OK" and not store.modified:
            for key, (flag, where) in list(store.lacking.items())[:1]:
                yield Fault("flag-not-stored", *where, _not_shown(store, flag, key))
            if store.silent and not store.answered:
                self._silent = store
            if not store.answered and not store.silent and store.exchange.name == "STORE":
                number = next((one for one in self._flags if one in store.numbers and self._changes(store, one)), None)
                if number is not None:
                    what = f"STORE changes the flags of message {number}, and they did not come"
                    yield Fault("store-without-fetch", *place, what, f"* {number} FETCH (FLAGS (...)) before it")
        elif status == "NO" and view is not None and "\\*" in (view.permanent_flags or ()):
            keywords = [flag for flag in store.flags if flag[:1] != "\\"]
            if keywords and len(keywords) == len(store.flags) and event.response.code is None:
                what = f"{', '.join(keywords[:5])} is refused, and PERMANENTFLAGS has \\*"
                yield Fault("keyword-refused", *place, what)

    def _changes(self, store: _Store, number: int) -> bool:
        """Whether the message has other flags after it, by what is known of it."""
        flags, has = {flag.upper() for flag in store.flags}, self._flags[number] - {"\\RECENT"}
        return bool(flags & has) if store.sign == "-" else not flags <= has if store.sign == "+" else flags != has


def _not_shown(store: _Store, flag: str, key: int) -> str:
    return f"{flag} was to be {'taken away' if store.sign == '-' else 'set'}; message {key} does not show it"
