"""Tokens as text with the escapes of a terminal, in the colours that it has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from io import StringIO

from pygments.formatters.terminal256 import Terminal256Formatter
from pygments.style import Style
from pygments.token import _TokenType

from mailshell.highlight.themes import THEMES, THEMES_OF_16
from mailshell.highlight.values import Pair

#: What terminals of 16 colours or fewer call themselves.
_FEW = ("linux", "ansi", "cygwin", "eterm-color", "vt")
_OFF = "\x1b[0m"


def background(environment: Mapping[str, str] = os.environ) -> str:
    """The theme for this terminal: ``dark``, ``light``, or ``neutral`` if it does not tell its background."""
    last = environment.get("COLORFGBG", "").rpartition(";")[2]
    if last.isascii() and last.isdigit():
        return "light" if int(last[:4]) in (7, 15) else "dark"
    return "dark" if environment.get("TERM") == "linux" else "neutral"


def colours(environment: Mapping[str, str] = os.environ) -> int:
    """How many colours this terminal has: 16 or 256."""
    term = environment.get("TERM", "")
    few = term.startswith(_FEW) and "256" not in term and not environment.get("COLORTERM")
    return 16 if few else 256


class Painter:
    """Writes tokens with the escapes of a style."""

    def __init__(self, style: type[Style]) -> None:
        self._formatter = Terminal256Formatter(style=style)
        self._known: dict[_TokenType, str] = {}

    def paint(self, pairs: Iterable[Pair]) -> str:
        """The text of the tokens, in which escapes are all that is added."""
        pieces: list[str] = []
        before = ""
        for kind, value in pairs:
            on = self._known.get(kind)
            if on is None:
                on = self._find(kind)
            if on != before:
                pieces.append(f"{_OFF}{on}" if before else on)
                before = on
            pieces.append(value)
        if before:
            pieces.append(_OFF)
        return "".join(pieces)

    def _find(self, kind: _TokenType) -> str:
        out = StringIO()
        self._formatter.format([(kind, "x")], out)
        on = self._known[kind] = out.getvalue().partition("x")[0]
        return on


@cache
def painter(theme: str | None = None, depth: int | None = None) -> Painter:
    """A painter for a background and a number of colours (16, 256); None: what the terminal tells.

    ValueError if there is no theme for such a background.
    """
    theme = background() if theme is None else theme
    if theme not in THEMES:
        raise ValueError(f"the theme is one of {', '.join(THEMES)}, not {theme!r}")
    return Painter((THEMES_OF_16 if (depth or colours()) <= 16 else THEMES)[theme])
