"""The keyboard while no prompt is shown: what is typed then is not echoed into an answer, it waits for the prompt."""

from __future__ import annotations

import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

_LOCAL_FLAGS = 3


@contextmanager
def unechoed(*, shared: bool) -> Iterator[None]:
    """Keep keys for the next prompt, each as it was pressed (Ctrl-D too). Ctrl-C goes on to be a signal.

    Nothing is changed if the keyboard is ``shared`` with a program that may ask something itself.
    """
    if shared:
        yield
        return
    try:
        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
        quiet = termios.tcgetattr(keyboard)
    except (termios.error, OSError, ValueError):
        yield
        return
    quiet[_LOCAL_FLAGS] &= ~(termios.ECHO | termios.ICANON)
    # Otherwise Ctrl-C would cut what is on its way to the terminal in the middle of a line, or of an escape.
    quiet[_LOCAL_FLAGS] |= termios.NOFLSH
    try:
        termios.tcsetattr(keyboard, termios.TCSANOW, quiet)
        yield
    finally:
        try:
            termios.tcsetattr(keyboard, termios.TCSANOW, before)
        except (termios.error, OSError):
            pass


def forget_typed() -> None:
    """Drop what was typed and not read yet: Ctrl-C takes back what was typed before it."""
    try:
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    except (termios.error, OSError, ValueError):
        pass
