"""The one writer to the terminal: above the prompt while one is shown, straight to the terminal while none is.

What is written is held until the event loop is free, so that a long answer goes out in large pieces. A prompt is taken
away, the text written in its place, and the prompt drawn again below it with what is being typed; the keyboard is never
let go of meanwhile, so no key is lost.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.output import Output
from prompt_toolkit.utils import is_dumb_terminal

from mailshell.text.escape import escape

#: Held text is written at this length (characters) at the latest.
_PIECE = 1 << 16
#: While a prompt is shown it is not drawn anew more often than this (seconds).
_PACE = 0.03
#: While another program has the terminal so much is held (characters); of more, the oldest is dropped and counted.
_MOST_HELD = 1 << 20
#: What must never reach a terminal, whoever forgot to escape it: controls, bidirectional and other format characters.
_HOSTILE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff"
)
_TEXT = re.compile(f"[\t\n{_HOSTILE}]")
_BLOCK = re.compile(f"\x1b\\[[0-9;]*m|[{_HOSTILE}]")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def safe_line(text: str) -> str:
    """A line that can't drive a terminal. What was escaped already stays as it is."""
    if text.isprintable():
        return text
    return _TEXT.sub(lambda match: escape(match[0]), text)


def safe_block(text: str, *, colour: bool) -> str:
    """Lines that can't drive a terminal; with ``colour`` they may set colours, and nothing else."""

    def shown(match: re.Match[str]) -> str:
        return match[0] if colour and _COLOUR.fullmatch(match[0]) else "".join(map(escape, match[0]))

    return _BLOCK.sub(shown, text)


class Screen:
    """Writes text of whole lines. ``on_dead`` is called once if the terminal is gone."""

    def __init__(self, output: Output) -> None:
        self.on_dead: Callable[[], None] = lambda: None
        self.dead = False
        self._output = output
        self._held: list[str] = []
        self._size = 0
        self._timer: asyncio.Handle | None = None
        self._drawn = 0.0
        self._prompt: Application[Any] | None = None
        self._aside = False
        self._dropped = 0

    @property
    def columns(self) -> int:
        return self._output.get_size().columns

    @property
    def rows(self) -> int:
        return self._output.get_size().rows

    @property
    def lent(self) -> bool:
        """Whether another program has the terminal."""
        return self._aside

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Another program has the terminal as long as this lasts: what is written is held."""
        self.flush()
        self._aside = True
        try:
            yield
        finally:
            self._aside = False
            if self._dropped:
                self._held.insert(0, f"… {self._dropped:,} lines that came meanwhile were dropped\n")
                self._dropped = 0
            self._held.insert(0, self._fresh_row())
            self.flush()

    @contextmanager
    def bare(self) -> Iterator[None]:
        """The prompt has been taken away as long as this lasts, and comes back after it."""
        prompt = self._prompt
        self.flush()
        self._prompt = None
        try:
            yield
        finally:
            self.flush()
            self._prompt = prompt

    def _fresh_row(self) -> str:
        """What brings the cursor to the beginning of a row, wherever a program has left it.

        As many blanks as a row has stay in it if they begin at its beginning, and go on into the next one if not.
        """
        return "" if is_dumb_terminal() else f"{' ' * self.columns}\r\x1b[K"

    @property
    def prompting(self) -> bool:
        """Whether a prompt is shown."""
        return self._prompt is not None

    def prompt_begins(self, prompt: Application[Any]) -> None:
        """From now on a prompt is shown: text goes above it."""
        self.flush()
        self._prompt = prompt

    def prompt_ended(self) -> None:
        """The prompt is gone."""
        self._prompt = None
        self.flush()

    def write(self, text: str) -> None:
        """Write whole lines, soon."""
        self._held.append(text)
        self._size += len(text)
        if self._aside:
            while self._size > _MOST_HELD and len(self._held) > 1:
                oldest = self._held.pop(0)
                self._size -= len(oldest)
                self._dropped += oldest.count("\n")
        elif self._size >= _PIECE:
            self.flush()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            wait = self._drawn + _PACE - time.monotonic()
            if self._prompt is not None and wait > 0:
                self._timer = loop.call_later(wait, self.flush)
            else:
                self._timer = loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what is held, now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._held or self._aside:
            return
        text = "".join(self._held)
        self._held, self._size = [], 0
        if self.dead:
            return
        try:
            self._put(text)
        except (OSError, ValueError):
            # The terminal was closed: nobody sees anything any more.
            self.dead = True
            self.on_dead()

    def _put(self, text: str) -> None:
        prompt = self._prompt
        drawn = prompt is not None and prompt.is_running and prompt.output is self._output
        if prompt is not None and drawn:
            prompt.renderer.erase()
        self._output.write_raw(text)
        self._output.flush()
        if prompt is not None and drawn:
            self._drawn = time.monotonic()
            prompt.renderer.request_absolute_cursor_position()
            prompt.invalidate()
