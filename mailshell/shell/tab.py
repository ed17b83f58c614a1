"""What Tab, and Enter in a menu, do.

Tab completes at once, before the next key is looked at, so that what is typed in one burst goes behind what it put in.
Only names that have to be asked of the server come later, and then only if nothing was typed meanwhile. A match that is
likely to fail, or of which the word holds only some letters, is shown and not put in: the next Tab does that.
"""

from __future__ import annotations

import asyncio

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, Completion, get_common_complete_suffix
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, has_completions
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from mailshell.shell.completion import DIMMED, ShellCompleter
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
        asked = self._completer.ask(buffer.document)
        if asked is None:
            self._complete(buffer)
        else:
            get_app().create_background_task(self._later(buffer, buffer.document, asked))

    async def _later(self, buffer: Buffer, document: Document, asked: asyncio.Task[None]) -> None:
        await asyncio.wait({asked}, timeout=_PATIENCE)
        if buffer.document == document and get_app().is_running:
            self._complete(buffer)

    def _complete(self, buffer: Buffer) -> None:
        document = buffer.document
        found = list(self._completer.get_completions(document, CompleteEvent(completion_requested=True)))
        if len(found) == 1 and found[0].style != DIMMED and _is_begun(document, found[0]):
            buffer.delete_before_cursor(-found[0].start_position)
            buffer.insert_text(found[0].text)
            return
        several = len(found) > 1
        common = get_common_complete_suffix(document, found) if several else ""
        if common:
            buffer.insert_text(common)
            found = [completion.new_completion_from_position(len(common)) for completion in found]
        if found and self._plain():
            self._list(found)
        elif found:
            buffer.complete_state = CompletionState(buffer.document, found)

    def _list(self, found: list[Completion]) -> None:
        """The matches as text, each with what is said of it."""
        width = max(len(completion.display_text) for completion in found[:_LISTED])
        for completion in found[:_LISTED]:
            self._console.show(f"{completion.display_text:<{width}}  {completion.display_meta_text}".rstrip())
        if len(found) > _LISTED:
            self._console.show(f"and {len(found) - _LISTED:,} more")


def _is_begun(document: Document, completion: Completion) -> bool:
    """Whether the match holds the word at the cursor as it stands, and not only its letters one by one."""
    typed = document.text_before_cursor[len(document.text_before_cursor) + completion.start_position :]
    word = typed.strip(' "\\$(').casefold()
    names = (completion.text.casefold(), completion.display_text.casefold())
    return not word or any(word in name for name in names)
