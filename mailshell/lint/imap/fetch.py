"""The frame of FETCH data: items in one pair of parentheses, each with its value (RFC 9051 section 7.5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import fault_at, fault_in
from mailshell.protocol.exchange import Stray
from mailshell.protocol.imap.values import List, as_items

_TAGGED = re.compile(
    rb"([^\s()\[\]\"{+*][^\s()\"{]*) +"
    rb"(?:\d+ +(?:EXISTS|RECENT|EXPUNGE|FETCH)|CAPABILITY|FLAGS|LIST|LSUB|STATUS|SEARCH|ESEARCH)(?:[ \r\n]|\Z)",
    re.IGNORECASE,
)


class FetchFrame(Checker):
    """Each FETCH has items, and no parentheses around them but one pair."""

    concerns = frozenset({"FETCH"})
    plain = False

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        odd = received.deviations or response.rest.startswith((b"()", b"( "))
        return self._frame(received) if odd else NONE

    def _frame(self, received: Received) -> Iterator[Fault]:
        response = received.response
        values = received.values[0]
        items = as_items(values[0]) if values else ()
        if not items:
            yield fault_in("empty-fetch", response, rb"\( *\)", expected="at least one item")
        nameless = {one.start for one in received.deviations if one.rule == "fetch-name"}
        extra = next((item for item in items if isinstance(item, List) and item.start in nameless), None)
        if extra is not None:
            yield fault_at("extra-parentheses", extra, response, expected="the name of an item")


class TaggedData(Checker):
    """Data comes untagged."""

    def stray(self, event: Stray, now: Now) -> Iterator[Fault]:
        match = _TAGGED.match(event.octets)
        if match:
            tag = match[1].decode("latin-1")
            outstanding = any(exchange.tag == tag for exchange in now.engine.outstanding)
            what = "" if outstanding else "data with a tag that no command waits for"
            yield Fault("tagged-data", event.offset, event.offset + len(match[1]), what, "*")
