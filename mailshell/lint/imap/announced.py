"""What a server announces: capabilities, when they change, and what ENABLE makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.places import Span, code, whole
from mailshell.protocol.exchange import Completed, Exchange, Greeting, Sent
from mailshell.protocol.imap.response import STATUSES, Response
from mailshell.text.sentences import counted, some

#: The commands that change what a server announces (RFC 9051 sections 6.2.1 to 6.2.3; RFC 4978, RFC 8437).
_CHANGING = frozenset({"STARTTLS", "LOGIN", "AUTHENTICATE", "UNAUTHENTICATE", "COMPRESS"})
_LOGINS = frozenset({"LOGIN", "AUTHENTICATE"})
#: A list that differs from the one before in more names than this is another one.
_FEW = 3
#: As much of a name is shown.
_LONG = 50
_REVISIONS = frozenset({"IMAP4REV1", "IMAP4REV2", "IMAP4"})
#: Commands that turn CONDSTORE on as well (RFC 7162 section 3.1).
_CONDSTORE = re.compile(r"\b(?:CONDSTORE|HIGHESTMODSEQ|MODSEQ|CHANGEDSINCE|UNCHANGEDSINCE|QRESYNC)\b", re.IGNORECASE)
#: What ENABLE takes (RFC 5161 section 3.1, RFC 7162, RFC 6855, RFC 9051, RFC 9586).
_ENABLED = frozenset({"CONDSTORE", "QRESYNC", "UTF8=ACCEPT", "IMAP4REV2", "UIDONLY"})


class Capabilities(Checker):
    """The lists of capabilities, one after the other."""

    concerns = STATUSES | {"CAPABILITY"}

    def __init__(self) -> None:
        self._last: frozenset[str] | None = None
        #: Whether the last list is that of the greeting.
        self._greeting = False
        #: The list before a login that told none.
        self._before_login: frozenset[str] | None = None

    def greeting(self, event: Greeting, now: Now) -> Iterator[Fault]:
        if isinstance(event.response, Response):
            yield from self._told(event.response, now)
            self._greeting = self._last is not None

    def untagged(self, received: Received, now: Now) -> Faults:
        return self._told(received.response, now)

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        response, name = event.response, event.exchange.name
        assert isinstance(response, Response)
        if response.status == "OK" and name in _CHANGING:
            # What came while the command ran may be of before or of after.
            self._before_login = self._last if name in _LOGINS and response.code_name != "CAPABILITY" else None
            if name in _LOGINS and now.imap.capabilities is not None:
                self._before_login = None
            self._last = None
        if response.code_name == "CAPABILITY":
            yield from self._told(response, now)

    def _told(self, response: Response, now: Now) -> Faults:
        if response.name == "CAPABILITY" or response.code_name == "CAPABILITY":
            return self._compare(response, now)
        return NONE

    def _compare(self, response: Response, now: Now) -> Iterator[Fault]:
        place = whole(response) if response.name == "CAPABILITY" else code(response)
        words = response.rest if response.name == "CAPABILITY" else (response.code or b"").partition(b" ")[2]
        told = frozenset(word.decode("latin-1") for word in words.upper().split())
        if not told & _REVISIONS:
            yield Fault("capability-without-revision", *place, expected="IMAP4rev1 or IMAP4rev2 among them")
        if any(one.name in _CHANGING for one in now.engine.outstanding):
            return
        if self._last is not None:
            if len(self._last ^ told) > _FEW:
                yield self._unlike(self._last, told, place)
        elif self._before_login is not None and self._before_login != told:
            what = "the login has changed the capabilities, and its OK did not tell them: "
            what += _differing(self._before_login, told)
            yield Fault("capabilities-not-told", *place, what)
        self._last, self._before_login, self._greeting = told, None, False

    def _unlike(self, before: frozenset[str], told: frozenset[str], place: Span) -> Fault:
        """The list is another one than before, and nothing happened in between."""
        if self._greeting and before < told and not before.isdisjoint(_REVISIONS):
            new = told - before
            many = counted(len(new), "capability", "capabilities")
            what = f"CAPABILITY names {many} that the greeting does not: {_named(new)}, and nothing happened in between"
            return Fault("greeting-tells-less", *place, what)
        what = f"nothing happened in between: {_differing(before, told)}"
        return Fault("capabilities-unstable", *place, what)


def _differing(before: frozenset[str], after: frozenset[str]) -> str:
    parts = (("gone", before - after), ("new", after - before))
    return "; ".join(f"{word} {_named(names)}" for word, names in parts if names)


def _named(names: frozenset[str]) -> str:
    """The first of these names, each cut, and how many more there are."""
    return some([name if len(name) <= _LONG else f"{name[:_LONG]}..." for name in sorted(names)])


class Enabling(Checker):
    """ENABLE is answered with what it has enabled."""

    concerns = frozenset({"ENABLED"})

    def __init__(self) -> None:
        self._told: set[str] | None = None
        self._exchange: Exchange | None = None
        self._before: frozenset[str] = frozenset()
        self._condstore = False

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name == "ENABLE":
            self._exchange, self._told, self._before = event.exchange, None, frozenset(now.imap.enabled)
            if self._condstore:
                self._before |= {"CONDSTORE"}
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        self._told = (self._told or set()) | set(received.response.rest.decode("latin-1").upper().split())
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        if event.response.status == "OK" and not self._condstore:
            self._condstore = _CONDSTORE.search(event.exchange.words) is not None
        if event.exchange is not self._exchange:
            return
        self._exchange = None
        if event.response.status != "OK":
            return
        asked = [word.upper() for word in event.exchange.words.split()[1:]]
        if self._told is None and asked:
            told = now.imap.capabilities is not None
            new = [word for word in asked if word not in self._before and (now.imap.has(word) or not told)]
            rule = "enabled-missing" if new else "enabled-missing-for-nothing"
            yield Fault(rule, *whole(event.response), expected=f"* ENABLED {new[0]}" if new else "* ENABLED")
        if self._told is None:
            return
        # QRESYNC turns CONDSTORE on as well (RFC 7162 section 3.2.3).
        on = self._told | self._before | ({"CONDSTORE"} if "QRESYNC" in self._told | self._before else set())
        refused = [word for word in asked if word in _ENABLED and now.imap.has(word) and word not in on]
        if refused:
            names = " and ".join(refused[:5])
            what = f"{names} was asked for and is advertised, and ENABLED does not have it"
            yield Fault("enabled-incomplete", *whole(event.response), what, f"* ENABLED {' '.join(refused[:5])}")
