"""The menu behind Tab: what may stand at the cursor, without ever waiting for the network on a keystroke."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator

from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from mailshell.assist.position import Position, locate
from mailshell.complete import completer as lines
from mailshell.complete.candidate import Candidate
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.surroundings import surroundings
from mailshell.shell.files import file_candidates
from mailshell.text.escape import escape

#: A menu that Tab asked for waits so long for names that are asked of the server (seconds); typing goes on meanwhile.
_PATIENCE = 5.0
_LONGEST_META = 60


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

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        # Only Tab asks the server: while one types, nothing is sent that was not typed.
        if complete_event.completion_requested:
            await self._ask(self._position(document.text_before_cursor))
        for completion in self.get_completions(document, complete_event):
            yield completion

    async def _ask(self, position: Position) -> None:
        """Have asked what is missing; waited for only if there is nothing else to show."""
        asked = self._interpreter.background.ask(position.kind)
        if asked is not None and not self._has(position.kind):
            await asyncio.wait({asked}, timeout=_PATIENCE)

    def _has(self, kind: str) -> bool:
        """Whether there are names to show at once. Mailboxes that were made or renamed since are waited for."""
        learner = self._interpreter.learner
        if learner is None:
            return False
        knowledge = learner.knowledge
        if kind.endswith("mailbox"):
            return bool(knowledge.mailboxes) and not learner.listing_is_old
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
        display=escape(candidate.shown),
        display_meta=escape(meta),
        style="class:completion.dimmed" if candidate.dimmed else "",
    )


@Condition
def _chosen() -> bool:
    """One of several is chosen in the menu."""
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None and len(state.completions) > 1


@Condition
def _only_one() -> bool:
    """There was one match only, and it stands in the line."""
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None and len(state.completions) == 1


def completion_keys() -> KeyBindings:
    """Enter takes what is chosen in the menu, and sends nothing. Tab goes on behind the only match."""
    keys = KeyBindings()

    @keys.add("enter", filter=_chosen)
    def accept(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    @keys.add("tab", filter=_only_one)
    def go_on(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None
        event.current_buffer.start_completion(insert_common_part=True)

    return keys
