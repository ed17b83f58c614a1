"""The loop: a prompt, a line, its answer. Reading from the server goes on all the time, whatever the loop does."""

from __future__ import annotations

import asyncio
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.shortcuts import CompleteStyle

from mailshell import __version__
from mailshell.contract import SessionError
from mailshell.exits import Exit, UsageError
from mailshell.interpreter.dialogues import Refused
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.connection import describe_opening
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.options import Options
from mailshell.shell.attention import Attention
from mailshell.shell.colouring import input_lexer, input_style
from mailshell.shell.completion import CommandCompleter
from mailshell.shell.console import ShellConsole, split_lines
from mailshell.shell.farewell import Farewell
from mailshell.shell.hinting import HintProcessor
from mailshell.shell.history import ShellHistory, history_path
from mailshell.shell.keyboard import unechoed
from mailshell.shell.prompt import prompt_text, toolbar_text
from mailshell.text.escape import escape
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed


class Shell:
    """The shell on one terminal."""

    def __init__(self, options: Options) -> None:
        self.console = ShellConsole(colour=options.colour)
        self.interpreter = Interpreter(self.console, options)
        self._attention = Attention(self.console, self.interpreter)
        self._farewell = Farewell(self.console, self.interpreter, self._attention)
        self._history = ShellHistory(history_path(), self.interpreter.is_secret)
        self._prompt: PromptSession[str] = PromptSession(
            message=lambda: prompt_text(self.interpreter, self.console.width),
            bottom_toolbar=lambda: toolbar_text(self.interpreter, self._prompt.default_buffer.text),
            history=self._history,
            auto_suggest=AutoSuggestFromHistory(),
            completer=CommandCompleter(self.interpreter),
            complete_while_typing=False,
            complete_style=CompleteStyle.COLUMN,
            enable_open_in_editor=False,
            **self._colours(options.colour),
        )
        self.console.mark = lambda: "INSECURE " if options.tls_options.insecure else ""
        self.interpreter.announcer.on_closed = self._prompt.app.invalidate

    def _colours(self, colour: bool) -> dict[str, Any]:
        """Colours for what is typed, and hints in grey: without colours a hint would look like something typed."""
        if not colour:
            return {}
        return {
            "lexer": input_lexer(self.interpreter),
            "style": input_style(),
            "include_default_pygments_style": False,
            "input_processors": [HintProcessor(self.interpreter)],
        }

    async def run(self, endpoint: Endpoint | None, suggestions: tuple[str, ...] = ()) -> Exit:
        """Open the endpoint if there is one, then read lines until the person leaves.

        Raises SystemExit if a signal asked for the end, or the terminal is gone.
        """
        shared = self.interpreter.options.password.command is not None or (endpoint and endpoint.kind) == "exec"
        with self._attention.signals(), unechoed(shared=shared):
            try:
                return await self._run(endpoint, suggestions)
            except (asyncio.CancelledError, OSError):
                number = self._attention.ended_by
                if number is None:
                    raise
                raise SystemExit(128 + number) from None
            finally:
                self.console.screen.flush()

    async def _run(self, endpoint: Endpoint | None, suggestions: tuple[str, ...]) -> Exit:
        self.console.show(f"mailshell {__version__}; .help lists what there is")
        if self._history.problem is not None:
            self.console.say(f"note: {escape(self._history.problem)}")
        if endpoint is not None:
            await self._open(endpoint)
        elif self.interpreter.session is None:
            self.console.show("not connected: .open URL connects, for example .open imaps://mail.example.org")
        if suggestions:
            self.console.show("try:  " + "   ".join(suggestions))
        while await self._turn():
            pass
        await self._farewell.leave()
        return Exit.OK

    async def _turn(self) -> bool:
        """A line, or several pasted ones; False once the person leaves."""
        try:
            text = await self.console.read(self._prompt)
        except EOFError:
            return not await self._farewell.may_leave()
        except KeyboardInterrupt:
            if not self._prompt.default_buffer.text:
                await self._farewell.offer_to_close()
            return True
        line, *rest = split_lines(text)
        self.console.pasted.extend(rest)
        goes_on = await self._line(line)
        while self.console.pasted and goes_on:
            line = self.console.pasted.popleft()
            shown = prompt_text(self.interpreter, self.console.width) + self.interpreter.masked(line)
            for row in shown.split("\n"):
                self.console.show(row)
            goes_on = await self._line(line)
        self.console.drop_pasted()
        if self.interpreter.leaving:
            self.interpreter.leaving = await self._farewell.may_leave()
        return not self.interpreter.leaving

    async def _line(self, line: str) -> bool:
        """Run a line; whether pasted lines after it should run too."""
        before = self.interpreter.session
        was_open = before is not None and before.is_open
        self._hint(line)
        finished = await self._attention.wait(self.interpreter.run(line))
        lost = was_open and before is not None and not before.is_open and self.interpreter.session is before
        return finished and not lost and not self.interpreter.leaving

    def _hint(self, line: str) -> None:
        """``help``, ``exit`` and the like go to the server as they stand; a newcomer means what begins with a dot."""
        word = line.strip().lower()
        local = ".help" if word == "?" else f".{word}"
        if local in COMMANDS and word.upper() not in self.interpreter.catalogue and not self.interpreter.raw_mode:
            self.console.say(f"note: mailshell's own commands begin with a dot: {local}")

    async def _open(self, endpoint: Endpoint) -> None:
        """Open the session at the start; what goes wrong is told, and the shell goes on."""
        told: list[str] = []

        def tell() -> None:
            """Say what stands, before a password is typed into it."""
            if not told:
                told.extend(describe_opening(self.interpreter))
                for line in told:
                    self.console.show(line)

        async def opening() -> None:
            problem: Exception | None = None
            try:
                await self.interpreter.open(endpoint)
            except (Refused, UsageError, SessionError, ConnectFailed, ConnectionError) as error:
                problem = error
            tell()
            text = self.interpreter.secrets.mask_str(str(problem or ""))
            if text and text != self.interpreter.announcer.told:
                self.console.say(escape(text))

        self.console.before_secret = tell
        await self._attention.wait(opening(), "the connection")
        self.console.before_secret = None
