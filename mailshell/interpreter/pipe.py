"""``command | less``: what a line shows goes to a program, and the pager for local output longer than the screen.

What is shown is kept in a file without a name until the line is done, and is then the program's standard input; the
status of the answer comes after it, on the terminal. So a program that ends early disturbs nothing, messages never
stand among its output, and an answer of any size takes no memory. Octets of a message are escaped as they are on the
screen; ``> FILE`` has them as they are. The lines of a local command go to a file the same way.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import IO, TYPE_CHECKING, Protocol

from mailshell.exits import Exit, UsageError, worse
from mailshell.interpreter.console import Console
from mailshell.interpreter.line import split_redirection
from mailshell.interpreter.local import aliases
from mailshell.interpreter.local.command import Lines, finish
from mailshell.interpreter.masking import mask_line, passes_on
from mailshell.interpreter.result import Result
from mailshell.streams import reason
from mailshell.text.redirection import find_pipe

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter
    from mailshell.interpreter.options import Options

#: Local commands that take all of their line, pipes as well.
_TAKE_ALL = (".alias", ".open")
#: Those to which ``> FILE`` belongs too: it is their text, or the name of another file.
_TAKE_FILES = (*_TAKE_ALL, ".mark", ".note", ".record", ".save")
#: What a shell can't run, or does not find, ends with one of these (POSIX, Shell Command Language, 2.8.2).
_NOT_RUN = (126, 127)
_PAGER = "less -FRX"


class Writable(Protocol):
    """What takes octets: a file, or a sink."""

    def write(self, octets: bytes, /) -> object: ...


class PipedConsole:
    """A console that keeps what is shown for a program; everything else goes where it went before."""

    raw = False
    whole = True
    collects = False
    interactive: bool
    fold: int | None = None
    height: int | None = None

    def __init__(self, console: Console, file: Writable) -> None:
        self._console = console
        self._file = file
        self.width = console.width
        self.interactive = console.interactive
        self.is_terminal = console.is_terminal
        self.error: str | None = None
        self._status: list[str] = []

    def show(self, line: str) -> None:
        self.write(line.encode("utf-8", "backslashreplace") + b"\n")

    def conclude(self, line: str) -> None:
        self._status.append(line)

    def tell_status(self) -> None:
        """Show what concludes the answer, after what the program writes; a collected result has it already."""
        if not self._console.collects:
            for line in self._status:
                self._console.conclude(line)

    def write(self, octets: bytes) -> None:
        if self.error is not None:
            return
        try:
            self._file.write(octets)
        except OSError as error:
            self.error = reason(error)

    def say(self, text: str) -> None:
        self._console.say(text)

    def trace(self, text: str) -> None:
        self._console.trace(text)

    async def ask(self, prompt: str) -> str | None:
        return await self._console.ask(prompt)

    async def literal(self, size: int | None) -> None:
        await self._console.literal(size)

    async def ask_secret(self, prompt: str) -> str:
        return await self._console.ask_secret(prompt)

    async def idle_end(self, seconds: float | None) -> None:
        await self._console.idle_end(seconds)

    def finished(self, result: Result) -> None:
        self._console.finished(result)

    def settle(self, options: Options) -> None:
        self._console.settle(options)

    def lent(self) -> AbstractContextManager[None]:
        return self._console.lent()


def split(interpreter: Interpreter, line: str) -> tuple[str, str] | None:
    """A line and the shell command that it is piped to; None if it is not piped.

    A line that may hold a password is never cut: whatever stands in it belongs to the password.
    """
    match = find_pipe(line)
    if match is None or interpreter.raw_mode or not _may_be_cut(interpreter, line, _TAKE_ALL):
        return None
    return line[: match.start()].rstrip(), line[match.end() :].strip()


def redirected(interpreter: Interpreter, line: str) -> tuple[str, str] | None:
    """The line of a local command and the file that its output goes to; None if it goes to none."""
    command, file = split_redirection(line)
    # Redirection itself is a topic: .help > FILE.
    if file is None or ".help".startswith(command.lower()) or not _may_be_cut(interpreter, line, _TAKE_FILES):
        return None
    return command, file


def _may_be_cut(interpreter: Interpreter, line: str, take_all: Sequence[str]) -> bool:
    """Whether what stands at the end of a line may be something else than the command's."""
    word = line.split(None, 1)[0].lower()
    if passes_on(line) or (len(word) > 1 and any(name.startswith(word) for name in take_all)):
        return False
    if mask_line(line, interpreter.catalogue) != line or interpreter.mask.may_be_a_login(line):
        return False
    return aliases.mask(interpreter, line) == line


async def run(interpreter: Interpreter, line: str, command: str) -> Result:
    """Run a line, then the shell command with what the line shows. The result is the line's."""
    console = interpreter.console
    try:
        await _find(command)
    except UsageError as error:
        result = Result(interpreter.mask.line(f"{line} | {command}"), text=str(error), exit=Exit.USAGE)
        console.say(str(error))
        console.finished(result)
        return result
    result = Result("")
    try:
        with tempfile.TemporaryFile() as file:
            piped = PipedConsole(console, file)
            interpreter.console = piped
            try:
                result = await interpreter.run_part(line)
            finally:
                interpreter.console = console
            if piped.error is not None:
                piped.tell_status()
                raise UsageError(f"what the program would get can't be kept: {piped.error}")
            try:
                if file.tell() or result.exit is Exit.OK:
                    await _feed(console, command, file)
            finally:
                piped.tell_status()
    except UsageError as error:
        console.say(str(error))
        result.exit = worse(result.exit, Exit.USAGE)
    return result


async def _find(command: str) -> None:
    """UsageError if the shell would not find the program: better told before anything is sent."""
    word = command.split()[0]
    if "\0" in command:
        raise UsageError("a shell command can't hold a NUL")
    if not all(character.isalnum() or character in "_-+./" for character in word):
        return
    null = asyncio.subprocess.DEVNULL
    try:
        asked = await asyncio.create_subprocess_exec(
            "sh", "-c", 'command -v "$1"', "sh", word, stdin=null, stdout=null, stderr=null
        )
    except OSError as error:
        raise UsageError(f"no shell can be started: {reason(error)}") from None
    if await asked.wait():
        raise UsageError(f"there is no program {word}; nothing was sent")


async def _feed(console: Console, command: str, file: IO[bytes]) -> None:
    """Run the shell command with the file as its standard input; the terminal is the program's meanwhile."""
    file.flush()
    file.seek(0)
    with console.lent():
        try:
            program = await asyncio.create_subprocess_shell(command, stdin=file)
        except OSError as error:
            raise UsageError(f"{command} can't be started: {reason(error)}") from None
        try:
            status = await program.wait()
        finally:
            if program.returncode is None:
                program.terminate()
    if status in _NOT_RUN:
        raise UsageError(f"{command} could not be run (status {status})")


def pager(setting: str) -> str | None:
    """The command that shows long output; None for none. ``auto``: $PAGER, or less if it is there."""
    if setting != "auto":
        return None if setting == "off" else setting
    chosen = os.environ.get("PAGER")
    if chosen is not None:
        return chosen.strip() or None
    return _PAGER if shutil.which("less") else None


async def show(interpreter: Interpreter, line: str, lines: Lines) -> Result:
    """Show the lines of a local command: through the pager if they are more than the screen has."""
    console = interpreter.console
    command = pager(interpreter.options.pager)
    if command is None or console.height is None or _rows(lines, console.width) < console.height:
        return finish(interpreter, line, lines)
    with tempfile.TemporaryFile() as file:
        interpreter.console = piped = PipedConsole(console, file)
        try:
            result = finish(interpreter, line, lines)
        finally:
            interpreter.console = console
        if piped.error is None:
            await _feed(console, command, file)
    return result


def _rows(lines: Lines, width: int) -> int:
    return sum(max(1, -(-len(line) // max(1, width))) for line in lines)
