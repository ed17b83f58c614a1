"""All rules of IMAP, and the checkers that watch a session for them."""

from __future__ import annotations

from mailshell.lint.checker import Checker
from mailshell.lint.imap import (
    framing,
    grammar,
    octets,
    rules_framing,
    rules_grammar,
    rules_octets,
    rules_state,
    rules_time,
    rules_tls,
    rules_tokens,
    state,
    timing,
    tls,
    tokens,
)
from mailshell.lint.rule import Rules

RULES = Rules(
    "imap",
    (
        *rules_octets.TABLE,
        *rules_framing.TABLE,
        *rules_tokens.TABLE,
        *rules_time.TABLE,
        *rules_tls.TABLE,
        *rules_grammar.TABLE,
        *rules_state.TABLE,
    ),
)


def checkers() -> list[Checker]:
    """Fresh ones for one session."""
    return [
        *octets.checkers(),
        *framing.checkers(),
        *tokens.checkers(),
        *timing.checkers(),
        *tls.checkers(),
        *grammar.checkers(),
        *state.checkers(),
    ]
