"""Blocks in Markdown, for an issue or a wiki (CommonMark, and tables as GitHub has them)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailshell import __version__
from mailshell.check.forms.document import Block, Cell, Grid, Heading, Item, Items, Pairs, Paragraph
from mailshell.text.markdown import fence, prose


def markdown(blocks: Iterable[Block]) -> Iterator[str]:
    """The lines. Whatever the server said is in code spans and blocks of code."""
    for number, block in enumerate(blocks):
        if number:
            yield ""
        yield from _block(block)
    yield from ("", f"Made by mailshell {__version__}.")


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {prose(block.text)}"
        case Paragraph():
            yield prose(block.text)
        case Pairs():
            for name, value in block.pairs:
                yield f"- {name}: {prose(value)}"
        case Items():
            for item in block.items:
                yield from _item(item)
        case Grid():
            yield _row([prose(name) for name in block.columns])
            yield _row(["---"] * len(block.columns))
            for row in block.rows:
                yield _row([_cell(cell) for cell in row])


def _item(item: Item) -> Iterator[str]:
    word = f"**{item.verdict.word}** " if item.verdict is not None else ""
    yield f"- {word}{prose(item.label + ':')} {prose(item.text)}"
    for name, text in item.more:
        yield f"  - {name}: {prose(text)}"
    if item.evidence:
        ticks = fence(item.evidence)
        yield from ("", f"  {ticks}text", *(f"  {line}" for line in item.evidence), f"  {ticks}", "")


def _row(cells: Iterable[str]) -> str:
    # A bar ends a cell even within a code span, unless it is escaped (GitHub Flavored Markdown section 4.10).
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _cell(cell: Cell) -> str:
    text = prose(cell.text)
    return text if cell.verdict is None else f"**{cell.verdict.word}**: {text}" if text else f"**{cell.verdict.word}**"
