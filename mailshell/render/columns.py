"""Columns: how wide text is on a terminal, cutting it, wrapping it, and tables that stream.

A table holds back its first rows to see how wide its columns must be; then it prints with these widths as rows
arrive, so that a listing of any length passes in flat memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: How many rows a table holds back.
HELD = 100
#: Space between two columns.
GAP = "  "
#: Numbers in a long table get at least this much room: those that follow have more digits than the first.
_DIGITS = 6
_NARROWEST = 12
#: Nothing is aligned with names and numbers longer than this; they push aside what follows in their line alone.
WIDEST = 40
#: Longer text is not measured: it fits into no column anyway.
_LONGEST = 2_000
#: A row with more cells than this is no row of a table.
MOST_COLUMNS = 20


def cells(text: str) -> int:
    """How many cells of a terminal the text takes (Unicode Standard Annex 11; combining marks take none)."""
    if text.isascii() or len(text) > _LONGEST:
        return len(text)
    from unicodedata import category, east_asian_width

    width = 0
    for character in text:
        if east_asian_width(character) in "WF":
            width += 2
        elif category(character) not in ("Mn", "Me"):
            width += 1
    return width


def pad(text: str, width: int) -> str:
    """The text with spaces after it."""
    return text.ljust(width) if text.isascii() else text + " " * (width - cells(text))


def pad_left(text: str, width: int) -> str:
    """The text with spaces before it."""
    return text.rjust(width) if text.isascii() else " " * (width - cells(text)) + text


def clip(text: str, width: int, mark: str = "…") -> str:
    """The text cut to a width, with a mark that it was."""
    if len(text) <= width // 2 or cells(text) <= width:
        return text
    room = width - len(mark)
    if text.isascii():
        return text[: max(0, room)] + mark
    end, used = 0, 0
    for character in text:
        used += cells(character)
        if used > room:
            break
        end += 1
    return text[:end] + mark


def wrap(words: Iterable[str], width: int, first: str = "", rest: str = "", separator: str = " ") -> list[str]:
    """Words in lines no wider than ``width``, a longer word in a line of its own.

    ``first`` begins the first line, ``rest`` the others; ``separator`` stands between two words, its spaces not at
    the end of a line.
    """
    lines: list[str] = []
    held: list[str] = []
    used = cells(first)
    gap, end = len(separator), separator.rstrip(" ")
    for word in words:
        length = len(word) if word.isascii() else cells(word)
        if held and used + gap + length + len(end) > width:
            lines.append((rest if lines else first) + separator.join(held) + end)
            held, used = [], cells(rest)
        used += length + (gap if held else 0)
        held.append(word)
    if held or not lines:
        lines.append((rest if lines else first) + separator.join(held))
    return lines


def block(fields: Sequence[tuple[str, str]], indent: str = "", colon: str = "") -> list[str]:
    """Names and values below each other, the values aligned."""
    widest = min(max((cells(name) for name, _ in fields), default=0) + len(colon), WIDEST)
    return [f"{indent}{pad(name + colon, widest)}{GAP}{value}".rstrip(" ") for name, value in fields]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``number``: aligned to the right and never cut."""

    name: str
    number: bool = False


class Table:
    """Rows under a header. ``add`` and ``flush`` return the lines that can be shown.

    Text is cut so that a row fits into ``width``, with ``mark`` where it was; nothing is if ``whole``, for what a
    program reads must be all there.
    """

    def __init__(self, columns: Sequence[Column], width: int = 100, mark: str = "…", *, whole: bool = False) -> None:
        self.columns = tuple(columns)
        self._width = width
        self._mark = mark
        self._whole = whole
        self._held: list[Sequence[str]] = []
        self._widths: list[int] | None = None

    @property
    def streaming(self) -> bool:
        """The header has been shown, and the widths stand."""
        return self._widths is not None

    def add(self, row: Sequence[str]) -> list[str]:
        """A row. One that is longer than the header has its last cells after the last column."""
        if self._widths is not None:
            return [self._line(row, self._widths)]
        self._held.append(row)
        return self.flush(more=True) if len(self._held) >= HELD else []

    def flush(self, *, more: bool = False) -> list[str]:
        """Show what is held; rows that follow keep its widths. ``more`` of them are expected."""
        if not self._held:
            return []
        lines = []
        if self._widths is None:
            self._widths = self._measure(more)
            lines.append(self._line([column.name for column in self.columns], self._widths))
        lines += [self._line(row, self._widths) for row in self._held]
        self._held = []
        return lines

    def _measure(self, more: bool) -> list[int]:
        count = len(self.columns)
        widths = [cells(column.name) for column in self.columns]
        for row in self._held:
            for at, cell in enumerate(row[:count]):
                widths[at] = max(widths[at], cells(cell))
        if more:
            widths = [max(w, _DIGITS) if c.number else w for w, c in zip(widths, self.columns, strict=True)]
        widths = [min(w, WIDEST) if c.number else w for w, c in zip(widths, self.columns, strict=True)]
        texts = [at for at, column in enumerate(self.columns[:-1]) if not column.number]
        last = min(widths[-1], max(_NARROWEST, self._width // 3)) if widths else 0
        while (
            not self._whole and texts and (excess := sum(widths[:-1]) + last + len(GAP) * (count - 1) - self._width) > 0
        ):
            widest = max(texts, key=widths.__getitem__)
            if widths[widest] <= _NARROWEST:
                break
            widths[widest] = max(_NARROWEST, widths[widest] - max(1, excess // len(texts)))
        widths[-1] = min(widths[-1], self._width)
        return widths

    def _line(self, row: Sequence[str], widths: Sequence[int]) -> str:
        last = len(widths) - 1
        parts = []
        for at, cell in enumerate(row):
            if at > last or (at == last and not self.columns[at].number):
                if at == last and len(row) > len(widths):
                    cell = pad(cell, widths[at])
                parts.append(cell)
            elif self.columns[at].number:
                parts.append(pad_left(cell, widths[at]))
            else:
                shown = cell if self._whole else clip(cell, widths[at], self._mark)
                parts.append(pad(shown, widths[at]))
        if self._whole or self.columns[last].number:
            return GAP.join(parts).rstrip(" ")
        before = "".join(part + GAP for part in parts[:last])
        room = max(_NARROWEST, self._width - cells(before))
        return (before + clip(GAP.join(parts[last:]).rstrip(" "), room, self._mark)).rstrip(" ")
