"""What stands in grey behind the cursor: the arguments that come next, as redis-cli shows them."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput

from mailshell.assist.hints import explain_position, hint_at
from mailshell.assist.position import Position, locate
from mailshell.interpreter import python_api
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.sessions import Sessions

_LOCAL = {command.name: command.arguments for command in COMMANDS.values()}


def position_at(interpreter: Interpreter, text: str) -> Position:
    """What stands at the end of the text, in the protocol of the session."""
    tags = interpreter.protocol != "pop3"
    return locate(text, interpreter.catalogue, interpreter.terms, tags=tags, words=python_api.WORDS)


def explain(interpreter: Interpreter, text: str) -> str:
    """One short line that names the place at the end of the text; empty where nothing has been typed."""
    if not text.strip() or interpreter.raw_mode:
        return ""
    position = position_at(interpreter, text)
    if position.kind == "local-argument" and (command := COMMANDS.get(position.enclosing[0])) is not None:
        return f"{command.name} {command.arguments}: {command.help}" if command.arguments else command.help
    return explain_position(position)


class HintsFirst(AutoSuggest):
    """Suggests what the history has, except where a hint tells what comes next: the two look alike."""

    def __init__(self, sessions: Sessions, history: AutoSuggest, hints: Callable[[], bool]) -> None:
        self._sessions = sessions
        self._history = history
        self._hints = hints

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        if self._hints() and document.text and hint_at(position_at(self._sessions.current, document.text), _LOCAL):
            return None
        return self._history.get_suggestion(buffer, document)


class HintProcessor(Processor):
    """Appends the hint to the line while the cursor stands at its end and the history suggests nothing."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        fragments = transformation_input.fragments
        document = transformation_input.document
        buffer = transformation_input.buffer_control.buffer
        last = transformation_input.lineno == document.line_count - 1
        suggested = buffer.suggestion is not None and buffer.suggestion.text
        if not last or suggested or not document.is_cursor_at_the_end or self._sessions.current.raw_mode:
            return Transformation(fragments)
        hint = hint_at(position_at(self._sessions.current, document.text), _LOCAL)
        return Transformation([*fragments, ("class:hint", hint)] if hint and document.text else fragments)
