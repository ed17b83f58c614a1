"""Completion of command names: those that are valid in this state first, with what they do beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.table import COMMANDS
from mailshell.protocol.catalogue import Command


class CommandCompleter(Completer):
    """Completes the first word of a line, or the first two of commands like UID FETCH."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        typed = document.text_before_cursor.lstrip()
        if typed.startswith(".") or not (typed or self._letter()):
            return self._local(typed)
        return self._commands(typed)

    def _local(self, typed: str) -> Iterator[Completion]:
        if " " not in typed:
            for local in COMMANDS.values():
                if local.name.startswith(typed.lower()):
                    yield Completion(local.name, -len(typed), display_meta=local.help)

    def _commands(self, typed: str) -> Iterator[Completion]:
        """What begins like this; to an empty line, only what is valid in this state."""
        wanted = " ".join(typed.upper().split()) + (" " if typed.endswith(" ") else "")
        letter = self._letter()
        known = [record for record in self._interpreter.catalogue.values() if record.name.startswith(wanted)]
        for record in sorted(known, key=lambda record: (bool(letter) and letter not in record.states, record.name)):
            valid = not letter or letter in record.states
            if not record.obsolete and (valid or wanted):
                yield Completion(record.name, -len(typed), display_meta=_meta(record, valid=valid))

    def _letter(self) -> str:
        session = self._interpreter.session
        return session.engine.state.phase.letter if session is not None and session.is_open else ""


def _meta(record: Command, *, valid: bool) -> str:
    return record.help if valid else f"not in this state: {record.help}"
