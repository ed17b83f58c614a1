"""The colours of what is typed: the package's own lexer and themes, in prompt-toolkit's terms."""

from __future__ import annotations

from functools import cache, partial

from prompt_toolkit.lexers import DynamicLexer, PygmentsLexer, SyncFromStart
from prompt_toolkit.styles import BaseStyle, Style, merge_styles
from prompt_toolkit.styles.pygments import style_from_pygments_cls

from mailshell.highlight.input import InputLexer
from mailshell.highlight.terminal import background
from mailshell.highlight.themes import THEMES
from mailshell.interpreter import python_api
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.sessions import Sessions

#: Hints are grey, and what is likely to fail is italic too: it says why, beside.
_OWN = {"hint": "ansibrightblack", "completion.dimmed": "italic #444444"}


def input_lexer(sessions: Sessions) -> DynamicLexer:
    """The lexer of the prompt: that of the session's protocol."""
    others = frozenset(COMMANDS) | python_api.WORDS
    lexers = {
        protocol: PygmentsLexer(partial(InputLexer, catalogue, others), syntax_sync=SyncFromStart())  # type: ignore[arg-type]
        for protocol, catalogue in Interpreter.catalogues.items()
    }
    return DynamicLexer(lambda: lexers[sessions.current.protocol or "imap"])


@cache
def input_style(theme: str) -> BaseStyle:
    """The theme (``auto``: that for the terminal's background), and the grey of hints."""
    chosen = THEMES[background() if theme == "auto" else theme]
    return merge_styles([style_from_pygments_cls(chosen), Style.from_dict(_OWN)])
