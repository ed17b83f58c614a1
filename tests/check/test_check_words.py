"""What the probes share to say and to look up things: lists in words, capabilities, the worst of several outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mailshell.check.advertised import has, names_of
from mailshell.check.bench import Known, quoted
from mailshell.check.outcome import Outcome, Verdict, worst_of
from mailshell.lint.rule import Severity
from mailshell.text.sentences import some


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "none"),
        ([7], "7"),
        ([1, 3], "1, 3"),
        (range(1, 6), "1, 2, 3, 4, 5"),
        (range(1, 7), "1, 2, 3, 4, 5 and 1 more"),
        (range(1, 2001), "1, 2, 3, 4, 5 and 1,995 more"),
        (["TOP", "UIDL"], "TOP, UIDL"),
    ],
)
def test_some_of_many_in_words(values: Sequence[object], words: str) -> None:
    assert some(values) == words


def test_none_of_them_has_a_word_of_its_own() -> None:
    assert some((), "nothing") == "nothing"
    assert some("abc", most=2) == "a, b and 1 more"


def test_capabilities_go_by_their_names_in_any_case() -> None:
    assert names_of(["Top", "SASL PLAIN", "sasl CRAM-MD5"]) == ["TOP", "SASL"]
    assert has(["SASL PLAIN"], "sasl")
    assert not has(["SASL PLAIN"], "PLAIN", "SAS")
    assert not has([], "TOP")


def test_what_is_advertised_at_any_moment_counts() -> None:
    known = Known(capabilities={"clear": ("IMAP4rev1", "StartTLS"), "login": ("IMAP4rev1", "MOVE")})
    assert known.names() == ["IMAP4REV1", "STARTTLS", "MOVE"]
    assert known.advertises("IMAP4rev2", "move")
    assert not known.advertises("IDLE")
    assert not Known().advertises("IDLE")


def test_the_first_of_the_worst() -> None:
    outcomes = [Outcome(Verdict.NOTE, "a"), Outcome(Verdict.ERROR, "b"), Outcome(Verdict.ERROR, "c")]
    assert worst_of(outcomes) is outcomes[1]
    assert worst_of([]) is None


@pytest.mark.parametrize("severity", Severity)
def test_each_severity_has_its_verdict(severity: Severity) -> None:
    assert Verdict.of(severity).word == severity.word


@pytest.mark.parametrize(
    ("name", "octets"), [("a", '"a"'), ('a"b', '"a\\"b"'), ("a\\b", '"a\\\\b"'), ("\udcff", '"\udcff"')]
)
def test_a_mailbox_name_in_quotes(name: str, octets: str) -> None:
    assert quoted(name) == octets
    assert quoted(name.encode("utf-8", "surrogateescape")) == octets.encode("utf-8", "surrogateescape")
