"""Commands that ask for data: that it comes, once, and that it is what was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.asked import arguments
from mailshell.lint.imap.places import whole
from mailshell.protocol.exchange import Completed, Exchange, Sent
from mailshell.protocol.imap.commands import first_argument
from mailshell.protocol.imap.mailbox_name import decode_mailbox, inbox

_SEARCHES = frozenset({"SEARCH", "UID SEARCH"})
#: What must come before the OK, and the rule that is broken otherwise.
_NEEDED: dict[str, tuple[tuple[str, ...], str]] = {
    "SEARCH": (("SEARCH", "ESEARCH"), "search-without-data"),
    "UID SEARCH": (("SEARCH", "ESEARCH"), "search-without-data"),
    "SORT": (("SORT", "ESEARCH"), "sort-without-data"),
    "UID SORT": (("SORT", "ESEARCH"), "sort-without-data"),
    "THREAD": (("THREAD",), "sort-without-data"),
    "UID THREAD": (("THREAD",), "sort-without-data"),
    "CAPABILITY": (("CAPABILITY",), "answer-without-data"),
    "STATUS": (("STATUS",), "answer-without-data"),
    "NAMESPACE": (("NAMESPACE",), "answer-without-data"),
    "GETACL": (("ACL",), "answer-without-data"),
    "MYRIGHTS": (("MYRIGHTS",), "answer-without-data"),
    "LISTRIGHTS": (("LISTRIGHTS",), "answer-without-data"),
    "GETQUOTA": (("QUOTA",), "answer-without-data"),
    "GETQUOTAROOT": (("QUOTAROOT",), "answer-without-data"),
}
_NAMES = frozenset(name for names, _ in _NEEDED.values() for name in names)
#: Data of which a client keeps only what came last.
_ONCE = frozenset({"SEARCH", "SORT", "THREAD"})
_SAVE_ONLY = re.compile(r"RETURN +\( *SAVE *\)", re.IGNORECASE)
_CHARSET = re.compile(r"(?:\A|\) )CHARSET +\"?UTF-8\"?(?: |\Z)", re.IGNORECASE)


@dataclass(slots=True)
class _Asking:
    exchange: Exchange
    names: tuple[str, ...]
    rule: str
    came: int = 0


class Answers(Checker):
    """A command that asks for data is not completed with OK before the data came."""

    concerns = _NAMES

    def __init__(self) -> None:
        self._asking: list[_Asking] = []

    def sent(self, event: Sent, now: Now) -> Faults:
        needed = _NEEDED.get(event.exchange.name)
        if needed is not None and len(self._asking) < 1000:
            self._asking.append(_Asking(event.exchange, *needed))
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        those = [one for one in self._asking if response.name in one.names]
        if not those:
            return NONE
        # Of several, the oldest that has nothing yet.
        one = min(those, key=lambda asking: asking.came)
        one.came += 1
        if one.came > 1 and response.name in _ONCE:
            what = f"{one.exchange.name} is answered by {response.name} once more"
            return (Fault("search-answered-twice", *whole(response), what, f"one {response.name}"),)
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        exchange, response = event.exchange, event.response
        one = next((asking for asking in self._asking if asking.exchange is exchange), None)
        if one is not None:
            self._asking.remove(one)
            if response.status == "OK" and not one.came and not _SAVE_ONLY.search(exchange.words):
                names = " or ".join(one.names)
                what = f"{exchange.name} is completed with OK, and no {names} came before it"
                yield Fault(one.rule, *whole(response), what, f"* {one.names[0]} before it")
        if exchange.name in _SEARCHES and response.status == "NO":
            yield from self._refused(event, now)

    def _refused(self, event: Completed, now: Now) -> Iterator[Fault]:
        view, text, place = now.imap.mailbox, arguments(event.exchange) or "", whole(event.response)
        code = (event.response.code or b"").split(b" ")[0].upper()
        if code == b"BADCHARSET" and _CHARSET.search(text) and now.rev2:
            yield Fault("utf-8-search-refused", *place)
        elif not code and view is not None and view.exists == 0:
            yield Fault("search-refused-in-empty-mailbox", *place, expected="OK, and an answer that finds nothing")


class Additions(Checker):
    """What a command adds to the selected mailbox is told of before the command is completed."""

    concerns = frozenset({"EXISTS"})

    def __init__(self) -> None:
        self._told: set[Exchange] = set()

    def untagged(self, received: Received, now: Now) -> Faults:
        self._told = set(now.engine.outstanding)
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        exchange, view = event.exchange, now.imap.mailbox
        told = exchange in self._told
        self._told.discard(exchange)
        if told or event.response.status != "OK" or view is None or not view.name or now.engine.outstanding:
            return
        code = (event.response.code or b"").split(b" ")[0].upper()
        words = arguments(exchange) if exchange.name != "APPEND" else exchange.words[len("APPEND") :]
        if exchange.name == "APPEND":
            target = first_argument((words or "").encode("utf-8"))
        elif exchange.name in ("COPY", "UID COPY") and code == b"COPYUID":
            target = first_argument((words or "").partition(" ")[2].encode("utf-8"))
        else:
            return
        if target and inbox(decode_mailbox(target)) == inbox(view.name):
            what = f"{exchange.name} has added to the selected mailbox, and EXISTS was not sent"
            yield Fault("addition-without-exists", *whole(event.response), what, "* n EXISTS before it")
