"""A lexer of transcripts: each line has a prefix that tells who sends it, and is given to its protocol's lexer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from pygments.lexer import Lexer

from mailshell.highlight.conversation import Conversation
from mailshell.highlight.lexing import Place, by_line
from mailshell.highlight.values import Pairs

_ROW = re.compile(
    r"^[CS][:~][ |\-!=#] |^--- |^\s*[CS]: (?:\+OK|-ERR|\* OK|\S{1,40} (?:OK|NO|BAD)\b)|^\*(?:get|put)\* b['\"]", re.M
)


class TranscriptLexer(Lexer):
    """The trace of mailshell, ``C:``/``S:`` transcripts, the debug output of imaplib and poplib.

    The option ``protocol`` (``imap``, ``pop3``) says which protocol it is; otherwise the lines tell.
    """

    name = "Mail transcript"
    aliases: ClassVar[list[str]] = ["mailshell", "mailtrace"]
    filenames: ClassVar[list[str]] = ["*.mailtrace"]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        protocol = options.get("protocol")
        self._protocol = protocol if protocol in ("imap", "pop3") else None

    def get_tokens_unprocessed(self, text: str) -> Iterator[Place]:
        """Offset, type and text of each token."""
        at = 0

        def line(words: str) -> Pairs:
            nonlocal at
            at = text.find("\n", at) + 1 or len(text)
            return conversation.line(words)

        conversation = Conversation(self._protocol, lambda: _lines(text, at))
        return by_line(text, line)

    @staticmethod
    def analyse_text(text: str) -> float:
        """How likely the text is a transcript."""
        return 0.6 if _ROW.search(text[:5000]) else 0.0


def _lines(text: str, at: int) -> Iterator[str]:
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[at:end].removesuffix("\r")
        at = end + 1
