"""Rules of IMAP about what a session knows: tags, capabilities, the selected mailbox and its messages."""

from __future__ import annotations

from mailshell.lint.imap import (
    rules_capabilities,
    rules_counts,
    rules_flags,
    rules_messages,
    rules_results,
    rules_selected,
    rules_tagging,
)

TABLE = (
    *rules_tagging.TABLE,
    *rules_selected.TABLE,
    *rules_counts.TABLE,
    *rules_messages.TABLE,
    *rules_flags.TABLE,
    *rules_results.TABLE,
    *rules_capabilities.TABLE,
)
