"""The tokenizer: the path to the cursor, and nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.assist.tokens import tokenize

#: What the grammar is made of, so that random lines come near to real ones.
PIECES = [
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    '"',
    "\\",
    " ",
    "BODY[",
    "BODY.PEEK[",
    "FLAGS",
    "@f",
    "{3}",
    "~{3+}",
    "1:*",
    "é",
]


def shape(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (level.opener, [(item.kind, text[item.start : item.end]) for item in level.items])
        for level in tokenize(text).levels
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("", [])]),
        ("a  b", [("", [("word", "a"), ("word", "b")])]),
        ('a "b c" d', [("", [("word", "a"), ("quoted", '"b c"'), ("word", "d")])]),
        (r'"b \" c" d', [("", [("quoted", r'"b \" c"'), ("word", "d")])]),
        ('a "b c', [("", [("word", "a"), ("unclosed", '"b c')])]),
        ('"b\\', [("", [("unclosed", '"b\\')])]),
        ("1 (a b) c", [("", [("word", "1"), ("list", "(a b)"), ("word", "c")])]),
        ("1 (a (b", [("", [("word", "1")]), ("(", [("word", "a")]), ("(", [("word", "b")])]),
        ("[Gmail]/Sent", [("", [("word", "[Gmail]/Sent")])]),
        ("BODY[TEXT]<0.5> x", [("", [("section", "BODY[TEXT]<0.5>"), ("word", "x")])]),
        ("(body.peek[1.", [("", []), ("(", []), ("body.peek[", [("word", "1.")])]),
        ("BODY[HEADER.FIELDS (A", [("", []), ("BODY[", [("word", "HEADER.FIELDS")]), ("(", [("word", "A")])]),
        ("BODY[HEADER.FIELDS (A B)] c", [("", [("section", "BODY[HEADER.FIELDS (A B)]"), ("word", "c")])]),
        ("@letter.eml x@y", [("", [("file", "@letter.eml"), ("word", "x@y")])]),
        ('@crlf:"my letter"', [("", [("file", '@crlf:"my letter"')])]),
        ("x {310}", [("", [("word", "x"), ("literal", "{310}")])]),
        ("{310} x", [("", [("word", "{310}"), ("word", "x")])]),
        ("a) b", [("", [("word", "a"), ("stray", ")"), ("word", "b")])]),
    ],
)
def test_tokens(text: str, expected: list[tuple[str, list[tuple[str, str]]]]) -> None:
    assert shape(text) == expected


@pytest.mark.parametrize(("text", "crossed"), [("(a)", False), ("a)", True), ("(BODY[1)", True), ("BODY[(1]", True)])
def test_brackets_that_cross(text: str, crossed: bool) -> None:
    assert tokenize(text).crossed is crossed


def test_pop3_has_only_words() -> None:
    (level,) = tokenize('USER "a (b', 5, plain=True).levels
    assert [item.text for item in level.items] == ['"a', "(b"]


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_every_character_is_in_a_token_or_blank(text: str) -> None:
    tokens = tokenize(text)
    covered = set()
    for level in tokens.levels:
        covered |= set(range(level.start, level.start + len(level.opener)))
        for item in level.items:
            assert item.start < item.end <= len(text)
            assert item.text in ("", text[item.start : item.end])
            span = set(range(item.start, item.end))
            assert not covered & span
            covered |= span
    assert all(text[index].isspace() for index in range(len(text)) if index not in covered)
