"""One line run in several sessions at once, and their answers in columns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from itertools import zip_longest
from typing import TYPE_CHECKING

from mailshell.exits import UsageError, worse
from mailshell.interpreter.console import Console
from mailshell.interpreter.result import Result
from mailshell.render.columns import cells, pad
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter
    from mailshell.interpreter.options import Options

#: Between two columns.
_GAP = " │ "
#: In narrower columns (cells) answers can't be read; they then stand one below the other.
_NARROWEST = 30
#: Of each session so many lines are kept; what is said behind them is counted.
_MOST = 10_000


class ColumnConsole:
    """Keeps all that one session shows and says, for its column. Nobody can be asked anything meanwhile."""

    raw = False
    whole = False
    interactive = False
    height: int | None = None

    def __init__(self, console: Console, width: int) -> None:
        self._console = console
        self.width = width
        self.fold = console.fold
        self.collects = console.collects
        self.is_terminal = console.is_terminal
        self.lines: list[str] = []
        self.more = 0

    def show(self, line: str) -> None:
        if len(self.lines) < _MOST:
            self.lines.append(line)
        else:
            self.more += 1

    conclude = show

    def say(self, text: str) -> None:
        for line in text.split("\n"):
            self.show(line)

    def trace(self, text: str) -> None:
        self.say(text.removesuffix("\n"))

    def write(self, octets: bytes) -> None:
        self.say(octets.decode("utf-8", "backslashreplace"))

    async def ask(self, prompt: str) -> str | None:
        raise UsageError(f"{prompt.strip(' :?')}: nobody is asked in several sessions at once; .switch to this one")

    async def literal(self, size: int | None) -> None:
        raise UsageError("a literal is not asked for in several sessions at once; .switch to this one, or give @FILE")

    async def ask_secret(self, prompt: str) -> str:
        return await self.ask(prompt) or ""

    async def idle_end(self, seconds: float | None) -> None:
        if seconds is None:
            raise UsageError("in several sessions at once IDLE needs its seconds: .all IDLE 10")
        await asyncio.sleep(seconds)

    def finished(self, result: Result) -> None:
        return

    def settle(self, options: Options) -> None:
        return

    def lent(self) -> AbstractContextManager[None]:
        return nullcontext()


async def run(sessions: Sequence[tuple[int, Interpreter]], line: str, console: Console) -> Result:
    """Run the line in all sessions and show what comes of it. The exit status is the worst of theirs."""
    whole = Result(f".all {sessions[0][1].mask.line(line)}")
    width = (console.width - len(_GAP) * (len(sessions) - 1)) // len(sessions)
    beside = width >= _NARROWEST
    columns = [ColumnConsole(console, width if beside else console.width) for _ in sessions]
    taken = await asyncio.gather(
        *(_one(interpreter, line, column) for (_, interpreter), column in zip(sessions, columns, strict=True))
    )
    for (number, interpreter), (result, seconds) in zip(sessions, taken, strict=True):
        whole.exit = worse(whole.exit, result.exit)
        whole.milliseconds = max(whole.milliseconds, seconds * 1000)
        if console.collects:
            whole.data.append({"session": number, "server": _server(interpreter), **result.as_json()})
    if not console.collects:
        heads = [f"{number} {_server(interpreter)}" for number, interpreter in sessions]
        texts = [_text(column, seconds) for column, (_, seconds) in zip(columns, taken, strict=True)]
        for row in _columns(heads, texts, width) if beside else _stacked(heads, texts):
            console.show(row)
    return whole


def _text(column: ColumnConsole, seconds: float) -> list[str]:
    more = [f"and {column.more:,} lines more"] if column.more else []
    return [*column.lines, *more, f"{seconds * 1000:.1f} ms"]


async def _one(interpreter: Interpreter, line: str, column: ColumnConsole) -> tuple[Result, float]:
    async with _shown_in(interpreter, column):
        begun = time.perf_counter()
        result = await interpreter.run_part(line)
        return result, time.perf_counter() - begun


@asynccontextmanager
async def _shown_in(interpreter: Interpreter, column: ColumnConsole) -> AsyncIterator[None]:
    """All that the session shows goes into the column."""
    before = interpreter.console
    interpreter.show_in(column)
    try:
        yield
    finally:
        interpreter.show_in(before)


def _server(interpreter: Interpreter) -> str:
    endpoint, session = interpreter.endpoint, interpreter.session
    if endpoint is None:
        return "not connected"
    user = session.engine.state.user if session is not None and session.is_open else None
    return escape(f"{endpoint.protocol} {user + '@' if user else ''}{endpoint.name}")


def _columns(heads: Sequence[str], texts: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    yield _GAP.join(pad(_cut(head, width)[0], width) for head in heads).rstrip()
    yield "─┼─".join("─" * width for _ in heads)
    pieces = [[piece for line in lines for piece in _cut(line, width)] for lines in texts]
    for row in zip_longest(*pieces, fillvalue=""):
        yield _GAP.join(pad(cell, width) for cell in row).rstrip()


def _stacked(heads: Sequence[str], texts: Sequence[Sequence[str]]) -> Iterator[str]:
    for head, lines in zip(heads, texts, strict=True):
        yield f"── {head}"
        yield from lines


def _cut(line: str, width: int) -> list[str]:
    """The line in pieces that fit into a column; nothing is left out."""
    pieces: list[str] = []
    while cells(line) > width:
        end = used = 0
        for character in line:
            used += cells(character)
            if used > width:
                break
            end += 1
        space = line.rfind(" ", width // 2, end + 1)
        end = space if space > 0 else max(end, 1)
        pieces.append(line[:end])
        line = line[end:].removeprefix(" ")
    return [*pieces, line]
