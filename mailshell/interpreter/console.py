"""What a way to run gives to the interpreter: somewhere to show things, and somebody to ask."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from mailshell.interpreter.result import Result

if TYPE_CHECKING:
    from mailshell.interpreter.options import Options


class Console(Protocol):
    """Where results and messages go, and where answers come from.

    ``fold``: of a message, show this many lines at most (None: all). ``raw``: messages go out as octets, because
    nobody looks (standard output is no terminal). ``collects``: results are kept for ``finished``, not shown.
    ``height``: the rows of the screen, if output longer than that should be paged. ``is_terminal``: messages and the
    trace go to a terminal. ``whole``: a program may read what is shown, so that nothing of it is cut.
    """

    fold: int | None
    raw: bool
    whole: bool
    collects: bool
    interactive: bool
    is_terminal: bool

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int | None: ...

    def show(self, line: str) -> None:
        """A line of a result, safe for a terminal."""
        ...

    def conclude(self, line: str) -> None:
        """The status of an answer, safe for a terminal: it stays there when the result goes to a program."""
        ...

    def write(self, octets: bytes) -> None:
        """Octets of a message, as they are (only if ``raw``)."""
        ...

    def say(self, text: str) -> None:
        """A message to the person: a warning, an error, something that nobody asked for."""
        ...

    def trace(self, text: str) -> None:
        """Whole lines of the trace."""
        ...

    async def ask(self, prompt: str) -> str | None:
        """The next line of input; None at its end."""
        ...

    async def literal(self, size: int | None) -> None:
        """The lines of a literal are asked for next: of so many octets, or up to a single dot (None)."""
        ...

    async def ask_secret(self, prompt: str) -> str:
        """A secret, typed unseen. Raises UsageError where nobody can be asked."""
        ...

    async def idle_end(self, seconds: float | None) -> None:
        """Wait until IDLE should end: Enter, or after so many seconds."""
        ...

    def finished(self, result: Result) -> None:
        """A line has been dealt with."""
        ...

    def settle(self, options: Options) -> None:
        """Take from the options what concerns the console: they have changed."""
        ...

    def lent(self) -> AbstractContextManager[None]:
        """The terminal is another program's as long as this lasts; what is said meanwhile comes after it."""
        ...
