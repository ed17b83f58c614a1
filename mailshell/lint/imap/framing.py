"""Lines that have no place in the protocol, and the form of lines that have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.imap.footing import Footing
from mailshell.lint.imap.literals import ITEM_NAME, Literals
from mailshell.protocol.events import Deviation, Line
from mailshell.protocol.exchange import Completed, Continuation, Stray
from mailshell.protocol.imap.response import Response

_CODE = re.compile(rb"(\*[ \t]*)?\[[A-Za-z][^\]]*\]?")
_ITEMS = re.compile(rb"[ \t]*\)?[ \t]*%b[ \t]" % ITEM_NAME, re.IGNORECASE)
#: What is known of lines that some servers send without a tag, and who they are.
_KNOWN = (
    (re.compile(rb"Server Unavailable\. \d+", re.IGNORECASE), "Exchange, when a mailbox can't be reached"),
    (re.compile(rb"Connection is closed\. \d+", re.IGNORECASE), "Exchange, before it closes the connection"),
)
#: Some clients read no more than this of a line (octets).
LONG = 10_000


class StrayLines(Checker):
    """Each line is untagged, tagged or a continuation request. Of a run of stray lines one of each kind is told."""

    def __init__(self, footing: Footing) -> None:
        self._footing = footing
        self._stray = False
        #: What was told since the response that begins there.
        self._run: set[str] = set()
        self._since = -1
        self._last_text = b""

    def completed(self, event: Completed, now: Now) -> Faults:
        self._last_text = event.response.text.strip()[:1000]
        return NONE

    def deviation(self, event: Deviation, now: Now) -> Faults:
        # The line itself comes with the event that follows.
        if event.rule in ("stray-line", "unknown-tag"):
            self._stray = event.rule == "stray-line"
        return NONE

    def stray(self, event: Stray, now: Now) -> Iterator[Fault]:
        if not self._stray or self._footing.is_lost(now.response):
            return
        if self._since != now.response:
            self._since = now.response
            self._run.clear()
        fault = self._fault(event)
        if fault.rule not in self._run:
            self._run.add(fault.rule)
            yield fault

    def _fault(self, event: Stray) -> Fault:
        octets, start, end = event.octets, event.offset, event.offset + len(event.octets)
        if not octets:
            return Fault("empty-line", start, end, expected="a response")
        code = _CODE.match(octets)
        if code:
            missing = "OK" if code[1] else "`* OK`"
            return Fault("code-without-status", start, start + code.end(), expected=f"{missing} before the code")
        if _ITEMS.match(octets):
            detail = "FETCH data items stand outside the list and outside any response"
            return Fault("item-behind-list", start, end, detail, "these items before the `)`")
        detail = ""
        if octets.strip() == self._last_text:
            detail = "the text of the last completion stands here once more, without a tag"
        else:
            known = next((who for pattern, who in _KNOWN if pattern.search(octets)), "")
            if known:
                detail = f"a line that is no response; it is known from {known}"
        return Fault("stray-line", start, end, detail, "`* `, `+ ` or a tag")


class ContinuationForm(Checker):
    """``+`` has a space behind it, also if nothing follows."""

    def continuation(self, event: Continuation, now: Now) -> Iterator[Fault]:
        response = event.response
        if isinstance(response, Response) and response.line[1:2] != b" ":
            yield Fault("plus-without-space", response.offset, response.offset + 1, expected="`+ `")


class LongLines(Checker):
    """Lines that are too long for some clients; one note for each command."""

    plain = False

    def __init__(self) -> None:
        self._told = False

    def line(self, line: Line, now: Now) -> Faults:
        length = len(line.octets)
        if length <= LONG or self._told:
            return NONE
        self._told = True
        return (Fault("long-line", line.offset, line.offset + length, f"a line of {length:,} octets"),)

    def completed(self, event: Completed, now: Now) -> Faults:
        self._told = False
        return NONE


def checkers(footing: Footing) -> list[Checker]:
    """Those of framing, fresh."""
    return [Literals(footing), StrayLines(footing), ContinuationForm(), LongLines()]
