"""The loop: a prompt, a line, its answer. Reading from the server goes on all the time, whatever the loop does."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.shortcuts import CompleteStyle

from mailshell import __version__
from mailshell.exits import Exit, UsageError
from mailshell.interpreter.dialogues import Refused
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local_commands import describe_opening
from mailshell.interpreter.options import Options
from mailshell.protocol.pop3.state import Pop3State
from mailshell.session import SessionError
from mailshell.shell.completion import CommandCompleter
from mailshell.shell.console import ShellConsole
from mailshell.shell.history import ShellHistory, history_path
from mailshell.shell.prompt import prompt_text, toolbar_text
from mailshell.text.escape import escape
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed


class Shell:
    """The shell on one terminal."""

    def __init__(self, options: Options) -> None:
        self.console = ShellConsole()
        self.interpreter = Interpreter(self.console, options)
        history = ShellHistory(history_path(), self.interpreter.is_secret)
        self._prompt: PromptSession[str] = PromptSession(
            message=lambda: prompt_text(self.interpreter),
            bottom_toolbar=lambda: toolbar_text(self.interpreter),
            history=history,
            auto_suggest=AutoSuggestFromHistory(),
            completer=CommandCompleter(self.interpreter),
            complete_while_typing=False,
            complete_style=CompleteStyle.COLUMN,
            enable_open_in_editor=False,
        )
        self.interpreter.announcer.on_closed = self._prompt.app.invalidate
        if history.problem is not None:
            self.console.say(f"note: {history.problem}")

    async def run(self, endpoint: Endpoint | None, suggestions: tuple[str, ...] = ()) -> Exit:
        """Open the endpoint if there is one, then read lines until the person leaves."""
        self.console.show(f"mailshell {__version__}; .help lists what there is")
        if endpoint is not None:
            await self._attend(self._open(endpoint))
        if suggestions:
            self.console.show("try:  " + "   ".join(suggestions))
        while not self.interpreter.leaving:
            line = await self._read()
            if line is None:
                if await self._may_leave():
                    break
                continue
            await self._attend(self.interpreter.run(line))
        await self._attend(self.interpreter.close())
        return Exit.OK

    async def _read(self) -> str | None:
        """The next line; None for Ctrl-D."""
        with patch_stdout(raw=True):
            try:
                return await self._prompt.prompt_async()
            except EOFError:
                return None
            except KeyboardInterrupt:
                pass
        await self._offer_to_close()
        return ""

    async def _offer_to_close(self) -> None:
        """Ctrl-C at the prompt: if a command has no answer yet, that may be the only way out."""
        session = self.interpreter.session
        if session is None or not session.is_open or not session.engine.outstanding:
            return
        first = session.engine.outstanding[0]
        which = escape(f"{first.tag} {first.name}".strip())
        if await self.console.confirm(f"{which} has no answer yet. Close the connection? [y/N] ", "yn") == "y":
            session.abort()

    async def _open(self, endpoint: Endpoint) -> None:
        try:
            await self.interpreter.open(endpoint)
        except (Refused, UsageError, SessionError, ConnectFailed, ConnectionError) as error:
            self.console.say(escape(self.interpreter.secrets.mask_str(str(error))))
            session = self.interpreter.session
            if session is not None and session.greeting is None:
                session.abort()
            return
        for line in describe_opening(self.interpreter):
            self.console.show(line)

    async def _attend(self, work: Coroutine[Any, Any, object]) -> None:
        """Wait for the work. Ctrl-C stops the waiting and not the program; a second one ends the connection."""
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def interrupt() -> None:
            session = self.interpreter.session
            if task.cancelling() and session is not None:
                session.abort()
            task.cancel()

        loop.add_signal_handler(signal.SIGINT, interrupt)
        try:
            with suppress(asyncio.CancelledError):
                await task
        finally:
            loop.remove_signal_handler(signal.SIGINT)
        if task.cancelled():
            self._tell_stopped()

    def _tell_stopped(self) -> None:
        session = self.interpreter.session
        waiting = session.engine.outstanding if session is not None and session.is_open else []
        if waiting:
            which = escape(f"{waiting[-1].tag} {waiting[-1].name}".strip())
            self.console.say(f"stopped waiting; {which} stays outstanding, and its answer will be labelled late")
        else:
            self.console.say("stopped")

    async def _may_leave(self) -> bool:
        """Ctrl-D: whether to leave, after asking what becomes of messages marked for deletion."""
        session = self.interpreter.session
        state = session.engine.state if session is not None and session.is_open else None
        if not isinstance(state, Pop3State) or not state.deleted:
            return True
        count = len(state.deleted)
        what = "1 message is" if count == 1 else f"{count} messages are"
        question = f"{what} marked for deletion: [c]ommit with QUIT, [d]rop the connection, or [s]tay? "
        answer = await self.console.confirm(question, "cds")
        if answer == "c":
            await self._attend(self.interpreter.run("QUIT"))
        elif answer == "d" and session is not None:
            session.abort()
        return answer != "s"
