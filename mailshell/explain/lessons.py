"""What the reader has been told already: people learn, and what comes a hundred times is explained a few times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

from mailshell.explain.explanation import meanings
from mailshell.protocol.terms import Term

#: What holds for every line, such as what a tag is, is told so many times.
TIMES = 2
#: Of responses of one kind in one answer so many are explained.
ALIKE = 3
#: A sentence that has as many characters takes no more terms; they are told another time.
_WIDTH = 70
#: So many lessons are remembered; then all begins anew.
_MOST = 2000


class Lessons:
    """Counts what was told on a connection."""

    def __init__(self) -> None:
        self._told: Counter[Hashable] = Counter()

    def fresh(self, lesson: Hashable, times: int = TIMES) -> bool:
        """Whether this still has to be told; it is noted as told."""
        if len(self._told) >= _MOST:
            self._told.clear()
        self._told[lesson] += 1
        return self._told[lesson] <= times

    def new(self, terms: Iterable[tuple[str, Term]], most: int = 3) -> str:
        """The meanings of some terms (what each is called here, and its record) that still have to be told."""
        fresh: list[tuple[str, Term]] = []
        length = 0
        for name, term in terms:
            if len(fresh) < most and length < _WIDTH and self.fresh((term.kind, term.name)):
                fresh.append((name, term))
                length += len(name) + len(term.help)
        return meanings(fresh, most)


class Alike:
    """Counts the responses of each kind within one answer."""

    def __init__(self) -> None:
        self._kinds: Counter[Hashable] = Counter()
        self._left_out = 0

    def more(self, kind: Hashable, number: int = 1) -> bool:
        """Whether one of this kind is still explained. One that is not is counted."""
        if len(self._kinds) >= _MOST:
            self._kinds.clear()
        self._kinds[kind] += number
        if self._kinds[kind] <= ALIKE:
            return True
        self._left_out += number
        return False

    def end(self) -> str:
        """How many were left out, as a remark; then all begins anew."""
        left_out, self._left_out = self._left_out, 0
        self._kinds.clear()
        return f"({left_out:,} more of the same kind)" if left_out else ""
