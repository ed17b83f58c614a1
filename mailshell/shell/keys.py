"""The function keys: help, debug level, explanations, vi or emacs, the last finding."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from mailshell.config.settings import SETTINGS, Value
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.local.settings import change
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.sessions import Sessions


def shell_keys(sessions: Sessions, show: Callable[[str], Coroutine[Any, Any, None]]) -> KeyBindings:
    """The keys. ``show`` runs a local command and shows its answer above the prompt."""
    keys = KeyBindings()

    def set_to(name: str, value: Value) -> None:
        change(sessions.current, name, value)
        if sessions.current.options.plain:
            # There is no bottom line that would tell.
            sessions.current.console.say(f"{name} is {SETTINGS[name].shown(value)}")

    @keys.add("f1")
    def help_(event: KeyPressEvent) -> None:
        topic = topic_of(sessions.current, event.current_buffer.text)
        event.app.create_background_task(show(f".help {topic}".rstrip()))

    @keys.add("f2")
    def level(event: KeyPressEvent) -> None:
        set_to("debug", (sessions.current.options.level + 1) % (SETTINGS["debug"].high + 1))

    @keys.add("f3")
    def explain(event: KeyPressEvent) -> None:
        set_to("explain", not sessions.current.options.explain)

    @keys.add("f4")
    def editing(event: KeyPressEvent) -> None:
        set_to("editing", "emacs" if sessions.current.options.editing == "vi" else "vi")

    @keys.add("f5")
    def why(event: KeyPressEvent) -> None:
        event.app.create_background_task(show(".why"))

    return keys


def topic_of(interpreter: Interpreter, text: str) -> str:
    """What help on a line would be about: the name of its command; empty if it has none yet."""
    if not text.strip() or interpreter.raw_mode:
        return ""
    if text.lstrip().startswith("."):
        word = text.split()[0].lower()
        return word if word in COMMANDS else ""
    record = interpreter.read(text).record
    return record.name if record is not None else ""
