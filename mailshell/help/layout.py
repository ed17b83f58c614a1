"""Plain lines that fit a width: paragraphs, two columns, rows of names, lines of the wire."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

#: Narrower than this nothing can be set well.
LEAST = 40
#: Wider than this nobody reads with ease.
MOST = 110
#: The left of two columns is no wider than this.
_LEFT = 26
#: A right column narrower than this is none.
_LEAST_RIGHT = 24
_COLUMNS = re.compile(r"( +\S.*  +)(?=\S)")


def within(width: int) -> int:
    """The width to set pages in, for a terminal of this width."""
    return max(LEAST, min(MOST, width))


def paragraph(text: str, width: int, indent: int = 0, hanging: int | None = None) -> list[str]:
    """The text, wrapped between words; its lines after the first are indented by ``hanging``."""
    first, rest = " " * indent, " " * (indent if hanging is None else hanging)
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def table(rows: Sequence[tuple[str, str]], width: int, indent: int = 2) -> list[str]:
    """Two columns, the right one wrapped; a left cell that is too long has a line of its own."""
    most = min(_LEFT, width // 3)
    column = max((len(left) for left, _ in rows if len(left) <= most), default=0)
    at = indent + column + 2
    lines: list[str] = []
    for left, right in rows:
        if len(left) > most:
            lines += paragraph(left, width, indent, indent + 2)
            lines += paragraph(right, width, at)
            continue
        head = " " * indent + left.ljust(column + 2)
        first, *more = paragraph(right, width, at) or [""]
        lines += [(head + first[at:]).rstrip(), *more]
    return lines


def row(line: str, width: int) -> list[str]:
    """A line that was set by hand; what does not fit of its right column goes on below that."""
    match = _COLUMNS.match(line)
    if len(line) <= width or match is None or match.end(1) > width - _LEAST_RIGHT:
        return wire("", line, width, 0)
    at = match.end(1)
    first, *more = paragraph(line[at:], width, at)
    return [match[1] + first[at:], *more]


def names(words: Iterable[str], width: int, indent: int = 2) -> list[str]:
    """Names one after the other, two blanks between them; one of several words is not torn."""
    lines: list[str] = []
    row = ""
    for word in words:
        if row and len(row) + 2 + len(word) > width:
            lines.append(row)
            row = ""
        row = f"{row}  {word}" if row else " " * indent + word
    return [*lines, row] if row else lines


def wire(mark: str, text: str, width: int, indent: int = 4) -> list[str]:
    """A line of the wire; what does not fit goes on, indented, in the next."""
    line = " " * indent + mark + text
    if len(line) <= width:
        return [line.rstrip()]
    lines = []
    while len(line) > width:
        at = line.rfind(" ", indent + len(mark) + 8, width + 1)
        at = width if at < 0 else at
        lines.append(line[:at].rstrip())
        line = " " * (indent + len(mark) + 2) + line[at:].lstrip()
    return [*lines, line]
