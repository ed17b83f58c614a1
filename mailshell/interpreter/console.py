"""What a way to run gives to the interpreter: somewhere to show things, and somebody to ask."""

from __future__ import annotations

from typing import Protocol

from mailshell.interpreter.result import Result


class Console(Protocol):
    """Where results and messages go, and where answers come from.

    ``fold``: of a message, show this many lines at most (None: all). ``raw``: messages go out as octets, because
    nobody looks (standard output is no terminal). ``collects``: results are kept for ``finished``, not shown.
    """

    width: int
    fold: int | None
    raw: bool
    collects: bool
    interactive: bool

    def show(self, line: str) -> None:
        """A line of a result, safe for a terminal."""
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

    async def ask_secret(self, prompt: str) -> str:
        """A secret, typed unseen. Raises UsageError where nobody can be asked."""
        ...

    async def idle_end(self, seconds: float | None) -> None:
        """Wait until IDLE should end: Enter, or after so many seconds."""
        ...

    def finished(self, result: Result) -> None:
        """A line has been dealt with."""
        ...
