"""The loop: a prompt, a line, its answer. Reading from the server goes on all the time, whatever the loop does."""

from __future__ import annotations

import asyncio

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory, DynamicAutoSuggest
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import merge_key_bindings
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.layout.processors import ConditionalProcessor
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import DynamicStyle

from mailshell import __version__
from mailshell.contract import SessionError
from mailshell.exits import Exit, UsageError
from mailshell.interpreter import python_api
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local import table
from mailshell.interpreter.local.connection import describe_opening
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.options import Options
from mailshell.interpreter.refusal import Refused
from mailshell.interpreter.url_target import follow
from mailshell.shell.attention import Attention
from mailshell.shell.colouring import input_lexer, input_style
from mailshell.shell.completion import ShellCompleter
from mailshell.shell.console import ShellConsole, split_lines
from mailshell.shell.farewell import Farewell
from mailshell.shell.hinting import HintProcessor, HintsFirst
from mailshell.shell.history import ShellHistory, history_path
from mailshell.shell.keyboard import unechoed
from mailshell.shell.keys import shell_keys
from mailshell.shell.prompt import prompt_text, toolbar_text
from mailshell.shell.tab import Tab
from mailshell.text.escape import escape
from mailshell.text.redirection import find_pipe
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed


class Shell:
    """The shell on one terminal."""

    def __init__(self, options: Options) -> None:
        self.console = ShellConsole(options)
        self.sessions = sessions = Interpreter(self.console, options).sessions
        self._attention = Attention(self.console, sessions)
        self._farewell = Farewell(self.console, sessions, self._attention)
        self._history = ShellHistory(
            history_path(), lambda line: self.interpreter.mask.is_secret(line), options.history_size
        )
        self._lexer, suggestions = input_lexer(sessions), self._suggestions(options)
        # Without colours, what stands in grey behind the cursor would look like something typed.
        grey = Condition(lambda: options.colour)
        # What stands after a pipe is none of the protocol's.
        hints = Condition(lambda: options.hints and find_pipe(self._prompt.default_buffer.text) is None)
        completer = ShellCompleter(sessions)
        tab = Tab(completer, self.console, Condition(lambda: options.plain))
        self._prompt: PromptSession[str] = PromptSession(
            message=lambda: prompt_text(self.interpreter, self.console.width),
            history=self._history,
            auto_suggest=DynamicAutoSuggest(lambda: suggestions if options.suggestions and grey() else None),
            completer=completer,
            complete_style=CompleteStyle.COLUMN,
            complete_while_typing=Condition(lambda: options.complete_while_typing),
            enable_open_in_editor=False,
            key_bindings=merge_key_bindings([tab.keys(), shell_keys(sessions, self._show)]),
            style=DynamicStyle(lambda: input_style(options.theme) if options.colour else None),
            include_default_pygments_style=False,
            input_processors=[ConditionalProcessor(HintProcessor(sessions), grey & hints)],
        )
        self.console.on_settled = self._settle
        self._settle()
        self.console.mark = lambda: "INSECURE " if options.tls_options.insecure else ""
        self.interpreter.announcer.on_closed = self._prompt.app.invalidate

    @property
    def interpreter(self) -> Interpreter:
        """That of the session to which lines go."""
        return self.sessions.current

    def _settle(self) -> None:
        """Take from the options what they say of the prompt."""
        options, prompt = self.interpreter.options, self._prompt
        prompt.editing_mode = EditingMode.VI if options.editing == "vi" else EditingMode.EMACS
        # Lines are remembered as a lexer has coloured them, and with another one they are coloured anew.
        prompt.lexer = self._lexer if options.colour else None
        prompt.bottom_toolbar = None if options.plain else self._toolbar
        depths = {"auto": None, "on": ColorDepth.DEPTH_8_BIT, "off": ColorDepth.DEPTH_1_BIT}
        prompt.color_depth = ColorDepth.DEPTH_1_BIT if options.plain else depths[options.colour_choice]
        prompt.app.invalidate()

    def _toolbar(self) -> str:
        app = get_app()
        is_navigating = app.editing_mode is EditingMode.VI and app.vi_state.input_mode is InputMode.NAVIGATION
        mode = "normal" if is_navigating else ""
        return toolbar_text(self.interpreter, self._prompt.default_buffer.text, self.console.width, mode)

    async def _show(self, line: str) -> None:
        """Show the answer to a local command above the prompt, and what is typed in it again."""
        async with in_terminal():
            with self.console.screen.bare():
                try:
                    await table.run(self.interpreter, line)
                except UsageError as error:
                    self.console.say(escape(str(error)))

    async def run(self, endpoint: Endpoint | None, suggestions: tuple[str, ...] = ()) -> Exit:
        """Open the endpoint if there is one, then read lines until the person leaves.

        Raises SystemExit if a signal asked for the end, or the terminal is gone.
        """
        shared = self.interpreter.options.sources.runs_command or (endpoint and endpoint.kind) == "exec"
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
        for note in self.interpreter.options.notes:
            self.console.say(f"note: {escape(note)}")
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
            shown = prompt_text(self.interpreter, self.console.width) + self.interpreter.mask.line(line)
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

    def _suggestions(self, options: Options) -> HintsFirst:
        return HintsFirst(self.sessions, AutoSuggestFromHistory(), lambda: options.hints)

    def _hint(self, line: str) -> None:
        """``help``, ``exit`` and the like go to the server as they stand; a newcomer means what begins with a dot."""
        word = line.strip().lower()
        local = ".help" if word == "?" else f".{word}"
        known = word.upper() in self.interpreter.catalogue or word in python_api.WORDS
        if local in COMMANDS and not known and not self.interpreter.raw_mode:
            self.console.say(f"note: mailshell's own commands begin with a dot: {local}")

    async def _follow(self) -> Exception | None:
        """Open what the URL names; what went wrong, if something did."""
        try:
            await follow(self.interpreter)
        except (UsageError, SessionError, ConnectionError) as error:
            return error
        return None

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
            if problem is None:
                problem = await self._follow()
            text = self.interpreter.secrets.mask_str(str(problem or ""))
            if text and text != self.interpreter.announcer.told:
                self.console.say(escape(text))

        self.console.before_secret = tell
        await self._attention.wait(opening(), "the connection")
        self.console.before_secret = None
