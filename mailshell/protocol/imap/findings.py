"""Where the grammar collects what deviates from it."""

from __future__ import annotations

from mailshell.protocol.events import Deviation, Side
from mailshell.protocol.imap.values import Value

#: No more than this many for one response: a response full of faults is told of by the first.
MOST = 100


class Findings:
    """The deviations of one response."""

    def __init__(self, found: tuple[Deviation, ...], offset: int, length: int) -> None:
        self.found = list(found)
        self._offset = offset
        self._end = offset + length

    def add(self, rule: str, at: Value | None, message: str, section: str) -> None:
        """A deviation at a value, or in the whole response."""
        if len(self.found) >= MOST:
            return
        start = self._offset if at is None else at.start
        end = self._end if at is None else min(self._end, at.start + max(1, _length(at)))
        self.found.append(Deviation(Side.SERVER, rule, start, end, message, section))


def _length(value: Value) -> int:
    octets = getattr(value, "octets", None)
    return len(octets) if isinstance(octets, bytes) else 1
