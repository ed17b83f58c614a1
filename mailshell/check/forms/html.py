"""Blocks as one page of HTML, which needs nothing else and can be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape as quote

from mailshell import __version__
from mailshell.check.forms.document import Block, Cell, Grid, Heading, Item, Items, Pairs, Paragraph
from mailshell.check.outcome import Verdict
from mailshell.export import page

_STYLE = """\
h2 { margin: 1.6rem 0 0.4rem; border-bottom: 1px solid var(--line); }
ul { list-style: none; padding: 0; margin: 0; }
li { padding: 0.25rem 0 0.25rem 7rem; break-inside: avoid; }
.more { color: var(--quiet); }
.label, .verdict { font-weight: bold; }
li > .verdict { display: inline-block; width: 6.5rem; margin-left: -7rem; }
.critical, .error { color: var(--bad); } .warning { color: var(--warn); } .good { color: var(--good); }
.left-out, .not-offered, .undecided { color: var(--quiet); }
pre { margin: 0.2rem 0 0.4rem; padding: 0.3rem 0.6rem; border-left: 2px solid var(--line);
  font: 0.85rem/1.4 ui-monospace, monospace; white-space: pre-wrap; }
table { border-collapse: collapse; }
th, td { padding: 0.15rem 0.9rem 0.15rem 0; text-align: left; vertical-align: top; }
tr { border-bottom: 1px solid var(--line); } thead th { color: var(--quiet); white-space: nowrap; }
:root { --warn: #875f00; --good: #005f00; }
@media (max-width: 45rem) { li { padding-left: 0; } li > .verdict { width: auto; margin: 0; } }
@media print { :root { color-scheme: light; } body { max-width: none; margin: 0; font-size: 10pt; } }
"""
_DARK = (":root { --warn: #ffaf5f; --good: #87d787; }",)


def html(blocks: Iterable[Block]) -> Iterator[str]:
    """The page in pieces. The first block has to be its title."""
    first, *rest = blocks
    assert isinstance(first, Heading)
    yield from page.beginning(first.text, _STYLE, dark=_DARK)
    for block in rest:
        yield from _block(block)
    yield page.end(f"Made by mailshell {__version__}.")


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"<h{block.level}>{quote(block.text)}</h{block.level}>\n"
        case Paragraph():
            yield f"<p>{quote(block.text)}</p>\n"
        case Pairs():
            yield from page.facts((quote(name), value) for name, value in block.pairs)
        case Items():
            yield "<ul>\n"
            for item in block.items:
                yield from _item(item)
            yield "</ul>\n"
        case Grid():
            names = "".join(f'<th scope="col">{quote(name)}</th>' for name in block.columns)
            yield f"<table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n"
            for row in block.rows:
                yield f"<tr>{''.join(map(_cell, row))}</tr>\n"
            yield "</tbody>\n</table>\n"


def _item(item: Item) -> Iterator[str]:
    word = f"{_verdict(item.verdict)} " if item.verdict is not None else ""
    label = f'<span class="label">{quote(item.label)}:</span> '
    yield f"<li>{word}{label}{quote(item.text)}"
    for name, text in item.more:
        yield f'\n<br><span class="more">{quote(name)}: {quote(text)}</span>'
    if item.evidence:
        lines = "\n".join(item.evidence)
        yield f"\n<pre>{quote(lines)}</pre>"
    yield "</li>\n"


def _verdict(verdict: Verdict) -> str:
    return f'<span class="verdict {verdict.word.replace(" ", "-")}">{verdict.word}</span>'


def _cell(cell: Cell) -> str:
    word = f"{_verdict(cell.verdict)}{': ' if cell.text else ''}" if cell.verdict is not None else ""
    return f"<td>{word}{quote(cell.text)}</td>"
