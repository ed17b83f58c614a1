"""Trees drawn with lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailshell.render.columns import wrap

#: A tree is cut after this many lines: a server can announce millions of empty parts in a few megabytes.
MOST = 100_000
_ROOM = 20


@dataclass(frozen=True, slots=True)
class Node:
    """``words`` are joined by the drawing's separator, and wrapped; ``children`` stand below."""

    words: Sequence[str]
    children: Sequence[Node] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The signs to draw with.

    ``arrow`` leads from one word of a chain to the next; ``mark`` stands where text was cut.
    """

    branch: str
    last: str
    pipe: str
    arrow: str
    mark: str


LINES = Drawing("├─ ", "└─ ", "│  ", " → ", "…")
ASCII = Drawing("|- ", "`- ", "|  ", " > ", "..")


def draw(root: Node, drawing: Drawing, width: int, separator: str = "  ") -> list[str]:
    """The root in the first line, what belongs to it below."""
    lines: list[str] = []
    _draw(root, drawing, width, separator, "", "", lines)
    if len(lines) > MOST:
        lines[MOST:] = [f"{drawing.mark} the rest of the tree is left out"]
    return lines


def _draw(node: Node, drawing: Drawing, width: int, separator: str, first: str, rest: str, lines: list[str]) -> None:
    if len(lines) > MOST:
        return
    below = rest + (drawing.pipe if node.children else "   ")
    # However deep, the words keep some room.
    lines += wrap(node.words, max(width, len(below) + _ROOM), first, below, separator)
    final = len(node.children) - 1
    for at, child in enumerate(node.children):
        if at == final:
            _draw(child, drawing, width, separator, rest + drawing.last, rest + "   ", lines)
        else:
            _draw(child, drawing, width, separator, rest + drawing.branch, rest + drawing.pipe, lines)
