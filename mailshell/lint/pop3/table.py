"""All rules of POP3, and the checkers that watch a session for them."""

from __future__ import annotations

from mailshell.lint.checker import Checker
from mailshell.lint.pop3 import (
    capabilities,
    closing,
    endings,
    greeting,
    listings,
    login,
    maildrop,
    messages,
    octets,
    replies,
    rules_maildrop,
    rules_messages,
    rules_octets,
    rules_security,
    rules_session,
    security,
    sizes,
    tops,
)
from mailshell.lint.rule import Rules

RULES = Rules(
    "pop3",
    (
        *rules_octets.TABLE,
        *rules_maildrop.TABLE,
        *rules_messages.TABLE,
        *rules_session.TABLE,
        *rules_security.TABLE,
    ),
)


def checkers() -> list[Checker]:
    """Fresh ones for one session."""
    listed: dict[int, int] = {}
    return [
        octets.LineEnds(),
        octets.StatusLines(),
        octets.CutLines(),
        endings.Stuffing(),
        endings.Endings(),
        replies.Replies(),
        greeting.Greetings(),
        capabilities.Capabilities(),
        login.Challenges(),
        login.Errors(),
        listings.Listings(),
        maildrop.Maildrop(listed),
        sizes.Sizes(listed),
        tops.Tops(),
        messages.Headers(),
        closing.Closings(),
        security.Stls(),
        security.Clear(),
        security.Early(),
    ]
