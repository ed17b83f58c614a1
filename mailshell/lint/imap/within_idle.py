"""Commands that were sent in place of DONE: the server reads each as a line that is not DONE (RFC 2177 section 3)."""

from __future__ import annotations

from mailshell.lint.checker import Now
from mailshell.protocol.exchange import Awaits, Completed, Exchange, Sent

#: So many are kept in mind.
_MOST = 1000


class WithinIdle:
    """Tell it of each command and each completion. It holds those commands, and the IDLE that they disturbed: they may
    be refused, or have no answer at all, and rightly.
    """

    def __init__(self) -> None:
        self._exchanges: set[Exchange] = set()

    def __contains__(self, exchange: Exchange) -> bool:
        return exchange in self._exchanges

    def sent(self, event: Sent, now: Now) -> None:
        others = (one for one in now.engine.outstanding if one is not event.exchange)
        idling = next((one for one in others if one.awaits is Awaits.IDLE), None)
        if idling is not None and len(self._exchanges) < _MOST:
            self._exchanges |= {idling, event.exchange}

    def completed(self, event: Completed) -> bool:
        """Whether this command was one of them; it is forgotten."""
        within = event.exchange in self._exchanges
        self._exchanges.discard(event.exchange)
        return within
