"""Without a terminal: lines from ``-c``, a script or standard input; results on standard output, the rest on error."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TextIO

from mailshell import streams
from mailshell.contract import AnswerUnusable, ConnectionLost, SessionError, TimeLimit
from mailshell.exits import Exit, UsageError, worse
from mailshell.interpreter.answer import KEPT
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.options import Options
from mailshell.interpreter.refusal import Refused
from mailshell.interpreter.result import Result
from mailshell.interpreter.url_target import follow
from mailshell.lint.rule import Severity
from mailshell.render.json import to_line
from mailshell.text.escape import escape
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed
from mailshell.transport.thread import in_thread

_IDLE_SECONDS = 10.0
#: What runs when the run is to end has so long to end in good order: somebody waits after Ctrl-C, and nobody where the
#: reader of the results has gone.
_INTERRUPTED_SECONDS, _UNREAD_SECONDS = 0.7, 2.0


class BatchConsole:
    """The console of a run without a person."""

    interactive = False
    fold: int | None = None
    height: int | None = None

    def __init__(self, lines: LineReader, *, collects: bool) -> None:
        self.collects = collects
        #: Done, with the error, when standard output can't be written: the run has nobody to work for any more.
        self.output_failed: asyncio.Future[OSError] = asyncio.get_running_loop().create_future()
        self.raw = self.whole = not sys.stdout.isatty()
        self.is_terminal = sys.stderr.isatty()
        self.width = shutil.get_terminal_size((100, 24)).columns
        self._lines = lines

    def show(self, line: str) -> None:
        self.write(line.encode("utf-8", "surrogateescape") + b"\n")

    def conclude(self, line: str) -> None:
        self.show(line)

    def write(self, octets: bytes) -> None:
        if self.output_failed.done():
            return
        try:
            sys.stdout.buffer.write(octets)
        except OSError as error:
            self.output_failed.set_result(error)

    def _flush(self) -> None:
        """Standard output comes before what is written to standard error after it."""
        if self.output_failed.done():
            return
        try:
            sys.stdout.buffer.flush()
        except OSError as error:
            self.output_failed.set_result(error)

    def say(self, text: str) -> None:
        self.trace(f"mailshell: {text}\n")

    def trace(self, text: str) -> None:
        self._flush()
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            # Nobody reads the messages; the results count all the same.
            streams.discard(sys.stderr)

    async def ask(self, prompt: str) -> str | None:
        return await self._lines.next()

    async def literal(self, size: int | None) -> None:
        return

    async def ask_secret(self, prompt: str) -> str:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            what = prompt.partition(" ")[0].lower()
            raise UsageError(
                f"{escape(prompt.rstrip(': '))} is needed and there is no terminal to ask at; "
                f"give --{what}-env, --{what}-file or --{what}-command"
            )
        import getpass
        import termios

        before = termios.tcgetattr(sys.stdin)
        try:
            return await in_thread(partial(getpass.getpass, prompt, sys.stderr), "secret")
        except EOFError:
            raise UsageError(f"no {prompt.partition(' ')[0].lower()} was given") from None
        finally:
            # After Ctrl-C nobody waits for the thread, which would have switched the echo on again.
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    async def idle_end(self, seconds: float | None) -> None:
        await asyncio.sleep(_IDLE_SECONDS if seconds is None else seconds)

    def settle(self, options: Options) -> None:
        return

    def lent(self) -> contextlib.AbstractContextManager[None]:
        # What was shown comes first; a message that comes meanwhile stands where it came, as in any pipeline.
        self._flush()
        return contextlib.nullcontext()

    def finished(self, result: Result) -> None:
        if self.collects and result.command:
            self.write(to_line(result.as_json()).encode("ascii") + b"\n")
        self._flush()


class LineReader:
    """Gives the lines of a run one after the other, without holding up the session.

    Each is read on a daemon thread: one that waits for a line which does not come must not hold up the end either.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    async def next(self) -> str | None:
        """The next line without its line end, or None. Raises what reading it raises."""
        line = await in_thread(partial(next, self._lines, None), "next line")
        return None if line is None else line.removesuffix("\n").removesuffix("\r")


def script_lines(commands: Sequence[str], script: str | None) -> Iterator[str]:
    """The lines to run: those of ``-c`` (each may hold several), then those of the script or standard input.

    UsageError if the script can't be opened, or later if it can't be read.
    """
    file = None if script is None else _open_script(script)

    def lines() -> Iterator[str]:
        for command in commands:
            yield from command.split("\n")
        if file is None:
            return
        try:
            for number, line in enumerate(file):
                # Editors of one system put a byte order mark before the first line.
                yield line if number else line.removeprefix("\ufeff")
        except OSError as error:
            raise UsageError(f"{_name_of(script)} can't be read: {streams.reason(error)}") from None

    return lines()


def _open_script(script: str) -> TextIO:
    """The script, or standard input for ``-``, as text; octets that are no UTF-8 survive."""
    if script == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")  # type: ignore[union-attr]
        return sys.stdin
    try:
        return open(script, encoding="utf-8", errors="surrogateescape", newline="\n")
    except OSError as error:
        raise UsageError(f"{_name_of(script)} can't be read: {streams.reason(error)}") from None


def _name_of(script: str | None) -> str:
    return "standard input" if script == "-" else f"the script {script}"


async def run(
    endpoint: Endpoint | None,
    options: Options,
    lines: Iterator[str],
    *,
    collects: bool = False,
    fail_fast: bool = False,
) -> Exit:
    """Run the lines against the endpoint; the exit status of the run.

    A reader of standard output that goes away ends it quietly, any other failure to write there is a usage error.
    """
    if collects:
        options.limits = replace(options.limits, kept_literal=KEPT, response=2 * KEPT)
    reader = LineReader(lines)
    console = BatchConsole(reader, collects=collects)
    for note in options.notes:
        console.say(f"note: {escape(note)}")
    interpreter = Interpreter(console, options)
    async with _interruptible() as interrupted:
        work = asyncio.ensure_future(_run(interpreter, endpoint, reader, fail_fast=fail_fast))
        ends: set[asyncio.Future[Any]] = {work, interrupted, console.output_failed}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            # No line after this one; and this one, or the farewell, has only so long to end.
            interpreter.sessions.current.leaving = True
            if interrupted.done():
                work.cancel()
            await asyncio.wait({work}, timeout=_INTERRUPTED_SECONDS if interrupted.done() else _UNREAD_SECONDS)
            work.cancel()
            interpreter.sessions.abort()
            await asyncio.wait({work})
        if interrupted.done():
            console.say("interrupted")
            return Exit.INTERRUPTED
        status = Exit.OK if work.cancelled() else work.result()
    if found := _found_enough(interpreter):
        console.say(f"as bad as --fail-on {options.fail_on} is: {found}")
        status = worse(status, Exit.FINDINGS)
    if console.output_failed.done():
        return worse(status, _output_failed(console, console.output_failed.result()))
    return status


def _found_enough(interpreter: Interpreter) -> str:
    """What was found in any of the sessions that is as bad as ``--fail-on`` says; empty if nothing was."""
    least = interpreter.options.fail_on
    if least is None:
        return ""
    found = interpreter.findings.worse_than(Severity[least.upper()])
    shown = ", ".join(f"{rule.id} {rule.name} ({count:,})" for rule, count in found.most_common(5))
    return f"{shown}, and {len(found) - 5} more rules" if len(found) > 5 else shown


def _output_failed(console: BatchConsole, error: OSError) -> Exit:
    streams.discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return Exit.OK
    console.say(f"standard output can't be written: {streams.reason(error)}")
    return Exit.USAGE


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


async def _run(interpreter: Interpreter, endpoint: Endpoint | None, lines: LineReader, *, fail_fast: bool) -> Exit:
    status = Exit.OK
    if endpoint is not None:
        status = await open_session(interpreter, endpoint, follows=True)
        if status is not Exit.OK:
            return status
    unsent = 0
    sessions = interpreter.sessions
    try:
        while not sessions.current.leaving and (line := await lines.next()) is not None:
            interpreter = sessions.current
            if line.lstrip().startswith("#") and not interpreter.raw_mode:
                continue
            lost = interpreter.session is not None and not interpreter.session.is_open
            if lost and line.strip() and not line.lstrip().startswith("."):
                unsent += 1
                continue
            result = await interpreter.run(line)
            status = worse(status, result.exit)
            if fail_fast and result.exit is not Exit.OK:
                break
    except UsageError as error:
        interpreter.console.say(str(error))
        status = worse(status, Exit.USAGE)
    if unsent:
        session = interpreter.session
        because = session.closed_because if session is not None else None
        what = "1 more line was" if unsent == 1 else f"{unsent:,} more lines were"
        interpreter.console.say(f"{what} not sent: {escape(because or 'the session has ended')}")
        status = worse(status, Exit.LOST)
    for _, one in sessions:
        await one.close()
        # What was found in the farewell belongs to no line.
        one.findings.take()
        if one.session is not None:
            await one.session.wait_closed()
    return status


async def open_session(interpreter: Interpreter, endpoint: Endpoint, *, follows: bool = False) -> Exit:
    """Open the session; what goes wrong is told, is a result, and becomes the exit status.

    ``follows``: what the URL names is opened too. Where that is refused the session is closed.
    """
    status = Exit.OK
    try:
        await interpreter.open(endpoint)
        if follows and (status := await follow(interpreter)) is not Exit.OK:
            await interpreter.close()
    except Refused as error:
        result = _told(interpreter, error, Exit.REFUSED)
        await interpreter.close()
    except UsageError as error:
        result = _told(interpreter, error, Exit.USAGE)
        await interpreter.close()
    except ConnectFailed as error:
        result = _told(interpreter, error, Exit.NO_CONNECTION)
    except TimeLimit as error:
        result = _told(interpreter, error, Exit.TIME_LIMIT)
        abort(interpreter)
    except (ConnectionLost, AnswerUnusable, SessionError, ConnectionError) as error:
        result = _told(interpreter, error, Exit.LOST)
        abort(interpreter)
    else:
        return status
    interpreter.finish(result)
    return result.exit


def _told(interpreter: Interpreter, error: Exception, status: Exit) -> Result:
    """What came of the opening, told to the person."""
    text = interpreter.secrets.mask_str(str(error))
    # The words of a refusal, and those of wrong usage, are fit for a terminal already.
    interpreter.console.say(text if isinstance(error, (Refused, UsageError)) else escape(text))
    return Result(".open", text=text, exit=status)


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
    """The run as a whole."""
    lines = script_lines(commands, script)
    return asyncio.run(run(endpoint, options, lines, collects=collects, fail_fast=fail_fast))
