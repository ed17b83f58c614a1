"""A typed line, cut into tokens up to the cursor: words, quoted strings, lists, sections of messages.

The rules, in prose:

- Nothing is an error. A quoted string or a list that is not closed is one that the cursor is still in.
- Closed lists are single tokens: what stands at the cursor depends on what encloses it, not on what is done with.
  So the result is the path to the cursor: one level for each list or section that is still open.
- ``BODY[``, ``BINARY[`` and their variants open a section up to ``]``; a ``<...>`` behind it belongs to it. Elsewhere
  a bracket is a character like others (``[Gmail]/Sent``).
- A closing bracket closes the nearest opening one of its kind, and what was left open inside.
- ``@FILE`` is a token of its own at the beginning of a word; ``{n}`` announces a literal at the end of the line.
- In POP3 there are only words: neither quotes nor brackets mean anything.

Each character is looked at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

#: A line that is longer is not looked into: nobody types it, and a paste must not wait.
LONGEST = 1 << 16

_OUTSIDE = r"""\s*+(?:
    (?P<quoted>"[^"\\]*+(?:\\.?[^"\\]*+)*+(?P<closing>")?)
    | (?P<file>(?<![^\s(])@(?:(?:crlf:)?"[^"]*"?|[^\s()"]*))
    | (?P<section>(?i:BODY(?:\.PEEK)?|BINARY(?:\.PEEK|\.SIZE)?|BODYPARTSTRUCTURE|AVAILABLECONVERSIONS)\[)
    | (?P<literal>~?\{\d*[+-]?\}\Z)
    | (?P<open>\()
    | (?P<close>\))
    | (?P<word>[^\s()"]+)
)"""
_INSIDE = r"""\s*+(?:
    (?P<quoted>"[^"\\]*+(?:\\.?[^"\\]*+)*+(?P<closing>")?)
    | (?P<literal>~?\{\d*[+-]?\}\Z)
    | (?P<open>\()
    | (?P<close>\))
    | (?P<end>\])
    | (?P<word>[^\s()"\]]+)
)"""
_TOKEN = re.compile(_OUTSIDE, re.VERBOSE | re.DOTALL)
_SECTION_TOKEN = re.compile(_INSIDE, re.VERBOSE | re.DOTALL)
_PARTIAL = re.compile(r'<[^\s()"]*')
_PLAIN = re.compile(r"\S+")


class Item(NamedTuple):
    """A token: ``kind`` is ``word``, ``quoted``, ``unclosed`` (a quoted string), ``file``, ``literal``, ``section``,
    ``list`` or ``stray`` (a closing bracket that closes nothing). Lists have no ``text``: it stands in the line.
    """

    kind: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Level:
    """What encloses the cursor: ``opener`` is empty for the line itself, ``(``, or ``BODY[`` as it was typed."""

    opener: str
    start: int
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The levels from the line itself to the innermost that is open; ``crossed``: brackets close in a wrong order."""

    levels: list[Level]
    crossed: bool = False

    @property
    def innermost(self) -> Level:
        return self.levels[-1]

    @property
    def last(self) -> Item | None:
        """The token before the cursor, in the innermost level."""
        items = self.levels[-1].items
        return items[-1] if items else None


def tokenize(text: str, start: int = 0, *, plain: bool = False) -> Tokens:
    """Cut the text from ``start`` on. ``plain``: there are only words (POP3)."""
    if plain:
        words = [Item("word", match[0], match.start(), match.end()) for match in _PLAIN.finditer(text, start)]
        return Tokens([Level("", start, words)])
    cutter = _Cutter(text, start)
    cutter.run(start)
    return Tokens(cutter.levels, cutter.crossed)


class _Cutter:
    """The tokens of one line while they are cut."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.levels = [Level("", start)]
        self.sections = 0
        self.lists = 0
        self.crossed = False

    def run(self, position: int) -> None:
        text = self.text
        while match := (_SECTION_TOKEN if self.sections else _TOKEN).match(text, position):
            kind = match.lastgroup or ""
            start, position = match.start(kind), match.end()
            if kind == "open":
                self._open("(", start)
                self.lists += 1
            elif kind == "section":
                self._open(text[start:position], start)
                self.sections += 1
            elif kind == "close":
                self._close_list(position)
            elif kind == "end":
                position = self._close_section(position)
            else:
                if kind == "quoted" and match["closing"] is None:
                    kind = "unclosed"
                self.levels[-1].items.append(Item(kind, text[start:position], start, position))

    def _open(self, opener: str, start: int) -> None:
        self.levels.append(Level(opener, start))

    def _close_list(self, end: int) -> None:
        if not self.lists:
            self.crossed = True
            self.levels[-1].items.append(Item("stray", ")", end - 1, end))
            return
        while (level := self.levels.pop()).opener != "(":
            self.sections -= 1
            self.crossed = True
        self.lists -= 1
        self.levels[-1].items.append(Item("list", "", level.start, end))

    def _close_section(self, end: int) -> int:
        while (level := self.levels.pop()).opener == "(":
            self.lists -= 1
            self.crossed = True
        self.sections -= 1
        partial = _PARTIAL.match(self.text, end)
        end = partial.end() if partial else end
        self.levels[-1].items.append(Item("section", self.text[level.start : end], level.start, end))
        return end
