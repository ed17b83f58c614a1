"""A session as one page of HTML: highlighted, with literals and bodies to fold, each line explained where one points.

It needs nothing else: no script, no image, no other file. Whatever the server sent is escaped, and a policy in the
page forbids to load or run anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape as quote
from io import StringIO
from typing import BinaryIO

from pygments.formatters.html import HtmlFormatter
from pygments.style import Style

from mailshell import __version__
from mailshell.explain.explainer import Explainer
from mailshell.export import page
from mailshell.export.facts import Facts, announcements
from mailshell.export.rows import Kind, Row, RowMaker
from mailshell.export.source import Moment, Source, kinds_of_masks
from mailshell.export.spool import Spool
from mailshell.highlight.imap_lines import ImapLines
from mailshell.highlight.pop3_lines import Pop3Lines
from mailshell.highlight.themes import DarkStyle, LightStyle
from mailshell.highlight.values import Pairs
from mailshell.protocol.events import Deviation, LimitReached, Line, Side
from mailshell.protocol.exchange import Sent
from mailshell.text.escape import escape

#: Contents that are closed at first hold so many lines, unless everything is wanted.
MOST_LINES = 1000
#: So many rows are held: what a row means may turn out only when others have come.
_MOST_HELD = 20_000
_NAMES = {"imap": "IMAP", "pop3": "POP3"}

_STYLE = """\
.wire { border-top: 1px solid var(--line); font: 0.9rem/1.45 ui-monospace, monospace; }
.row { display: grid; grid-template-columns: 6.5rem 3rem 1fr; white-space: pre-wrap; }
.row > .time, .row > .who { color: var(--quiet); user-select: none; }
.client { border-top: 1px solid var(--line); }
.row[title] { cursor: help; }
.note { color: var(--quiet); font-style: italic; }
.error { color: var(--bad); font-weight: bold; }
details { margin-left: 9.5rem; border-left: 2px solid var(--line); padding-left: 0.75rem; }
details > div { white-space: pre-wrap; min-height: 1.45em; }
@media (max-width: 45rem) {
  .row { grid-template-columns: 2rem 1fr; }
  .row > .time { display: none; } .client > .time { display: block; grid-column: 1 / -1; }
  details { margin-left: 2rem; padding-left: 0.5rem; }
}
"""


@dataclass(slots=True)
class _Shown:
    """A row with its text in HTML, and what explains it."""

    row: Row
    text: str
    explained: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Contents:
    """A literal or body: its lines in HTML; explanations by the number of the line."""

    size: int | None
    lines: list[str] = field(default_factory=list)
    explained: dict[int, list[str]] = field(default_factory=dict)
    more: str = ""


def write(source: Source, fold: int | None, out: BinaryIO) -> None:
    """Write the page; contents of more than ``fold`` lines are closed at first. OSError if ``out`` can't be written."""
    session = _Page(source, fold)
    transcript = Spool()
    for piece in session.transcript():
        transcript.write(piece)
    out.writelines(piece.encode("utf-8", "backslashreplace") for piece in session.beginning())
    transcript.give(out)
    out.writelines(piece.encode("utf-8", "backslashreplace") for piece in session.end())


class _Page:
    def __init__(self, source: Source, fold: int | None) -> None:
        self._source = source
        self._fold = fold
        self._maker = RowMaker(source, None if fold is None else max(fold, MOST_LINES))
        self._facts = Facts(source)
        self._explainer = Explainer(source.header.protocol, source.secrets)
        self._lexer: ImapLines | Pop3Lines = ImapLines() if source.header.protocol == "imap" else Pop3Lines()
        self._formatter = HtmlFormatter(nowrap=True, style=LightStyle)
        #: What may still be explained.
        self._items: deque[_Shown | _Contents] = deque()
        self._held = 0
        #: The latest line and the latest contents of each side.
        self._latest: dict[Side, _Shown] = {}
        self._contents: dict[Side, _Contents] = {}

    def transcript(self) -> Iterator[str]:
        """Read all of the recording; what stands between the beginning of the page and its end."""
        for moment, rows in self._maker.stream():
            for row in rows:
                self._held += 1
                self._add(row)
            if moment is not None:
                self._facts.take(moment)
                self._explain(moment)
            while self._held > _MOST_HELD and len(self._items) > 1:
                yield from self._next()
        while self._items:
            yield from self._next()

    def _next(self) -> Iterator[str]:
        """The first item, which is not held any more."""
        item = self._items.popleft()
        if isinstance(item, _Shown):
            self._held -= 1
            yield from self._shown(item)
        else:
            self._held -= len(item.lines) + bool(item.more)
            yield from self._details(item, self._fold)

    def _add(self, row: Row) -> None:
        if row.side is None or row.kind in (Kind.NOTE, Kind.ERROR):
            self._items.append(_Shown(row, quote(row.text)))
        elif row.kind is Kind.LINE:
            shown = _Shown(row, self._highlighted(self._lexer.line(row.text, row.side)))
            self._items.append(shown)
            self._latest[row.side] = shown
        else:
            if row.first or row.side not in self._contents:
                self._contents[row.side] = _Contents(row.size)
                self._items.append(self._contents[row.side])
            contents = self._contents[row.side]
            if row.kind is Kind.FOLDED:
                contents.more = quote(row.text)
            else:
                contents.lines.append(self._highlighted(self._lexer.contents(row.text, row.side)))

    def _highlighted(self, pairs: Pairs) -> str:
        out = StringIO()
        self._formatter.format(pairs, out)
        return out.getvalue().rstrip("\n")

    def _explain(self, moment: Moment) -> None:
        what = moment.what
        # Wire events are no events of an engine, and an explainer says nothing of what it does not know.
        for explanation in self._explainer.event(what):  # type: ignore[arg-type]
            if explanation.line is not None:
                contents = self._contents.get(Side.SERVER)
                if contents is not None:
                    contents.explained.setdefault(explanation.line, []).append(explanation.text)
            elif (shown := self._explained(what)) is not None:
                shown.explained.append(explanation.text)

    def _explained(self, what: object) -> _Shown | None:
        """The row that is explained by what is said of this event."""
        if isinstance(what, (Deviation, LimitReached)):
            last = self._items[-1]
            return last if isinstance(last, _Shown) else None
        by_client = isinstance(what, Sent) or (isinstance(what, Line) and what.side is Side.CLIENT)
        return self._latest.get(Side.CLIENT if by_client else Side.SERVER)

    # --- the page

    def beginning(self) -> Iterator[str]:
        """The page up to the transcript, when all has been read."""
        header = self._source.header
        title = f"{_NAMES[header.protocol]} session" + (f" with {self._source.place}" if self._source.place else "")
        yield from page.beginning(escape(title), _STYLE, light=_rules(LightStyle), dark=_rules(DarkStyle))
        yield from self._head()
        yield '<h2>Transcript</h2>\n<div class="wire">\n'

    def end(self) -> Iterator[str]:
        """The page behind the transcript."""
        yield "</div>\n"
        yield page.end(f"Exported by mailshell {__version__}. Point at a line to see what it means.")

    def _head(self) -> Iterator[str]:
        header, facts = self._source.header, self._facts
        pairs = [("About", header.title), ("Recorded", f"{header.start or 'at an unknown time'} by {header.tool}")]
        pairs += [("Greeting", facts.greeting)]
        pairs += [("Server ID", words) for words in facts.ids]
        pairs += [("TLS", words) for words in facts.tls or [header.tls]]
        pairs += [("Capabilities", f"{each.when}: {' '.join(each.names)}") for each in announcements(self._source)]
        pairs += [("Begins in the state", header.state), ("Lossy", header.lossy)]
        masks = (f"{kind}, {times:,}×" for kind, (_, times) in kinds_of_masks(self._source.masks).items())
        pairs += [("Masked", "; ".join(masks) or "nothing")]
        yield from page.facts((name, escape(words)) for name, words in pairs)

    def _shown(self, shown: _Shown) -> Iterator[str]:
        row = shown.row
        classes, who = "row", ""
        if row.side is None or row.kind in (Kind.NOTE, Kind.ERROR):
            classes += " error" if row.kind is Kind.ERROR else " note"
        else:
            who = ("C" if row.side is Side.CLIENT else "S") + ("~" if row.tls else ":")
            classes += " client" if row.side is Side.CLIENT and row.first else ""
        yield f'<div class="{classes}"{_title(shown.explained)}><span class="time">{row.time:.6f}</span>'
        yield f'<span class="who">{who}</span><span>{shown.text}</span></div>\n'

    def _details(self, contents: _Contents, fold: int | None) -> Iterator[str]:
        is_open = fold is None or (len(contents.lines) <= fold and not contents.more)
        size = f", {contents.size:,} octets" if contents.size is not None else ""
        count = f"{len(contents.lines):,} line{'' if len(contents.lines) == 1 else 's'}"
        more = f" ({contents.more})" if contents.more else ""
        yield f"<details{' open' if is_open else ''}><summary>{count}{size}{more}</summary>\n"
        for number, line in enumerate(contents.lines):
            yield f"<div{_title(contents.explained.get(number, []))}>{line}</div>\n"
        yield "</details>\n"


def _title(texts: Iterable[str]) -> str:
    text = "\n".join(texts)
    return f' title="{quote(text)}"' if text else ""


def _rules(style: type[Style]) -> list[str]:
    rules: list[str] = HtmlFormatter(style=style).get_token_style_defs(".wire")  # type: ignore[no-untyped-call]
    return rules
