"""Tokens as short text: ``Tag a1|Command LOGIN``; white space is left out."""

from __future__ import annotations

from pygments.lexer import Lexer
from pygments.token import _TokenType

from mailshell.highlight import tokens

NAMES: dict[_TokenType, str] = {getattr(tokens, name): name for name in tokens.__all__}


def places(lexer: Lexer, text: str) -> list[tuple[int, _TokenType, str]]:
    """The tokens of a text; they are the text, whole and in order."""
    found = list(lexer.get_tokens_unprocessed(text))
    at = 0
    for start, _, value in found:
        assert start == at
        assert value
        at += len(value)
    assert "".join(value for _, _, value in found) == text
    return found


def shown(lexer: Lexer, text: str) -> str:
    """The tokens of a text as short text, one line for each of its lines."""
    rows: list[list[str]] = [[]]
    for _, kind, value in places(lexer, text):
        if kind is not tokens.Whitespace:
            rows[-1].append(f"{NAMES[kind]} {value}")
        elif "\n" in value:
            rows.append([])
    return "\n".join("|".join(row) for row in rows)
