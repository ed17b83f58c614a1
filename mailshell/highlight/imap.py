"""A lexer of bare IMAP: commands with their tags, responses, literals, one side's lines or both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from pygments.lexer import Lexer

from mailshell.highlight.imap_lines import ImapLines
from mailshell.highlight.lexing import Place, by_line

_RESPONSE = re.compile(
    r"^\* (?:OK|PREAUTH|CAPABILITY|\d{1,10} (?:EXISTS|FETCH|RECENT|EXPUNGE))\b|^\S{1,40} (?:OK|NO|BAD) \[", re.M
)


class ImapLexer(Lexer):
    """Lines of IMAP4, as they cross the wire."""

    name = "IMAP"
    aliases: ClassVar[list[str]] = ["imap", "mailshell-imap"]
    filenames: ClassVar[list[str]] = ["*.imap"]
    url = "https://www.rfc-editor.org/rfc/rfc9051"

    def get_tokens_unprocessed(self, text: str) -> Iterator[Place]:
        """Offset, type and text of each token."""
        return by_line(text, ImapLines().line)

    @staticmethod
    def analyse_text(text: str) -> float:
        """How likely the text is IMAP."""
        return 0.4 if _RESPONSE.search(text[:5000]) else 0.0
