"""Cutting into rows, and ``repr`` with masks."""

from __future__ import annotations

import ast
import itertools

from hypothesis import given
from hypothesis import strategies as st

from mailshell.protocol.events import SecretSpan
from mailshell.protocol.secrecy import Secrets
from mailshell.trace.lines import BOUND, Contents, LineCutter, clip, row_text
from mailshell.trace.masked import octets_repr, pieces, text_repr


def knowing(secret: bytes) -> Secrets:
    secrets = Secrets()
    secrets.learn(secret)
    return secrets


def cut(octets: bytes, cuts: list[int], secrets: Secrets | None = None, bound: int = BOUND) -> list[bytes]:
    cutter = LineCutter(secrets, bound)
    places = [0, *sorted(min(at, len(octets)) for at in cuts), len(octets)]
    result = [piece for start, end in itertools.pairwise(places) for piece in cutter.feed(octets[start:end])]
    rest = cutter.end()
    return [*result, rest] if rest else result


@given(st.binary(max_size=60) | st.text("ab\n\r", max_size=60).map(str.encode), st.lists(st.integers(0, 60)))
def test_cutting_loses_nothing_and_does_not_depend_on_the_reads(octets: bytes, cuts: list[int]) -> None:
    lines = cut(octets, cuts, bound=8)
    assert b"".join(lines) == octets
    assert lines == cut(octets, [], bound=8)
    assert all(b"\n" not in line[:-1] and len(line) <= 9 for line in lines)


@given(st.text("x\n", max_size=40), st.text("x", max_size=40), st.lists(st.integers(0, 80)))
def test_a_long_line_is_never_cut_within_a_secret(before: str, after: str, cuts: list[int]) -> None:
    octets = f"{before}secret99{after}".encode()
    lines = cut(octets, cuts, knowing(b"secret99"), bound=10)
    assert b"".join(lines) == octets
    assert sum(line.count(b"secret99") for line in lines) == 1


def test_a_secret_longer_than_the_bound() -> None:
    secret = b"0123456789abcdefghij"
    assert cut(secret * 4, [], knowing(secret), bound=8)[:2] == [secret, secret]


def test_a_character_is_not_cut() -> None:
    assert cut("éééééé".encode(), [], bound=5) == ["éé".encode(), "éé".encode(), "éé".encode()]


def test_line_ends() -> None:
    assert row_text(b"a\r\n") == "a"
    assert row_text(b"a\n") == "a\\n"
    assert row_text(b"a\r") == "a\\r\\"
    assert row_text(b"a\\") == "a\\\\\\"
    assert row_text(b"\r\n") == ""


def test_clipping() -> None:
    assert clip(b"abc\r\n", 3) == "abc"
    assert clip(b"abcd\r\n", 3) == "abc … 3 more octets"
    assert clip("ééé\r\n".encode(), 3) == "é … 6 more octets"
    assert clip(b"abc", 3, 10) == "abc … 10 more octets"


def folded(*chunks: bytes) -> list[str]:
    contents = Contents(None, folded=True)
    rows = [row for chunk in chunks for row in contents.feed(chunk)]
    return [f"{'-' if row.note else '|'} {row.text}" for row in [*rows, *contents.end()]]


def test_small_contents_are_shown_whole() -> None:
    assert folded(b"a\r\nb\r", b"\nc\r\nd\r\ne") == ["| a", "| b", "| c", "| d", "| e\\"]
    assert folded() == []
    assert folded(b"x" * 300 + b"\r\n") == ["| " + "x" * 300]
    assert folded(b"x" * 300_000) == ["| " + "x" * 2000 + " … 298,000 more octets"]


def test_large_contents_are_folded() -> None:
    lines = [b"%d\r\n" % number for number in range(1, 98)]
    assert folded(*lines) == ["| 1", "| 2", "| 3", "- … 94 more of 97 lines, 370 more of 379 octets"]
    assert folded(b"".join(lines), b"98") == folded(b"".join([*lines, b"98"]))
    long = b"y" * 250 + b"\r\n"
    assert folded(long * 6)[0] == "| " + "y" * 200 + " … 52 more octets"
    assert folded(long * 6)[3] == "- … 3 more of 6 lines, 756 more of 1,512 octets"
    assert folded(b"z" * 100_000 + b"\n" + b"a\n" * 5)[0] == "| " + "z" * 200 + " … 99,801 more octets"


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))).map(
    lambda pairs: [SecretSpan(min(pair), max(pair), "password") for pair in pairs]
)


@given(st.binary(min_size=30, max_size=40) | st.text("'\"\\ab", min_size=30).map(str.encode), SPANS)
def test_repr_with_masks(octets: bytes, spans: list[SecretSpan]) -> None:
    hidden = {at for start, end, _ in spans for at in range(start, end)}
    left = bytes(octet for at, octet in enumerate(octets) if at not in hidden)
    shown = octets_repr(octets, spans)
    assert ast.literal_eval(shown.replace("⟦password⟧", "")) == left
    assert shown.replace("⟦password⟧", "") == repr(left)
    assert b"".join(piece for piece in pieces(octets, spans) if isinstance(piece, bytes)) == left


def test_repr_of_text_with_masks() -> None:
    span = SecretSpan(5, 8, "password")
    assert text_repr(b"PASS abc") == "'PASS abc'"
    assert text_repr(b"PASS abc", [span]) == "'PASS ⟦password⟧'"
    assert text_repr("PASSéabc".encode(), [SecretSpan(6, 9, "password")]) == "'PASSé⟦password⟧'"
    assert text_repr(b"PASS abc it's\x1b", [span]) == '"PASS ⟦password⟧ it\'s\\x1b"'
    assert text_repr(b"PASS abc it's \"", [span]) == "'PASS ⟦password⟧ it\\'s \"'"
