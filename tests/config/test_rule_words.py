"""Rules of lint that a person names: by id or name, several at once, with the nearest names where there is none."""

from __future__ import annotations

import pytest

from mailshell.cli import main
from mailshell.config.rule_words import known_rules, near_rules
from mailshell.exits import UsageError


def test_several_words() -> None:
    assert [(protocol, rule.name) for protocol, rule in known_rules("f06, SPACES")] == [
        ("imap", "bare-lf"),
        ("imap", "spaces"),
    ]


@pytest.mark.parametrize("words", ["", ",", "F06 nonsense", "\x1b[31m"])
def test_what_is_no_rule(words: str) -> None:
    with pytest.raises(UsageError, match="rule") as raised:
        known_rules(words)
    assert str(raised.value).isprintable()


def test_the_nearest() -> None:
    assert near_rules("bare-fl").startswith("; did you mean bare-lf")
    assert near_rules("qqqqqq") == ""


@pytest.mark.parametrize(
    "arguments",
    [["why", "bare-fl"], ["lint", "--ignore", "bare-fl", "FILE"], ["demo", "imap", "--misbehave", "bare-fl"]],
)
def test_every_command_offers_it(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "; did you mean bare-lf" in capsys.readouterr().err
