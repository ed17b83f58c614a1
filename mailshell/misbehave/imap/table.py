"""All misbehaviours of IMAP."""

from __future__ import annotations

from mailshell.misbehave.imap import clear, fetched, mailbox, octets, session, sessions, timing, words
from mailshell.misbehave.misbehaviour import Misbehaviour

TABLE: tuple[Misbehaviour, ...] = (
    *octets.TABLE,
    *words.TABLE,
    *fetched.TABLE,
    *mailbox.TABLE,
    *session.TABLE,
    *sessions.TABLE,
    *timing.TABLE,
    *clear.TABLE,
)
