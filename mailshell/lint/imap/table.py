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
    rules_sessions,
    rules_state,
    rules_time,
    rules_tls,
    rules_tokens,
    state,
    timing,
    tls,
    tokens,
)
from mailshell.lint.imap.footing import Footing
from mailshell.lint.memory import Memory
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
        *rules_sessions.TABLE,
    ),
)


def checkers(*, guessed: bool = False, memory: Memory | None = None) -> list[Checker]:
    """Fresh ones for one session. ``guessed``: the commands were not seen, and only those that need none are wanted.
    ``memory``: what earlier sessions were told; None: nothing is remembered.
    """
    footing = Footing()
    heard: list[Checker] = [
        *octets.checkers(),
        *framing.checkers(footing),
        *tokens.checkers(footing),
        *grammar.checkers(),
    ]
    return heard if guessed else [*heard, *timing.checkers(), *tls.checkers(), *state.checkers(memory)]
