"""The contents of a literal, typed as one text of several lines that can be edited until it is ended."""

from __future__ import annotations

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.history import DummyHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from mailshell.interpreter.arguments import literal_prompt


def octets_of(text: str) -> int:
    """How many octets the text is as a literal: UTF-8, each line end CRLF."""
    return len(text.replace("\n", "\r\n").encode("utf-8", "surrogateescape"))


def is_complete(text: str, size: int | None) -> bool:
    """Whether Enter ends the literal: the line that it ends reaches the count, or a single dot was typed."""
    return "." in text.split("\n") if size is None else octets_of(text) + 2 >= size


def told(text: str, size: int | None) -> str:
    """The bottom line: how much is typed, and what ends it."""
    if size is None:
        ends = "a single dot on a line of its own, or Alt-Enter, ends it"
        return f" {octets_of(text):,} octets  ·  {ends}  ·  Ctrl-C gives up"
    count = octets_of(text)
    if count >= size:
        rest = f", {count - size:,} after it" if count > size else ""
        return f" {size:,} of {size:,} octets{rest}  ·  Enter ends it  ·  Ctrl-C gives up"
    return f" {count:,} of {size:,} octets  ·  a line end counts 2  ·  Ctrl-C gives up"


def literal_session(size: int | None, mark: str, *, vi: bool, toolbar: bool) -> PromptSession[str]:
    """A prompt for a literal of ``size`` octets, or for one up to a single dot (None). ``mark`` begins its question.

    Its answer is complete: the lines of a literal that a dot ends have that dot.
    """
    keys = KeyBindings()

    @keys.add("enter")
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_complete(buffer.text, size):
            buffer.validate_and_handle()
        else:
            buffer.newline(copy_margin=False)

    @keys.add("escape", "enter")
    def end(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if size is None and not is_complete(buffer.text, None):
            buffer.cursor_position = len(buffer.text)
            buffer.insert_text("\n." if buffer.text and not buffer.text.endswith("\n") else ".")
        if is_complete(buffer.text, size):
            buffer.validate_and_handle()
        else:
            event.app.output.bell()

    def question(line: int) -> str:
        lines = get_app().current_buffer.text.split("\n")[:line]
        left = None if size is None else max(0, size - sum(octets_of(text) + 2 for text in lines))
        return literal_prompt(left)

    def continuation(width: int, line: int, wraps: int) -> str:
        return " " * width if wraps else question(line)

    def bottom() -> str:
        return told(get_app().current_buffer.text, size)

    return PromptSession(
        message=lambda: mark + question(0),
        multiline=True,
        prompt_continuation=continuation,
        key_bindings=keys,
        history=DummyHistory(),
        editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
        bottom_toolbar=bottom if toolbar else None,
        enable_open_in_editor=False,
    )
