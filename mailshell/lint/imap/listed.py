"""LIST: the names that come are those that the pattern asks for (RFC 9051 section 6.3.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.asked import arguments
from mailshell.lint.imap.places import find, whole
from mailshell.protocol.exchange import Completed, Exchange, Sent
from mailshell.protocol.imap.data import MailboxListing
from mailshell.protocol.imap.mailbox_name import decode_mailbox
from mailshell.protocol.imap.values import Atom, Quoted, Value, read_octets

#: A longer pattern, or one with more wildcards, is not looked at; neither is a longer name.
_LENGTH, _WILDCARDS, _NAME = 200, 10, 2000
#: So many patterns are remembered.
_PATTERNS = 100


def matches(pattern: str, name: str, delimiter: str | None) -> bool:
    """Whether the name is one that the pattern asks for: ``*`` is anything, ``%`` anything without the delimiter."""
    places = {0}
    for character in [*name, None]:
        # A wildcard may stand for nothing.
        left = list(places)
        for place in left:
            if place < len(pattern) and pattern[place] in "*%" and place + 1 not in places:
                places.add(place + 1)
                left.append(place + 1)
        if character is None:
            return len(pattern) in places
        places = {
            place if pattern[place] in "*%" else place + 1
            for place in places
            if place < len(pattern)
            and (pattern[place] in ("*", character) or (pattern[place] == "%" and character != delimiter))
        }
        if not places:
            return False
    return False


@dataclass(slots=True)
class _Asked:
    """``inbox``: INBOX has come."""

    exchange: Exchange
    pattern: str
    inbox: bool = False


class ListedNames(Checker):
    """Looks at LIST while one LIST alone is under way."""

    concerns = frozenset({"LIST"})

    def __init__(self) -> None:
        self._asked: _Asked | None = None

    def sent(self, event: Sent, now: Now) -> Faults:
        listing = [one for one in now.engine.outstanding if one.name in ("LIST", "SELECT", "EXAMINE", "XLIST")]
        self._asked = None
        if event.exchange.name == "LIST" and len(listing) == 1:
            pattern = _pattern(event.exchange)
            if pattern is not None and len(pattern) <= _LENGTH and _wild(pattern) <= _WILDCARDS:
                self._asked = _Asked(event.exchange, pattern)
        return NONE

    def untagged(self, received: Received, now: Now) -> Iterator[Fault]:
        asked = self._asked
        if asked is None:
            return
        data = received.data
        if not isinstance(data, MailboxListing) or len(data.name) > _NAME or data.extended:
            return
        if data.name.upper() == "INBOX":
            asked.inbox = True
        names, pattern = {data.name}, asked.pattern
        if data.name[:5].upper() == "INBOX":
            # INBOX has no case, also where it is the parent of others.
            names, pattern = {data.name.upper()}, pattern.upper()
        if data.delimiter:
            # A server may show that a name has children by the delimiter behind it.
            names |= {name.removesuffix(data.delimiter) for name in names}
        if not any(matches(pattern, name, data.delimiter) for name in names):
            place = find(received.response, b'"' + data.raw + b'"', data.raw) if data.raw else whole(received.response)
            what = f"{data.name!r} does not match {asked.pattern}"
            yield Fault("list-not-asked-for", *place, what, f"names like {asked.pattern}")

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        asked = self._asked
        if asked is None or asked.exchange is not event.exchange:
            return
        self._asked = None
        if event.response.status == "OK" and asked.pattern.upper() == "INBOX" and not asked.inbox:
            yield Fault("list-without-inbox", *whole(event.response), expected="* LIST with INBOX")


class ExtendedLists(Checker):
    """LIST with RETURN brings the names that LIST without it brought."""

    concerns = frozenset({"LIST"})

    def __init__(self) -> None:
        #: Patterns of LIST without options that found something.
        self._found: set[str] = set()
        self._came = False

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name == "LIST":
            self._came = False
        elif event.exchange.name in ("CREATE", "DELETE", "RENAME"):
            self._found.clear()
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        self._came = True
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        if event.exchange.name != "LIST" or event.response.status != "OK" or now.engine.outstanding:
            return
        pattern, returned, _ = (arguments(event.exchange) or "").partition(" RETURN (")
        if self._came and not returned and len(pattern) <= _LENGTH and len(self._found) < _PATTERNS:
            self._found.add(pattern)
        elif not self._came and returned and pattern in self._found:
            what = f"LIST {pattern} has found mailboxes before, and finds nothing with RETURN"
            yield Fault("extended-list-empty", *whole(event.response), what, "* LIST before it")


def _wild(pattern: str) -> int:
    return pattern.count("*") + pattern.count("%")


def _pattern(exchange: Exchange) -> str | None:
    """What the names have to match; None if that is the server's own affair, as with a reference that is no prefix.

    ``LIST "" ""`` asks for the delimiter, and options may bring names that no pattern has.
    """
    values, wrong = read_octets((arguments(exchange) or "").encode("utf-8"))
    if len(values) != 2 or wrong:
        return None
    reference, pattern = (_string(value) for value in values)
    return pattern if pattern and reference == "" else None


def _string(value: Value) -> str | None:
    return decode_mailbox(value.octets) if isinstance(value, (Atom, Quoted)) else None
