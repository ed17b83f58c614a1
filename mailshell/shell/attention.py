"""Waiting for something, and what ends the waiting: Ctrl-C, the end of the terminal, a request to end.

One Ctrl-C ends the waiting, and not the program or the connection. If work does not end on that, the next one ends the
connection. While a prompt is shown Ctrl-C is a key, and nothing of this applies.
"""

from __future__ import annotations

import asyncio
import signal
import traceback
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from prompt_toolkit.application import get_app_or_none

from mailshell.interpreter.sessions import Sessions
from mailshell.shell.console import ShellConsole
from mailshell.shell.keyboard import forget_typed
from mailshell.text.escape import escape

#: After so many seconds without an octet from the server a person is told how to go on.
_PATIENCE = 3.0


class Attention:
    """Waits for one piece of work after the other."""

    def __init__(self, console: ShellConsole, sessions: Sessions) -> None:
        self.ended_by: int | None = None
        self._console = console
        self._sessions = sessions
        self._task: asyncio.Task[Any] | None = None
        self._main: asyncio.Task[Any] | None = None

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Deal with signals as long as this lasts. ``ended_by``: the one that asked for the end of the program."""
        loop = asyncio.get_running_loop()
        self._main = asyncio.current_task()
        self._console.screen.on_dead = lambda: self._end(signal.SIGHUP)
        ends = (signal.SIGTERM, signal.SIGHUP)
        for number in ends:
            loop.add_signal_handler(number, self._end, number)

        def interrupted(number: int, frame: FrameType | None) -> None:
            # Called between any two steps of whatever runs, so that a long answer falls silent at once.
            if self._task is not None and not self._console.screen.prompting:
                self._console.muted = True
                forget_typed()
            loop.call_soon_threadsafe(self._interrupt)

        before = signal.signal(signal.SIGINT, interrupted)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            for number in ends:
                loop.remove_signal_handler(number)

    async def wait(
        self, work: Coroutine[Any, Any, object], waiting_for: str = "an answer", *, tells: bool = True
    ) -> bool:
        """Wait for the work; False if the person stopped the waiting, after saying what that leaves behind."""
        task = self._task = asyncio.ensure_future(work)
        hint = asyncio.ensure_future(self._hint(waiting_for))
        try:
            await asyncio.wait({task})
        finally:
            hint.cancel()
            task.cancel()
            self._task = None
            self._console.muted = False
            session = self._sessions.current.session
            if session is not None and session.is_open and session.greeting is None:
                # Opening it failed, or was given up: nothing can be said to a server that has not greeted.
                session.abort()
        if task.cancelled():
            if tells:
                self._tell_stopped()
            return False
        error = task.exception()
        if error is not None:
            self._tell_fault(error)
        return True

    def _interrupt(self) -> None:
        if self._console.screen.prompting:
            prompt = get_app_or_none()
            if prompt is not None and prompt.is_running and not prompt.is_done:
                prompt.key_processor.send_sigint()
            return
        task = self._task
        if task is None or task.done():
            self._console.muted = False
            return
        session = self._sessions.current.session
        if task.cancelling() and session is not None:
            session.abort()
        task.cancel()

    def _end(self, number: int) -> None:
        """End the program: nobody is there to be asked anything."""
        self.ended_by = number
        self._sessions.abort()
        if self._main is not None:
            self._main.cancel()

    async def _hint(self, waiting_for: str) -> None:
        """Say once how the waiting can be ended, if nothing comes from the server and nobody is asked anything."""
        clock = asyncio.get_running_loop().time
        asked = clock()
        while True:
            session = self._sessions.current.session
            heard = session.last_activity if session is not None else 0.0
            if self._console.screen.prompting or self._console.screen.lent:
                asked = clock()
            left = max(heard, asked) + _PATIENCE - clock()
            if left <= 0:
                self._console.say(f"still waiting for {waiting_for}; Ctrl-C stops that")
                return
            await asyncio.sleep(max(left, 0.1))

    def _tell_stopped(self) -> None:
        session = self._sessions.current.session
        waiting = session.engine.outstanding if session is not None and session.is_open else []
        if waiting:
            which = escape(f"{waiting[-1].tag} {waiting[-1].name}".strip())
            self._console.say(f"stopped waiting; {which} stays outstanding, and its answer will be labelled late")
        else:
            self._console.say("stopped")

    def _tell_fault(self, error: BaseException) -> None:
        """An error in mailshell itself: told with what a report of it needs, and the shell goes on."""
        text = "".join(traceback.format_exception(error)).rstrip()
        self._console.say(self._sessions.current.secrets.mask_str(text))
        self._console.say("that was a fault in mailshell; please report it. The session goes on")
