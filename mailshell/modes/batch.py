"""Without a terminal: lines from ``-c``, a script or standard input; results on standard output, the rest on error."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any, TextIO

from mailshell.exits import Exit, UsageError, worse
from mailshell.interpreter.answer import KEPT
from mailshell.interpreter.dialogues import Refused
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.options import Options
from mailshell.interpreter.result import Result
from mailshell.render.json import to_line
from mailshell.session import AnswerUnusable, ConnectionLost, SessionError, TimeLimit
from mailshell.text.escape import escape
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed

_IDLE_SECONDS = 10.0


class BatchConsole:
    """The console of a run without a person."""

    interactive = False
    fold: int | None = None

    def __init__(self, lines: Iterator[str], *, collects: bool) -> None:
        self.collects = collects
        self.raw = not sys.stdout.isatty()
        self.width = shutil.get_terminal_size((100, 24)).columns
        self._lines = lines

    def show(self, line: str) -> None:
        self.write(line.encode("utf-8", "surrogateescape") + b"\n")

    def write(self, octets: bytes) -> None:
        sys.stdout.buffer.write(octets)

    def say(self, text: str) -> None:
        sys.stdout.flush()
        sys.stderr.write(f"mailshell: {text}\n")
        sys.stderr.flush()

    def trace(self, text: str) -> None:
        sys.stdout.flush()
        sys.stderr.write(text)

    async def ask(self, prompt: str) -> str | None:
        return await next_line(self._lines)

    async def ask_secret(self, prompt: str) -> str:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                f"{prompt.rstrip(': ')} is needed and there is no terminal to ask at; "
                "give --password-env, --password-file or --password-command"
            )
        import getpass

        return await asyncio.to_thread(getpass.getpass, prompt, sys.stderr)

    async def idle_end(self, seconds: float | None) -> None:
        await asyncio.sleep(_IDLE_SECONDS if seconds is None else seconds)

    def finished(self, result: Result) -> None:
        if self.collects and result.command:
            print(to_line(result.as_json()), flush=True)
        sys.stdout.flush()


async def next_line(lines: Iterator[str]) -> str | None:
    """The next line of the script, read without holding up the session."""
    line = await asyncio.to_thread(next, lines, None)
    return None if line is None else line.rstrip("\r\n")


def script_lines(commands: Sequence[str], script: str | None) -> Iterator[str]:
    """The lines to run: those of ``-c`` (each may hold several), then those of the script or standard input.

    UsageError if the script can't be read.
    """
    for command in commands:
        yield from command.split("\n")
    if script is not None:
        with contextlib.ExitStack() as stack:
            yield from open_script(script, stack)


def open_script(script: str, stack: contextlib.ExitStack) -> TextIO:
    """The script, or standard input for ``-``, as text; octets that are no UTF-8 survive."""
    if script == "-":
        sys.stdin.reconfigure(errors="surrogateescape", newline="\n")  # type: ignore[union-attr]
        return sys.stdin
    try:
        return stack.enter_context(open(script, encoding="utf-8", errors="surrogateescape", newline="\n"))
    except OSError as error:
        raise UsageError(f"the script {script} can't be read: {(error.strerror or str(error)).lower()}") from None


async def run(
    endpoint: Endpoint | None,
    options: Options,
    lines: Iterator[str],
    *,
    collects: bool = False,
    fail_fast: bool = False,
) -> Exit:
    """Run the lines against the endpoint; the exit status of the run."""
    if collects:
        options.limits = replace(options.limits, kept_literal=KEPT, response=2 * KEPT)
    console = BatchConsole(lines, collects=collects)
    interpreter = Interpreter(console, options)
    async with _interruptible() as interrupted:
        work = asyncio.ensure_future(_run(interpreter, endpoint, lines, fail_fast=fail_fast))
        either: set[asyncio.Future[Any]] = {work, interrupted}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            await asyncio.wait({work}, timeout=1)
            if interpreter.session is not None:
                interpreter.session.abort()
            console.say("interrupted")
            return Exit.INTERRUPTED
        return work.result()


@contextlib.asynccontextmanager
async def _interruptible() -> AsyncIterator[asyncio.Future[None]]:
    """A future that is done when Ctrl-C, or SIGTERM, comes."""
    loop = asyncio.get_running_loop()
    interrupted: asyncio.Future[None] = loop.create_future()

    def interrupt() -> None:
        if not interrupted.done():
            interrupted.set_result(None)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield interrupted
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _run(interpreter: Interpreter, endpoint: Endpoint | None, lines: Iterator[str], *, fail_fast: bool) -> Exit:
    status = Exit.OK
    if endpoint is not None:
        status = await open_session(interpreter, endpoint)
        if status is not Exit.OK:
            return status
    unsent = 0
    try:
        while (line := await next_line(lines)) is not None:
            if line.lstrip().startswith("#"):
                continue
            lost = interpreter.session is not None and not interpreter.session.is_open
            if lost and line.strip() and not line.lstrip().startswith("."):
                unsent += 1
                continue
            result = await interpreter.run(line)
            status = worse(status, result.exit)
            if interpreter.leaving or (fail_fast and result.exit is not Exit.OK):
                break
    except UsageError as error:
        interpreter.console.say(str(error))
        status = worse(status, Exit.USAGE)
    if unsent:
        session = interpreter.session
        because = session.closed_because if session is not None else None
        interpreter.console.say(f"{unsent} more lines were not sent: {because or 'the session has ended'}")
        status = worse(status, Exit.LOST)
    await interpreter.close()
    if interpreter.session is not None:
        await interpreter.session.wait_closed()
    return status


async def open_session(interpreter: Interpreter, endpoint: Endpoint) -> Exit:
    """Open the session; what goes wrong is told, and becomes the exit status."""
    try:
        await interpreter.open(endpoint)
    except Refused as error:
        interpreter.console.say(str(error))
        await interpreter.close()
        return Exit.REFUSED
    except UsageError as error:
        interpreter.console.say(str(error))
        await interpreter.close()
        return Exit.USAGE
    except ConnectFailed as error:
        interpreter.console.say(escape(str(error)))
        return Exit.NO_CONNECTION
    except TimeLimit as error:
        interpreter.console.say(escape(str(error)))
        abort(interpreter)
        return Exit.TIME_LIMIT
    except (ConnectionLost, AnswerUnusable, SessionError, ConnectionError) as error:
        interpreter.console.say(escape(interpreter.secrets.mask_str(str(error))))
        abort(interpreter)
        return Exit.LOST
    return Exit.OK


def abort(interpreter: Interpreter) -> None:
    """Give the connection up at once."""
    if interpreter.session is not None:
        interpreter.session.abort()


def main(
    endpoint: Endpoint | None,
    options: Options,
    *,
    commands: Sequence[str],
    script: str | None,
    collects: bool,
    fail_fast: bool,
) -> Exit:
    """The run as a whole. A reader of standard output that goes away ends it quietly."""
    try:
        return asyncio.run(
            run(endpoint, options, script_lines(commands, script), collects=collects, fail_fast=fail_fast)
        )
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
