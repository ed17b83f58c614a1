"""The console of the shell: shows things through the screen, and asks the person."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app_session
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.history import DummyHistory
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.utils import is_dumb_terminal

from mailshell.exits import UsageError
from mailshell.interpreter.options import Options
from mailshell.interpreter.result import Result
from mailshell.shell import pager
from mailshell.shell.literal import literal_session
from mailshell.shell.screen import Screen, safe_block, safe_line
from mailshell.shell.unseen import Unseen


class ShellConsole:
    """Shows and asks in a terminal.

    ``pasted``: lines that were pasted after the one that runs; commands that ask for a line take them first.
    ``muted``: results are not shown, because the person does not wait for them any more. ``before_secret`` is called
    before a secret is asked for; ``mark`` begins each question.
    """

    interactive = True
    collects = False
    raw = False
    whole = False
    is_terminal = True

    def __init__(self, options: Options) -> None:
        self.screen = Screen(get_app_session().output)
        self.pasted: deque[str] = deque()
        self.muted = False
        self.before_secret: Callable[[], None] | None = None
        self.mark: Callable[[], str] = str
        self._answers: deque[str] = deque()
        #: The lines of a literal that was typed as a whole; None where its input ended.
        self._literal: deque[str | None] = deque()
        self._asking = asyncio.Lock()
        self._plain: PromptSession[str] = PromptSession(history=DummyHistory())
        # A dumb terminal would be shown each character: there, nothing at all is drawn.
        self._secrets: PromptSession[str] = PromptSession(
            history=DummyHistory(),
            input_processors=[Unseen()],
            output=DummyOutput() if is_dumb_terminal() else None,
        )
        #: Called when the options have changed.
        self.on_settled: Callable[[], None] = lambda: None
        self.settle(options)

    def settle(self, options: Options) -> None:
        self._options = options
        #: Of a message so many lines are shown; ``> FILE``, a pipe and debug level 3 have all.
        self.fold: int | None = options.fold or None
        self._colour = options.colour
        self._plain.editing_mode = EditingMode.VI if options.editing == "vi" else EditingMode.EMACS
        self.on_settled()

    def lent(self) -> AbstractContextManager[None]:
        return pager.lent(self.screen)

    @property
    def height(self) -> int | None:
        """Nothing is paged while lines wait that were pasted after the one that runs: the pager would take keys."""
        return None if self.pasted else self.screen.rows

    @property
    def width(self) -> int:
        return self.screen.columns

    def show(self, line: str) -> None:
        if not self.muted:
            self.screen.write(f"{safe_line(line)}\n")

    def conclude(self, line: str) -> None:
        self.show(line)

    def write(self, octets: bytes) -> None:
        raise AssertionError("a terminal is never given octets as they are")

    def say(self, text: str) -> None:
        for line in text.split("\n"):
            self.screen.write(f"{safe_line(line)}\n")

    def trace(self, text: str) -> None:
        self.screen.write(safe_block(text, colour=self._colour))

    async def read(self, session: PromptSession[str], prompt: str | None = None) -> str:
        """Prompt for a line; what is shown meanwhile goes above. Raises EOFError and KeyboardInterrupt."""
        async with self._asking:
            # A terminal that can't tell where its cursor is has no toolbar; that is not worth a warning.
            session.app.renderer.cpr_not_supported_callback = None
            self.screen.prompt_begins(session.app)
            try:
                return await session.prompt_async(prompt, handle_sigint=False, set_exception_handler=False)
            finally:
                self.screen.prompt_ended()

    async def literal(self, size: int | None) -> None:
        """Let the person type the literal as one text that can be edited, unless it was pasted with the command."""
        if self._answers or self.pasted:
            return
        vi, toolbar = self._options.editing == "vi", not self._options.plain
        try:
            text = await self.read(literal_session(size, self.mark(), vi=vi, toolbar=toolbar))
        except EOFError:
            self._literal.append(None)
        except KeyboardInterrupt:
            raise UsageError("the command was given up; nothing more of it is sent") from None
        else:
            # An empty last line was typed too: it may be the end of the literal.
            self._literal.extend(text.split("\n"))

    async def ask(self, prompt: str) -> str | None:
        if self._literal:
            return self._literal.popleft()
        if self._answers or self.pasted:
            line = (self._answers or self.pasted).popleft()
            self.show(f"{prompt}⟦pasted⟧")
            return line
        text = await self._ask(prompt)
        if text is None:
            return None
        first, *rest = split_lines(text)
        self._answers.extend(rest)
        return first

    async def _ask(self, prompt: str) -> str | None:
        """Ask the person, whatever was pasted."""
        try:
            return await self.read(self._plain, self.mark() + safe_line(prompt))
        except EOFError:
            return None
        except KeyboardInterrupt:
            raise UsageError("the command was given up; nothing more of it is sent") from None

    async def ask_secret(self, prompt: str) -> str:
        if self.before_secret is not None:
            self.before_secret()
        question = self.mark() + safe_line(prompt)
        dumb = is_dumb_terminal()
        if dumb:
            self.screen.write(question)
            self.screen.flush()
        try:
            return await self.read(self._secrets, question)
        except (EOFError, KeyboardInterrupt):
            raise UsageError("no password was given") from None
        finally:
            if dumb:
                self.screen.write("\n")

    async def idle_end(self, seconds: float | None) -> None:
        """Wait for Enter, Ctrl-C or Ctrl-D; what the server says meanwhile appears above."""
        try:
            await asyncio.wait_for(self._ask("IDLE> "), seconds)
        except (TimeoutError, UsageError):
            return

    async def confirm(self, question: str, answers: str) -> str:
        """One of the letters in ``answers``; the last of them stands for Enter, Ctrl-C and anything else."""
        try:
            answer = await self._ask(question)
        except UsageError:
            answer = None
        letter = (answer or "").strip().lower()[:1]
        return letter if letter and letter in answers else answers[-1]

    def finished(self, result: Result) -> None:
        self._answers.extend(line for line in self._literal if line)
        self._literal.clear()
        if self._answers:
            self.say(f"note: {_lines(self._answers)} pasted after the literal and not used")
            self._answers.clear()

    def drop_pasted(self) -> None:
        """Forget the pasted lines that were not run, and say so."""
        if self.pasted:
            self.say(f"note: {_lines(self.pasted)} pasted and not run")
            self.pasted.clear()


def _lines(lines: Sequence[str]) -> str:
    return "1 line was" if len(lines) == 1 else f"{len(lines):,} lines were"


def split_lines(text: str) -> list[str]:
    """The lines of what was typed or pasted: at least one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
