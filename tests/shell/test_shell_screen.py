"""The last gate before the terminal: whatever is written, no octet drives it."""

from __future__ import annotations

import unicodedata

import pytest

from mailshell.shell.screen import safe_block, safe_line

_EVERY = [chr(code) for code in range(0x110000)]
_DRIVES = [character for character in _EVERY if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")]
_BIDI = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]


def test_nothing_that_drives_a_terminal_passes() -> None:
    text = "".join(_DRIVES + _BIDI)
    assert not set(_DRIVES + _BIDI) & set(safe_line(text))
    assert set(_DRIVES + _BIDI) & set(safe_block(text, colour=False)) == {"\n", "\t"}
    assert set(_DRIVES + _BIDI) & set(safe_block(text, colour=True)) == {"\n", "\t"}


@pytest.mark.parametrize("text", ["\\x1b is escaped already", "größer – schöner 日本 \u00a0 …", "C:\\new\\table", ""])
def test_the_rest_stays_as_it_is(text: str) -> None:
    assert safe_line(text) == text
    assert safe_block(f"{text}\n", colour=False) == f"{text}\n"


def test_only_colours_pass_and_only_where_they_are_meant() -> None:
    text = "\x1b[1;31mred\x1b[0m \x1b[2J\x1b]0;title\x07\n"
    assert safe_block(text, colour=True) == "\x1b[1;31mred\x1b[0m \\x1b[2J\\x1b]0;title\\x07\n"
    assert safe_block(text, colour=False) == "\\x1b[1;31mred\\x1b[0m \\x1b[2J\\x1b]0;title\\x07\n"
