"""The sessions of one run: each has an interpreter of its own; console, options, secrets and history are shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailshell.exits import UsageError

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: More than this many are hardly compared side by side, and a script that opens them is wrong.
_MOST = 20


class Sessions:
    """Numbered from 1; a number is not given again. One of them is ``current``: what is typed goes there."""

    def __init__(self, first: Interpreter) -> None:
        self._all: dict[int, Interpreter] = {1: first}
        self._current = 1
        self._last = 1

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[tuple[int, Interpreter]]:
        return iter(list(self._all.items()))

    @property
    def current(self) -> Interpreter:
        return self._all[self._current]

    @property
    def number(self) -> int:
        """The number of the current one."""
        return self._current

    def __contains__(self, interpreter: Interpreter) -> bool:
        return any(one is interpreter for one in self._all.values())

    def number_of(self, interpreter: Interpreter) -> int:
        """The number of one of them."""
        return next(number for number, one in self._all.items() if one is interpreter)

    def add(self) -> Interpreter:
        """One more, which becomes the current one. UsageError if there are too many."""
        if len(self._all) >= _MOST:
            raise UsageError(f"{_MOST} sessions are open, and no more are opened; .session end NUMBER ends one")
        made = self.current.beside()
        self._last += 1
        self._all[self._last] = made
        self.switch(self._last)
        return made

    def switch(self, number: int) -> Interpreter:
        """Make another one current. UsageError if there is none of that number."""
        if number not in self._all:
            known = ", ".join(map(str, self._all))
            raise UsageError(f"there is no session {number}; there {'are' if len(self._all) > 1 else 'is'} {known}")
        self._current = number
        self.current.take_effect()
        return self.current

    def next(self) -> Interpreter:
        """Make the one after the current one current, and after the last the first."""
        numbers = list(self._all)
        return self.switch(numbers[(numbers.index(self._current) + 1) % len(numbers)])

    def forget(self, number: int) -> None:
        """Leave one out; of the last one nothing is left out. The one before it becomes current if it was that."""
        if len(self._all) == 1:
            return
        numbers = list(self._all)
        at = numbers.index(number)
        del self._all[number]
        if number == self._current:
            self.switch(numbers[at - 1] if at else numbers[1])

    def abort(self) -> None:
        """Give all connections up at once."""
        for interpreter in self._all.values():
            if interpreter.session is not None:
                interpreter.session.abort()
