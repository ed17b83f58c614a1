"""Rules of IMAP about the grammar of what a server says, topic by topic."""

from __future__ import annotations

from mailshell.lint.imap import (
    rules_codes,
    rules_fetch,
    rules_mailboxes,
    rules_numbers,
    rules_session_words,
    rules_structure,
)

TABLE = (
    *rules_codes.TABLE,
    *rules_numbers.TABLE,
    *rules_fetch.TABLE,
    *rules_structure.TABLE,
    *rules_mailboxes.TABLE,
    *rules_session_words.TABLE,
)
