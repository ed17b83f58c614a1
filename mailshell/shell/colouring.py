"""The colours of what is typed: the package's own lexer and themes, in prompt-toolkit's terms."""

from __future__ import annotations

from functools import partial

from prompt_toolkit.lexers import DynamicLexer, PygmentsLexer, SyncFromStart
from prompt_toolkit.styles import BaseStyle, Style, merge_styles
from prompt_toolkit.styles.pygments import style_from_pygments_cls

from mailshell.highlight.input import InputLexer
from mailshell.highlight.terminal import background
from mailshell.highlight.themes import THEMES
from mailshell.interpreter import python_api
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.table import COMMANDS


def input_lexer(interpreter: Interpreter) -> DynamicLexer:
    """The lexer of the prompt: that of the session's protocol."""
    others = frozenset(COMMANDS) | python_api.WORDS
    lexers = {
        protocol: PygmentsLexer(partial(InputLexer, catalogue, others), syntax_sync=SyncFromStart())  # type: ignore[arg-type]
        for protocol, catalogue in interpreter.catalogues.items()
    }
    return DynamicLexer(lambda: lexers[interpreter.protocol or "imap"])


def input_style() -> BaseStyle:
    """The theme for the terminal's background, and the grey of hints."""
    theme = THEMES[background()]
    return merge_styles([style_from_pygments_cls(theme), Style.from_dict({"hint": "ansibrightblack"})])
