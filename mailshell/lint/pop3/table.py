"""All rules of POP3, and the checkers that watch a session for them."""

from __future__ import annotations

from mailshell.lint.checker import Checker
from mailshell.lint.memory import Memory
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
    rules_sessions,
    security,
    sessions,
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
        *rules_sessions.TABLE,
    ),
)


def checkers(*, guessed: bool = False, memory: Memory | None = None) -> list[Checker]:
    """Fresh ones for one session. ``guessed``: the commands were not seen, and only those that need none are wanted.
    ``memory``: what earlier sessions were told; None: nothing is remembered.
    """
    alone: list[Checker] = [
        octets.LineEnds(),
        octets.StatusLines(),
        octets.CutLines(),
        endings.Stuffing(),
        greeting.Greetings(),
        login.Errors(),
        messages.Headers(),
    ]
    if guessed:
        return alone
    listed: dict[int, int] = {}
    remembering = [sessions.EarlierMaildrop(memory, listed)] if memory is not None else []
    return [
        *alone,
        endings.Endings(),
        replies.Replies(),
        capabilities.Capabilities(),
        login.Challenges(),
        listings.Listings(),
        maildrop.Maildrop(listed),
        sizes.Sizes(listed),
        tops.Tops(),
        closing.Closings(),
        security.Stls(),
        security.Refusal(),
        security.Clear(),
        security.Early(),
        *remembering,
    ]
