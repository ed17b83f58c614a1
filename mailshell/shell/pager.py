"""The terminal in other hands: as a program leaves and expects it, and Ctrl-C is the program's."""

from __future__ import annotations

import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mailshell.shell.screen import Screen

_LOCAL_FLAGS = 3


@contextmanager
def lent(screen: Screen) -> Iterator[None]:
    """The terminal is another program's as long as this lasts. What is written to the screen comes after it."""

    def leave_alone(number: int, frame: FrameType | None) -> None:
        """A handler and not SIG_IGN, which the program would inherit."""

    before = signal.signal(signal.SIGINT, leave_alone)
    try:
        with screen.aside(), _cooked():
            yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _cooked() -> Iterator[None]:
    """Lines with echo, as programs expect a terminal; afterwards as it was."""
    try:
        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
        plain = termios.tcgetattr(keyboard)
        plain[_LOCAL_FLAGS] |= termios.ECHO | termios.ICANON
        termios.tcsetattr(keyboard, termios.TCSADRAIN, plain)
    except (termios.error, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        try:
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
        except (termios.error, OSError):
            pass
