"""Blocks as lines for a terminal, or for whoever reads what would be shown there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

from pygments.token import Generic, _TokenType

from mailshell.check.forms.document import Block, Cell, Grid, Heading, Item, Items, Pairs, Paragraph
from mailshell.check.outcome import Verdict
from mailshell.highlight import tokens as t
from mailshell.highlight.terminal import painter
from mailshell.render.columns import GAP, cells, clip, pad, wrap

_TOKENS: dict[Verdict, _TokenType] = {
    Verdict.CRITICAL: t.StatusBad,
    Verdict.ERROR: t.StatusBad,
    Verdict.WARNING: t.Code,
    Verdict.GOOD: t.StatusOk,
}
#: How wide the text is where nobody says, and the least room for the last column of a table (columns).
_PARAGRAPH, _LEAST = 100, 20
_WORD = 12
_MARGIN = " " * _WORD
#: Lines of a transcript may be as long as they are where nothing cuts them.
_WIDEST = 100_000

Paint = Callable[[str, _TokenType], str]


def terminal(
    blocks: Iterable[Block], width: int | None = None, *, theme: str | None = None, colour: bool = False
) -> Iterator[str]:
    """The lines, no wider than ``width`` (None: text of 100 columns, and nothing is cut).

    ``colour``: with escapes, in the colours of a ``theme`` (None: as the terminal tells).
    """
    paint = painter(theme).paint if colour else None

    def painted(text: str, token: _TokenType) -> str:
        return paint([(token, text)]) if paint is not None else text

    before: Block | None = None
    for block in blocks:
        follows = isinstance(block, Grid) and isinstance(before, Paragraph)
        if before is not None and (isinstance(block, Heading) or not (follows or isinstance(before, Heading))):
            yield ""
        yield from _block(block, width, painted)
        before = block


def _block(block: Block, width: int | None, paint: Paint) -> Iterator[str]:
    match block:
        case Heading():
            yield paint(block.text, Generic.Heading)
        case Paragraph():
            yield from wrap(block.text.split(" "), width or _PARAGRAPH)
        case Pairs():
            widest = max((len(name) for name, _ in block.pairs), default=0)
            for name, value in block.pairs:
                yield from wrap(value.split(" "), width or _PARAGRAPH, f"{name:<{widest}}  ", " " * (widest + 2))
        case Items():
            for item in block.items:
                yield from _item(item, width, paint)
        case Grid():
            yield from _grid(block, width)


def _item(item: Item, width: int | None, paint: Paint) -> Iterator[str]:
    word = item.verdict.word if item.verdict is not None else item.label
    label = f"{item.label}: " if item.verdict is not None else ""
    first, *rest = wrap((label + item.text).split(" "), width or _PARAGRAPH, f"{word:<{_WORD}}", _MARGIN)
    token = _TOKENS.get(item.verdict) if item.verdict is not None else None
    yield paint(word, token) + first[len(word) :] if token is not None else first
    yield from rest
    for name, text in item.more:
        yield from wrap(text.split(" "), width or _PARAGRAPH, f"{_MARGIN}{name}: ", _MARGIN + " " * (len(name) + 2))
    for line in item.evidence:
        yield f"{_MARGIN}  {clip(line, (width or _WIDEST) - _WORD - 2)}"


def _grid(grid: Grid, width: int | None) -> Iterator[str]:
    """A table whose cells are wrapped; where not even their longest words fit side by side, the cells below each
    other.
    """
    rows = [grid.columns, *([_cell(cell) for cell in row] for row in grid.rows)]
    columns = list(zip(*rows, strict=True))
    wide = [max(map(cells, column)) for column in columns]
    least = [max(cells(word) for text in column for word in text.split(" ")) for column in columns]
    # In the last column a longer word stands out, and disturbs nothing.
    least[-1] = min(least[-1], _LEAST)
    gaps = len(GAP) * (len(wide) - 1)
    room = width or max(_PARAGRAPH, sum(wide[:-1]) + gaps + _LEAST)
    if sum(least) + gaps > room:
        yield from _stacked(grid, room)
        return
    widths = _shared(wide, least, room - gaps)
    for row in rows:
        wrapped = [wrap(text.split(" "), of) for text, of in zip(row, widths, strict=True)]
        for line in zip_longest(*wrapped, fillvalue=""):
            yield GAP.join(pad(text, of) for text, of in zip(line, widths, strict=True)).rstrip()


def _shared(wide: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The widths of columns that would like to be ``wide``: what is there beyond the ``least`` is shared fairly."""
    widths, left = list(least), room - sum(least)
    by_need = sorted(range(len(wide)), key=lambda at: wide[at] - least[at])
    for columns, at in zip(range(len(wide), 0, -1), by_need, strict=True):
        more = min(wide[at] - least[at], left // columns)
        widths[at] += more
        left -= more
    return widths


def _stacked(grid: Grid, width: int) -> Iterator[str]:
    widest = max(map(cells, grid.columns[1:]), default=0)
    for row in grid.rows:
        yield _cell(row[0])
        for name, cell in zip(grid.columns[1:], row[1:], strict=True):
            yield from wrap(_cell(cell).split(" "), width, f"  {pad(name, widest)}  ", " " * (widest + 4))


def _cell(cell: Cell) -> str:
    if cell.verdict is None:
        return cell.text
    return f"{cell.verdict.word}: {cell.text}" if cell.text else cell.verdict.word
