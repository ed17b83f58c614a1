"""The menu behind Tab: what may stand at the cursor, without ever waiting for the network on a keystroke."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from mailshell.assist.position import Position
from mailshell.complete import completer as lines
from mailshell.complete.candidate import Candidate
from mailshell.complete.surroundings import Words
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.sessions import Sessions
from mailshell.interpreter.surroundings import local_words, surroundings
from mailshell.shell.files import file_candidates
from mailshell.shell.hinting import position_at
from mailshell.shell.screen import safe_line
from mailshell.text.abbreviation import full_name

_LONGEST_META = 60


class ShellCompleter(Completer):
    """Completes what is typed at the prompt."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        #: What is remembered from one completion to the next belongs to one server.
        self._kept: WeakKeyDictionary[Interpreter, tuple[lines.Completer, Words]] = WeakKeyDictionary()

    def candidates(self, text: str) -> list[Candidate]:
        """What may stand at the end of the text."""
        interpreter = self._sessions.current
        if interpreter.raw_mode and not text.startswith("."):
            return []
        position = position_at(interpreter, text)
        if position.kind == "file" or _takes_file(position):
            return file_candidates(position.word, position.start, quoted=position.quoted)
        if interpreter not in self._kept:
            self._kept[interpreter] = lines.Completer(), local_words(interpreter)
        completer, words = self._kept[interpreter]
        return completer.complete_at(position, text, surroundings(interpreter, words))

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        text = document.text_before_cursor
        return (completion(candidate, len(text)) for candidate in self.candidates(text))

    def ask(self, text: str) -> asyncio.Task[None] | None:
        """Ask the server for what is missing; the task that does, if there is nothing else to show meanwhile."""
        interpreter = self._sessions.current
        background, kind = interpreter.background, position_at(interpreter, text).kind
        asked = background.ask(kind)
        return None if asked is None or background.knows(kind) else asked


def _takes_file(position: Position) -> bool:
    name = full_name(position.enclosing[0], COMMANDS) if position.kind == "local-argument" else None
    return name is not None and COMMANDS[name].takes == "file"


def completion(candidate: Candidate, cursor: int) -> Completion:
    """The candidate as a menu has it; ``cursor`` is the offset at which the cursor stands."""
    meta = candidate.meta if len(candidate.meta) <= _LONGEST_META else f"{candidate.meta[: _LONGEST_META - 1]}…"
    return Completion(
        candidate.text,
        candidate.start - cursor,
        display=safe_line(candidate.shown),
        display_meta=safe_line(meta),
        style="class:completion.dimmed" if candidate.dimmed else "",
    )
