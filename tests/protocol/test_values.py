"""IMAP values: a tree, tolerantly, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from protocol_support import octets

from mailshell.protocol.imap.values import Atom, List, Literal, Quoted, Unreadable, Value, plain, read_octets


def tree(value: Value) -> object:
    """A short form: atoms as text, strings as octets, lists as lists, the unreadable as a set."""
    if isinstance(value, Atom):
        return value.octets.decode("latin-1")
    if isinstance(value, List):
        return [tree(item) for item in value.items]
    if isinstance(value, Unreadable):
        return {value.octets}
    assert isinstance(value, (Quoted, Literal))
    return value.octets


@pytest.mark.parametrize(
    ("text", "expected", "rules"),
    [
        (b"", [], []),
        (b"\r\n", [], []),
        (b"a b\r\n", ["a", "b"], []),
        (b'"a b" ""', [b"a b", b""], []),
        (rb'"a\"b\\c\d"', [rb'a"b\cd'], []),
        (b"()", [[]], []),
        (b"(a (b) ((c)))", [["a", ["b"], [["c"]]]], []),
        (b"(a)(b)", [["a"], ["b"]], []),
        (b"NIL \\Seen \\* $x", ["NIL", "\\Seen", "\\*", "$x"], []),
        (b"BODY[] x", ["BODY[]", "x"], []),
        (b"BODY[HEADER.FIELDS (TO FROM)]<0> x", ["BODY[HEADER.FIELDS (TO FROM)]<0>", "x"], []),
        (b'BODY[HEADER.FIELDS ("T]O")] x', ['BODY[HEADER.FIELDS ("T]O")]', "x"], []),
        (b"BINARY.SIZE[1.2] 5", ["BINARY.SIZE[1.2]", "5"], []),
        (b"(\\Seen OIB-Seen-[Google Mail]/x)", [["\\Seen", "OIB-Seen-[Google", "Mail]/x"]], []),
        (b"a  b\tc", ["a", "b", "c"], ["spaces", "spaces"]),
        (b")a", [{b")"}, "a"], ["unbalanced"]),
        (b"(a (b)", [["a", ["b"]]], ["unbalanced"]),
        (b'a "b c', ["a", {b'"'}, "b", "c"], ["unreadable"]),
        (b'("text" "pl"ain" NIL) (x)', [[b"text", b"pl", "ain", {b'"'}, "NIL"], ["x"]], ["unreadable"]),
        (b'(a "b NIL) BODY[X Y] (c)\r\n', [["a", {b'"'}, "b", "NIL"], "BODY[X Y]", ["c"]], ["unreadable"]),
        (b"(BODY[TEXT (a) b", [["BODY[TEXT", ["a"], "b"]], ["unbalanced"]),
        (b"a\x00\xff\xe9", ["a\x00\xff\xe9"], []),
        (b"a\rb", ["a", {b"\r"}, "b"], ["unreadable"]),
    ],
)
def test_trees(text: bytes, expected: list[object], rules: list[str]) -> None:
    values, deviations = read_octets(text)
    assert [tree(value) for value in values] == expected
    assert sorted(deviation.rule for deviation in deviations) == sorted(rules)


def test_where_values_stand() -> None:
    values, deviations = read_octets(b'a ("b"  c) )', 100)
    (a, inner, stray) = values
    assert isinstance(inner, List)
    assert [value.start for value in (a, inner, *inner.items, stray)] == [100, 102, 103, 108, 111]
    assert [(d.rule, d.start, d.end) for d in deviations] == [("spaces", 106, 108), ("unbalanced", 111, 112)]


def test_nesting_is_followed_to_a_limit() -> None:
    values, deviations = read_octets(b"(" * 5000 + b"x" + b")" * 5000 + b" y")
    assert [deviation.rule for deviation in deviations] == ["nesting"]
    assert isinstance(values[-1], Atom)
    depth, value = 0, values[0]
    while isinstance(value, List):
        depth, value = depth + 1, value.items[0]
    assert depth == 100


@given(octets)
def test_never_raises_and_all_stands_within(text: bytes) -> None:
    values, deviations = read_octets(text, 7)
    for value in values:
        plain(value)
        assert 7 <= value.start < 7 + len(text)
    assert all(7 <= deviation.start <= deviation.end <= 7 + len(text) for deviation in deviations)
    assert len(deviations) <= 100


ADVERSARIAL = [
    b"(", b")", b"()", b'"', b'" ', b'"\\', b'\\"', b'\\" ', b"{", b"{1}", b"[", b"BODY[", b"BODY[ ", b'BODY["',
    b'BODY[" ', b'BODY["]', b"BODY[]", b'"a" ', b"a ", b"  ", b"\r",
    b"\x00", b"~{", b"<", b"BODY[]<", b'BODY[\\" ', b'"\\" BODY[',
]  # fmt: skip


@pytest.mark.parametrize("unit", ADVERSARIAL)
def test_time_is_linear(unit: bytes) -> None:
    def taken(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size] + b"\r\n"
        started = time.process_time()
        read_octets(text)
        return time.process_time() - started

    small = min(taken(50_000) for _ in range(2))
    large = min(taken(200_000) for _ in range(2))
    assert large < 12 * small + 0.3
    assert large < 3
