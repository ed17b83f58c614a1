"""Which reply answers which command: lines that answer nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.protocol.events import Deviation
from mailshell.protocol.exchange import Completed, Exchange, Sent, Stray
from mailshell.protocol.pop3.response import read_status

_LIKE_A_STATUS = re.compile(rb"\+OK|-ERR", re.IGNORECASE)


class Replies(Checker):
    """Lines outside of multi-line replies."""

    def __init__(self) -> None:
        #: The command that was answered last, if none was sent since.
        self._last: Exchange | None = None
        self._orphans = False
        self._stls = False

    def sent(self, event: Sent, now: Now) -> Faults:
        self._last = None
        return NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        self._last = event.exchange
        self._orphans = False
        self._stls = event.exchange.name == "STLS" and event.response.ok
        return NONE

    def deviation(self, event: Deviation, now: Now) -> Iterator[Fault]:
        if event.rule == "unexpected-continuation" and not self._injected(now):
            yield Fault("unasked-challenge", event.start, event.end)

    def stray(self, event: Stray, now: Now) -> Iterator[Fault]:
        # A command that is not known may have any reply, also one of several lines.
        unknown = self._last is not None and self._last.record is None
        if self._injected(now) or unknown:
            return
        start, end = event.offset, event.offset + len(event.octets)
        status = read_status(event.octets, start)
        if status.status:
            self._orphans = False
            yield Fault("answered-twice" if status.ok else "unasked-error", start, end)
        elif _LIKE_A_STATUS.match(event.octets) or self._orphans:
            return
        elif self._last is not None and self._last.multiline and self._last.status is not None and self._last.status.ok:
            self._orphans = True
            yield Fault(
                "reply-ended-early",
                start,
                end,
                f"the reply to {self._last.name} was ended by a dot, and lines follow that are no reply",
                "+OK or -ERR",
                f"the dot was a line of the text, and the reply to {self._last.name} goes on here",
            )
        else:
            waits = now.engine.outstanding[:1]
            what = f"where the reply to {waits[0].name} should stand" if waits else "and no command waits for a reply"
            yield Fault("no-status", start, end, f"a line begins with neither +OK nor -ERR, {what}", "+OK or -ERR")

    def _injected(self, now: Now) -> bool:
        """Whether this came in the clear behind the reply that agreed to TLS: another rule tells of that."""
        return self._stls and not now.tls
