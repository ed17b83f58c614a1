"""The console of the shell: above the prompt while one is shown, straight to the terminal while none is."""

from __future__ import annotations

import asyncio
import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

from mailshell.exits import UsageError
from mailshell.interpreter.result import Result

#: Of a message so many lines are shown; ``> FILE`` and debug level 3 have all.
FOLD = 60


class ShellConsole:
    """Shows and asks in a terminal."""

    interactive = True
    collects = False
    raw = False
    fold: int | None = FOLD

    def __init__(self) -> None:
        self._secrets: PromptSession[str] = PromptSession(is_password=True)
        self._plain: PromptSession[str] = PromptSession()

    @property
    def width(self) -> int:
        return self._plain.output.get_size().columns

    @width.setter
    def width(self, columns: int) -> None:
        raise AttributeError("the terminal has the width that it has")

    def show(self, line: str) -> None:
        print(line.encode("utf-8", "replace").decode("utf-8"))

    def write(self, octets: bytes) -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write(octets)
        sys.stdout.buffer.flush()

    def say(self, text: str) -> None:
        self.show(text)

    def trace(self, text: str) -> None:
        sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8"))

    async def ask(self, prompt: str) -> str | None:
        with patch_stdout(raw=True):
            try:
                return await self._plain.prompt_async(prompt)
            except EOFError:
                return None
            except KeyboardInterrupt:
                raise UsageError("the command was given up; nothing more of it is sent") from None

    async def ask_secret(self, prompt: str) -> str:
        with patch_stdout(raw=True):
            try:
                return await self._secrets.prompt_async(prompt)
            except (EOFError, KeyboardInterrupt):
                raise UsageError("no password was given") from None

    async def idle_end(self, seconds: float | None) -> None:
        """Wait for Enter, Ctrl-C or Ctrl-D; what the server says meanwhile appears above."""
        try:
            await asyncio.wait_for(self.ask("IDLE> "), seconds)
        except (TimeoutError, UsageError):
            return

    async def confirm(self, question: str, answers: str) -> str:
        """One of the letters in ``answers``; the last of them stands for Enter, Ctrl-C and anything else."""
        try:
            answer = await self.ask(question)
        except UsageError:
            answer = None
        letter = (answer or "").strip().lower()[:1]
        return letter if letter and letter in answers else answers[-1]

    def finished(self, result: Result) -> None:
        sys.stdout.flush()
