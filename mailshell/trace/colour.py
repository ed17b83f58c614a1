"""Colours for the style ``mailshell``: they repeat what the prefix and the text say, and add nothing."""

from __future__ import annotations

from collections.abc import Iterable

from mailshell.highlight import tokens
from mailshell.highlight.conversation import Conversation
from mailshell.highlight.terminal import painter
from mailshell.highlight.values import Pairs
from mailshell.trace.prefix import EXPLANATION

#: What a row holds beyond this is not taken apart (characters).
_MOST = 4000


def paint(rows: Iterable[tuple[str, str]], theme: str | None = None, *, protocol: str | None = None) -> str:
    """Rows (prefix and text) as text with the escapes of a terminal.

    ``theme``: ``dark``, ``light`` or ``neutral``; None for what the terminal tells. ``protocol``: ``imap`` or ``pop3``;
    None for what the rows tell.
    """
    return painter(theme).paint(_tokens(rows, Conversation(protocol)))


def _tokens(rows: Iterable[tuple[str, str]], conversation: Conversation) -> Pairs:
    for prefix, text in rows:
        if prefix == EXPLANATION:
            # It stands beside the conversation, perhaps in the middle of a literal.
            yield tokens.Note, prefix + text
        else:
            yield from conversation.row(prefix, text[:_MOST])
            yield tokens.Text, text[_MOST:]
        yield tokens.Whitespace, "\n"
