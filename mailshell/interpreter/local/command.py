"""The form of a local command, and what becomes of the lines that one answers with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailshell.interpreter.result import Result

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

Lines = list[str]


class OwnWords(list[str]):
    """Lines of mailshell's own text alone. They are not masked: a mask in known text would tell the password."""


Handler = Callable[["Interpreter", str], Awaitable[Lines | Result]]


@dataclass(frozen=True, slots=True)
class LocalCommand:
    """A local command: its arguments as a person writes them, one line of help, and what it does.

    ``also`` is another name for it. ``choices`` are the words that may be its argument, ``takes`` the kind of what else
    may be (``file``, ``topic``, ``local``, ``command`` for a whole command).
    """

    name: str
    arguments: str
    help: str
    handler: Handler
    also: str = ""
    choices: tuple[str, ...] = ()
    takes: str = ""


def finish(interpreter: Interpreter, line: str, lines: Lines) -> Result:
    """Show the lines of a local command, or collect them."""
    result = Result(interpreter.mask.line(line))
    shown = lines if isinstance(lines, OwnWords) else [interpreter.secrets.mask_str(text) for text in lines]
    if interpreter.console.collects:
        result.data = list(shown)
    else:
        for text in shown:
            interpreter.console.show(text)
    return result
