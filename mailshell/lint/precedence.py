"""One fault of the wire is told once: which finding explains which others.

Two tables. What explains is told; what it explains is neither counted nor shown. A rule explains none that is worse
than itself, but where the worse one is no fault of the server at all: what follows from our own limit
(``huge-literal``), and the parenthesis that stays open because a flag with ``]`` ends the response code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailshell.lint.finding import Fault
from mailshell.lint.rule import Rule

_NO_RESPONSE = frozenset({"stray-line", "tagged-data", "empty-line"})
_ILLEGAL_FLAG = frozenset({"keyword-undefined", "permanent-flag-undefined", "system-flag-undefined"})

#: The rule, and those that say less of the octets that both mark.
SAME_OCTETS: dict[str, frozenset[str]] = {
    # The line is no response because of them.
    "nul": _NO_RESPONSE,
    "tagged-data": frozenset({"stray-line"}),
    "response-injection": _NO_RESPONSE | {"unknown-tag", "tag-completed-twice", "unexpected-continuation"},
    # The second CR is read as a value, the spaces stand for what is missing.
    "double-cr": frozenset({"rest-after-count", "capability-not-atom", "mailbox-not-astring", "not-a-number"}),
    "code-arguments": frozenset({"extra-space", "spaces"}),
    # Such a number says nothing of how long it is.
    "literal-number": frozenset({"literal-too-short", "literal-cut-off"}),
    # A list with a word that can't be read can't be compared with another.
    "flag-characters": _ILLEGAL_FLAG,
    "star-flag": _ILLEGAL_FLAG,
    "flag-not-atom": _ILLEGAL_FLAG,
    "capability-not-atom": frozenset({"capability-without-revision", "capabilities-unstable", "greeting-tells-less"}),
    # What happens next is what was told.
    "idle-without-continuation": frozenset({"completed-too-early"}),
    "bye-after-idling": frozenset({"never-completed"}),
    "idle-timer-not-reset": frozenset({"never-completed"}),
    # POP3
    "no-greeting": frozenset({"status-not-separated"}),
    "apop-challenge": frozenset({"eight-bit-status"}),
    "ok-instead-of-challenge": frozenset({"password-in-the-clear"}),
}

_VALUES = frozenset({"unbalanced", "fetch-item-missing"})

#: The same for the whole response in which it stands.
SAME_RESPONSE: dict[str, frozenset[str]] = {
    "flag-characters": frozenset({"unbalanced"}),
    "double-cr": frozenset({"flag-not-atom", "pairs-incomplete"}),
    "empty-fetch": frozenset({"fetch-item-missing"}),
    "extra-parentheses": frozenset({"fetch-item-missing"}),
    "fetch-item-without-value": frozenset({"fetch-item-missing"}),
}

#: Where one of these stands, the values of the response are not what the server meant: it explains each fault of the
#: grammar in the response, and those above.
ASTRAY = frozenset(
    {"literal-too-short", "literal-too-long", "literal-not-announced", "item-behind-list", "missing-space"}
    | {"unescaped-quote", "unclosed-quote", "literal-number", "huge-literal"}
)

#: So many findings are kept in mind that may explain others.
_MOST = 50


@dataclass(slots=True)
class _Explanation:
    """``rules`` are not told of these octets. ``end`` is None as long as the response has not ended."""

    rules: frozenset[str]
    start: int
    end: int | None

    def explains(self, fault: Fault) -> bool:
        if fault.rule not in self.rules:
            return False
        start, end = max(self.start, fault.start), fault.end if self.end is None else min(self.end, fault.end)
        # Nothing is marked where something is missing.
        return start < end or (start == end and (fault.start == fault.end or self.start == self.end))


class Precedence:
    """Leaves out what is explained. ``rules``: those of the protocol."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        grammar = frozenset(rule.name for rule in rules.values() if rule.layer == "grammar")
        self._response = SAME_RESPONSE | dict.fromkeys(ASTRAY, grammar | _VALUES)
        self._known: deque[_Explanation] = deque(maxlen=_MOST)
        self._begun = 0
        self._open: list[_Explanation] = []

    def begin(self, offset: int) -> None:
        """A response, or a reply, begins at this offset in the server's stream."""
        self._begun = offset
        if self._open:
            for explanation in self._open:
                explanation.end = offset
            self._open.clear()

    def settle(self, faults: Sequence[Fault]) -> list[Fault]:
        """Those that none of them explains, and none that came before. They were found at the same time."""
        for fault in faults:
            same = SAME_OCTETS.get(fault.rule)
            if same is not None:
                self._known.append(_Explanation(same, fault.start, fault.end))
            same = self._response.get(fault.rule)
            if same is not None and fault.start >= self._begun and len(self._open) < _MOST:
                self._open.append(_Explanation(same, self._begun, None))
                self._known.append(self._open[-1])
        if not self._known:
            return list(faults)
        return [fault for fault in faults if not any(known.explains(fault) for known in self._known)]
