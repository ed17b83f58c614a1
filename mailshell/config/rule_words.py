"""The rules of lint that a person names, in a setting, an option or at the prompt."""

from __future__ import annotations

from mailshell.config.settings import did_you_mean
from mailshell.exits import UsageError
from mailshell.lint.rule import Rule
from mailshell.lint.session import TABLES, find_rules
from mailshell.text.escape import escape


def known_rules(words: str) -> list[tuple[str, Rule]]:
    """The rules that these ids or names stand for, with their protocols. UsageError for a word that is none."""
    rules: list[tuple[str, Rule]] = []
    for word in words.replace(",", " ").split():
        found = find_rules(word)
        if not found:
            raise UsageError(f"there is no rule {escape(word)}{near_rules(word)}; mailshell why lists them")
        rules += found
    if not rules:
        raise UsageError(f"{escape(words)!r} names no rule; mailshell why lists them")
    return rules


def near_rules(word: str) -> str:
    """``; did you mean X?`` or nothing."""
    return did_you_mean(word, {name for rules in TABLES.values() for name in rules})
