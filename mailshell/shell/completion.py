"""The menu behind Tab: what may stand at the cursor, without ever waiting for the network on a keystroke."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from mailshell.assist.position import Position, locate
from mailshell.complete import completer as lines
from mailshell.complete.candidate import Candidate
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.surroundings import surroundings
from mailshell.shell.files import file_candidates
from mailshell.shell.screen import safe_line

_LONGEST_META = 60
#: How what is likely to fail is shown; the words beside it say why.
DIMMED = "class:completion.dimmed"


class ShellCompleter(Completer):
    """Completes what is typed at the prompt."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._completer = lines.Completer()

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        text = document.text_before_cursor
        if self._interpreter.raw_mode and not text.startswith("."):
            return
        position = self._position(text)
        for candidate in self._candidates(text, position):
            yield _completion(candidate, document.cursor_position)

    def ask(self, document: Document) -> asyncio.Task[None] | None:
        """Ask the server for what is missing; the task that does, if there is nothing else to show meanwhile."""
        kind = self._position(document.text_before_cursor).kind
        asked = self._interpreter.background.ask(kind)
        return None if asked is None or self._has(kind) else asked

    def _has(self, kind: str) -> bool:
        """Whether there are names to show at once. Mailboxes that were made or renamed since are waited for."""
        learner = self._interpreter.learner
        if learner is None:
            return False
        knowledge = learner.knowledge
        if kind.endswith("mailbox"):
            return knowledge.listed and not learner.listing_is_old
        return bool(knowledge.messages or knowledge.found_uids)

    def _position(self, text: str) -> Position:
        interpreter = self._interpreter
        return locate(text, interpreter.catalogue, interpreter.terms, tags=interpreter.protocol != "pop3")

    def _candidates(self, text: str, position: Position) -> list[Candidate]:
        takes_file = position.kind == "local-argument" and _takes(position) == "file"
        if position.kind == "file" or takes_file:
            return file_candidates(position.word, position.start, quoted=position.quoted)
        return self._completer.complete(text, surroundings(self._interpreter))


def _takes(position: Position) -> str:
    command = COMMANDS.get(position.enclosing[0])
    return command.takes if command is not None else ""


def _completion(candidate: Candidate, cursor: int) -> Completion:
    meta = candidate.meta if len(candidate.meta) <= _LONGEST_META else f"{candidate.meta[: _LONGEST_META - 1]}…"
    return Completion(
        candidate.text,
        candidate.start - cursor,
        display=safe_line(candidate.shown),
        display_meta=safe_line(meta),
        style=DIMMED if candidate.dimmed else "",
    )
