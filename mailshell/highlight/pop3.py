"""A lexer of bare POP3: commands and replies, one side's lines or both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from pygments.lexer import Lexer

from mailshell.highlight.lexing import Place, by_line
from mailshell.highlight.pop3_lines import Pop3Lines

_REPLY = re.compile(r"^(?:\+OK|-ERR)(?: |\r?$)", re.MULTILINE)


class Pop3Lexer(Lexer):
    """Lines of POP3, as they cross the wire."""

    name = "POP3"
    aliases: ClassVar[list[str]] = ["pop3", "mailshell-pop3"]
    filenames: ClassVar[list[str]] = ["*.pop3"]
    url = "https://www.rfc-editor.org/rfc/rfc1939"

    def get_tokens_unprocessed(self, text: str) -> Iterator[Place]:
        """Offset, type and text of each token."""
        return by_line(text, Pop3Lines().line)

    @staticmethod
    def analyse_text(text: str) -> float:
        """How likely the text is POP3."""
        return 0.4 if _REPLY.search(text[:5000]) else 0.0
