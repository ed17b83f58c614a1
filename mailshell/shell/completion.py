"""Completion of command names: those that are valid in this state first, with what they do beside them."""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local_commands import COMMANDS
from mailshell.protocol.catalogue import Command


class CommandCompleter(Completer):
    """Completes the first word of a line, or the first two of commands like UID FETCH."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        typed = document.text_before_cursor.lstrip()
        if typed.startswith("."):
            if " " not in typed:
                for local in COMMANDS.values():
                    if local.name.startswith(typed.lower()):
                        yield Completion(local.name, -len(typed), display_meta=local.help)
            return
        wanted = typed.upper()
        for record in self._ordered():
            if record.name.startswith(wanted) and typed.count(" ") <= record.name.count(" "):
                yield Completion(record.name, -len(typed), display_meta=self._meta(record))

    def _ordered(self) -> list[Command]:
        letter = self._letter()
        known = [record for record in self._interpreter.catalogue.values() if not record.obsolete]
        return sorted(known, key=lambda record: (bool(letter) and letter not in record.states, record.name))

    def _letter(self) -> str:
        session = self._interpreter.session
        return session.engine.state.phase.letter if session is not None and session.is_open else ""

    def _meta(self, record: Command) -> str:
        letter = self._letter()
        if letter and letter not in record.states:
            return f"not in this state: {record.help}"
        return record.help
