"""What a check knows beside the line: the situation of the session, and what it answers: a caution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FAILS = "fails"
HURTS = "hurts"

#: Every caution by its identifier: whether the command is sure to fail, or does something that hurts.
SEVERITIES: Mapping[str, str] = {
    # How the line is written.
    "unknown-command": FAILS,
    "unclosed-quote": FAILS,
    "unbalanced-parentheses": FAILS,
    "malformed-redirection": FAILS,
    "malformed-pipe": FAILS,
    "search-without-charset": FAILS,
    "missing-argument": FAILS,
    "too-many-arguments": FAILS,
    "bad-sequence-set": FAILS,
    "bad-number": FAILS,
    "store-without-operation": FAILS,
    "store-without-flags": FAILS,
    # Literals.
    "literal8-without-binary": FAILS,
    "literal-does-not-wait": FAILS,
    "literal-too-large": FAILS,
    "literal-over-limit": FAILS,
    # The session.
    "wrong-state": FAILS,
    "missing-capability": FAILS,
    "not-in-rev2": FAILS,
    "login-disabled": FAILS,
    "read-only-mailbox": FAILS,
    "delete-inbox": FAILS,
    # What is lost.
    "expunge": HURTS,
    "close-expunges": HURTS,
    "delete-mailbox": HURTS,
    "quit-deletes": HURTS,
}


@dataclass(frozen=True, slots=True)
class Caution:
    """What is sure to go wrong or to hurt, in one sentence without its full stop. ``id`` is a key of ``SEVERITIES``."""

    id: str
    text: str

    @property
    def severity(self) -> str:
        """``fails``: the command is sure to fail; ``hurts``: something is lost."""
        return SEVERITIES[self.id]


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of the session. What is not known is not warned of.

    ``phase`` is the letter that the catalogue uses, empty if none applies. ``capabilities`` are those that the server
    has announced (for POP3 the lines of CAPA), None if it has not. ``deleted`` counts the messages known to bear
    ``\\Deleted`` in the selected mailbox, or those that DELE has marked (POP3). ``appendlimit`` is the largest message
    that the mailbox takes, if it is not the one among the capabilities. ``utf8``: strings go in UTF-8, since ENABLE
    (RFC 6855 section 3, RFC 9051 section 6.3.1).
    """

    protocol: str
    phase: str = ""
    capabilities: tuple[str, ...] | None = None
    deleted: int = 0
    read_only: bool = False
    appendlimit: int | None = None
    utf8: bool = False
