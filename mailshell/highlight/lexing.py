"""What the lexers share: text is taken line by line, and every character of it comes out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pygments.token import _TokenType

from mailshell.highlight import tokens as t
from mailshell.highlight.values import Pairs

Place = tuple[int, _TokenType, str]


def by_line(text: str, lex: Callable[[str], Pairs]) -> Iterator[Place]:
    """The tokens of each line, and its line end (CRLF, LF), with their offsets."""
    at = 0
    end = len(text)
    while at < end:
        newline = text.find("\n", at)
        stop = end if newline < 0 else newline
        inner = stop - 1 if newline > at and text[stop - 1] == "\r" else stop
        for kind, value in lex(text[at:inner]):
            if value:
                yield at, kind, value
                at += len(value)
        stop += newline >= 0
        if stop > inner:
            yield inner, t.Whitespace, text[inner:stop]
        at = stop
