"""Aliases: what becomes of a definition and what is typed after its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.config.macros import Macro, arguments_of, check_name, lines_of
from mailshell.exits import UsageError


@pytest.mark.parametrize(
    ("definition", "typed", "lines"),
    [
        ("SEARCH UNSEEN", "", ["SEARCH UNSEEN"]),
        ("FETCH", "1 FLAGS", ["FETCH 1 FLAGS"]),
        ("FETCH $1 (FLAGS $2)", "1:* ENVELOPE", ["FETCH 1:* (FLAGS ENVELOPE)"]),
        ("STORE $1 +FLAGS ($2)", "1 $Forwarded", ["STORE 1 +FLAGS ($Forwarded)"]),
        ("FETCH $ $1", "FLAGS", ["FETCH $ FLAGS"]),
        ("STORE $1 +FLAGS ($MDNSent)", "7", ["STORE 7 +FLAGS ($MDNSent)"]),
        ("SEARCH TEXT $$1 $1", "x", ["SEARCH TEXT $1 x"]),
        ("EXAMINE ${1:-INBOX}", "", ["EXAMINE INBOX"]),
        ("EXAMINE ${1:-INBOX}", "Drafts", ["EXAMINE Drafts"]),
        ("EXAMINE ${1:-}", "", ["EXAMINE"]),
        ('EXAMINE $1 ; SEARCH TEXT "a ; b"', "x", ["EXAMINE x", 'SEARCH TEXT "a ; b"']),
        ("NOOP\nCHECK", "", ["NOOP", "CHECK"]),
        ("SEARCH $*", "FROM ana  SINCE 1-Jan-2026", ["SEARCH FROM ana  SINCE 1-Jan-2026"]),
        ("SEARCH $@", "ALL", ["SEARCH ALL"]),
        ("SEARCH SUBJECT $1", '"a b"', ['SEARCH SUBJECT "a b"']),
        ("STORE $1 $2", "1 (\\Seen \\Deleted)", ["STORE 1 (\\Seen \\Deleted)"]),
        ("FETCH $1 ${10}", "1 2 3 4 5 6 7 8 9 ten", ["FETCH 1 ten"]),
        ("EXAMINE $1 ; NOOP", '"a ; b"', ['EXAMINE "a ; b"', "NOOP"]),
        ("EXAMINE $* ; NOOP", "x ; LOGOUT", ["EXAMINE x ; LOGOUT", "NOOP"]),
        ("a;b", "", ["a;b"]),
        ("NOOP; CHECK ;", "", ["NOOP", "CHECK"]),
    ],
)
def test_expansion(definition: str, typed: str, lines: list[str]) -> None:
    assert Macro("x", definition).expand(typed) == lines


@pytest.mark.parametrize(
    ("definition", "typed", "message"),
    [
        ("FETCH $1 FLAGS", "", "x needs 1 argument, $1 is missing"),
        ("COPY $1 $2", "1", "x needs 2 arguments, $2 is missing"),
        ("FETCH $1 FLAGS", "1 2 3", "x takes 1 argument, and 3 are given"),
        ("NOOP ; CHECK", "1", "x takes no arguments"),
    ],
)
def test_wrong_numbers_of_arguments(definition: str, typed: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        Macro("x", definition).expand(typed)
    assert str(error.value) == message


@pytest.mark.parametrize("name", ["unread", "U", "get-all", "x_2", "abcdef12"])
def test_names(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["", ".x", "1x", "a b", "a1", "tag12", "x=y", "\x1b", "ü", "x" * 41])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name)


@given(text=st.text(alphabet=' ab"\\();', max_size=40))
def test_arguments_hold_all_that_was_typed(text: str) -> None:
    assert "".join("".join(arguments_of(text)).split()) == "".join(text.split())


@given(text=st.text(max_size=60))
def test_a_definition_without_separators_is_one_line(text: str) -> None:
    if ";" not in text and "\n" not in text and "\r" not in text:
        assert lines_of(text) == ([text.strip()] if text.strip() else [])
