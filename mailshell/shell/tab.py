"""What Tab, and Enter in a menu, do.

Tab completes at once, before the next key is looked at, so that what is typed in one burst goes behind what it put in.
Only names that have to be asked of the server come later, and then only if nothing was typed meanwhile. A match that is
likely to fail, or of which the word holds only some letters, is shown and not put in: the next Tab does that.
"""

from __future__ import annotations

import asyncio

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import get_common_complete_suffix
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, has_completions
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from mailshell.complete.candidate import Candidate
from mailshell.shell.completion import ShellCompleter, completion
from mailshell.shell.console import ShellConsole

#: Names that are asked of the server are waited for so long (seconds); typing goes on meanwhile.
_PATIENCE = 5.0
#: Without menus so many are listed.
_LISTED = 100


@Condition
def _chosen() -> bool:
    """One is chosen in the menu."""
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None


class Tab:
    """Completes in the prompt. ``plain``: without menus; several matches are listed as lines of text."""

    def __init__(self, completer: ShellCompleter, console: ShellConsole, plain: Condition) -> None:
        self._completer = completer
        self._console = console
        self._plain = plain

    def keys(self) -> KeyBindings:
        """Tab completes, or goes on to the next of the menu. Enter takes what is chosen there, and sends nothing."""
        keys = KeyBindings()

        @keys.add("tab", filter=~has_completions)
        def complete(event: KeyPressEvent) -> None:
            self._press(event.current_buffer)

        @keys.add("enter", filter=_chosen)
        def accept(event: KeyPressEvent) -> None:
            event.current_buffer.complete_state = None

        return keys

    def _press(self, buffer: Buffer) -> None:
        asked = self._completer.ask(buffer.document.text_before_cursor)
        if asked is None:
            self._complete(buffer)
        else:
            get_app().create_background_task(self._later(buffer, buffer.document, asked))

    async def _later(self, buffer: Buffer, document: Document, asked: asyncio.Task[None]) -> None:
        await asyncio.wait({asked}, timeout=_PATIENCE)
        if buffer.document == document and get_app().is_running:
            self._complete(buffer)

    def _complete(self, buffer: Buffer) -> None:
        text = buffer.document.text_before_cursor
        found = self._completer.candidates(text)
        if len(found) == 1 and not found[0].dimmed and not found[0].loose:
            buffer.delete_before_cursor(len(text) - found[0].start)
            buffer.insert_text(found[0].text)
            return
        menu = [completion(candidate, len(text)) for candidate in found]
        common = get_common_complete_suffix(buffer.document, menu) if len(menu) > 1 else ""
        if common:
            buffer.insert_text(common)
            menu = [one.new_completion_from_position(len(common)) for one in menu]
        if found and self._plain():
            self._list(found)
        elif found:
            buffer.complete_state = CompletionState(buffer.document, menu)

    def _list(self, found: list[Candidate]) -> None:
        """The matches as text, each with what is said of it."""
        width = max(len(candidate.shown) for candidate in found[:_LISTED])
        for candidate in found[:_LISTED]:
            self._console.show(f"{candidate.shown:<{width}}  {candidate.meta}".rstrip())
        if len(found) > _LISTED:
            self._console.show(f"and {len(found) - _LISTED:,} more")
