"""Colours for the style ``mailshell``: they repeat what the prefix and the text say, and add nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO

from pygments.formatters import TerminalFormatter
from pygments.lexer import RegexLexer
from pygments.token import Comment, Error, Generic, Keyword, Literal, Name, Number, String, Text, _TokenType

_SCHEME = {
    Text: ("", ""),
    Generic.Prompt: ("blue", "brightcyan"),
    Generic.Output: ("green", "brightgreen"),
    Generic.Error: ("brightred", "brightred"),
    Comment: ("gray", "brightblack"),
    Name.Tag: ("gray", "brightblack"),
    Keyword: ("*blue*", "*brightblue*"),
    String: ("yellow", "yellow"),
    Number: ("cyan", "cyan"),
    Name.Constant: ("magenta", "brightmagenta"),
    Literal: ("", ""),
    Error: ("brightred", "brightred"),
    Generic.Emph: ("*red*", "*brightred*"),
}


class LineLexer(RegexLexer):
    """A line of POP3 or IMAP in either direction, coarsely."""

    name = "mailshell line"
    tokens = {  # noqa: RUF012 - the form that pygments asks for
        "root": [
            (r"\+OK\b|\+(?= |$)", Generic.Output, "rest"),
            (r"-ERR\b", Generic.Error, "rest"),
            (r"\*(?= )|[^\s\"(\[{⟦]+(?= )", Name.Tag, "name"),
            (r"", Text, "name"),
        ],
        "name": [
            (r" +\d+(?= )", Number),
            (r" +", Text),
            (r"(?i)(OK|PREAUTH)\b", Generic.Output, "rest"),
            (r"(?i)(NO|BAD|BYE)\b", Generic.Error, "rest"),
            (r"[A-Za-z][\w.-]*", Keyword, "rest"),
            (r"", Text, "rest"),
        ],
        "rest": [
            (r"⟦[^⟧]*⟧", Generic.Emph),
            (r'"(?:[^"\\]|\\.)*"?', String),
            (r"~?\{\d+[+-]?\}", Number),
            (r"\\[A-Za-z*]+", Name.Constant),
            (r"\d+", Number),
            (r"[A-Za-z][\w.-]*", Text),
            (r".", Text),
        ],
    }


_LEXER = LineLexer(stripnl=False, ensurenl=False)
_FORMATTERS: dict[str, TerminalFormatter[str]] = {}
_WHOLE: dict[str, _TokenType] = {"-": Comment, "!": Error, "=": Comment, "#": Comment, "|": Literal}
_WHO: dict[str, _TokenType] = {"C": Generic.Prompt, "S": Generic.Output, "=": Keyword}
_MOST = 4000


def paint(rows: Iterable[tuple[str, str]], background: str = "dark") -> str:
    """Rows (prefix and text) as text with the escapes of a terminal."""
    formatter = _FORMATTERS.get(background)
    if formatter is None:
        formatter = _FORMATTERS[background] = TerminalFormatter(bg=background, colorscheme=_SCHEME)
    out = StringIO()
    formatter.format(_tokens(rows), out)
    return out.getvalue()


def _tokens(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[_TokenType, str]]:
    for prefix, text in rows:
        what = prefix[2]
        yield (Error if what == "!" else _WHO.get(prefix[0], Comment)), prefix
        if what in _WHOLE:
            yield _WHOLE[what], text
        else:
            yield from _LEXER.get_tokens(text[:_MOST])
            yield Text, text[_MOST:]
        yield Text, "\n"
