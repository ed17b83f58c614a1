"""Completion of command names by protocol and state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import to_plain_text
from scripted_server import ScriptedServer
from terminal import TAB, Start

from mailshell.interpreter.interpreter import Interpreter
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.shell.completion import CommandCompleter


def completions(protocol: str, letter: str, typed: str) -> dict[str, str]:
    """What is offered, in order, with what is said about it."""
    state = SimpleNamespace(phase=SimpleNamespace(letter=letter))
    session = SimpleNamespace(is_open=True, engine=SimpleNamespace(state=state)) if letter else None
    catalogue = POP3 if protocol == "pop3" else IMAP
    interpreter = cast(Interpreter, SimpleNamespace(session=session, catalogue=catalogue))
    offered = CommandCompleter(interpreter).get_completions(Document(typed), CompleteEvent(completion_requested=True))
    return {completion.text: to_plain_text(completion.display_meta) for completion in offered}


@pytest.mark.parametrize(
    ("protocol", "letter", "typed", "expected"),
    [
        ("imap", "A", "sel", ["SELECT"]),
        ("imap", "S", "fet", ["FETCH"]),
        ("imap", "S", "uid f", ["UID FETCH"]),
        ("imap", "S", "UID  fet", ["UID FETCH"]),
        ("imap", "S", "FETCH 1", []),
        ("imap", "S", "zzz", []),
        ("pop3", "T", "ret", ["RETR"]),
        ("pop3", "A", "sel", []),
        ("imap", "", ".op", [".open"]),
        ("imap", "", ".debug 2", []),
    ],
)
def test_names(protocol: str, letter: str, typed: str, expected: list[str]) -> None:
    assert list(completions(protocol, letter, typed)) == expected


def test_what_is_valid_comes_first_and_the_rest_says_so() -> None:
    offered = completions("imap", "N", "s")
    assert next(iter(offered)) == "STARTTLS"
    assert offered["SELECT"].startswith("not in this state: ")
    assert not offered["STARTTLS"].startswith("not in this state")
    assert not completions("imap", "A", "s")["SELECT"].startswith("not in this state")


def test_an_empty_line_offers_what_is_valid() -> None:
    before = completions("pop3", "A", "")
    after = completions("pop3", "T", "")
    assert "USER" in before
    assert "RETR" not in before
    assert "RETR" in after
    assert "USER" not in after
    assert ".open" in completions("imap", "", "")


def test_tab(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    shell.type("unsel" + TAB)
    shell.wait_for_prompt("> UNSELECT")
    shell.type("\x15e" + TAB)
    shell.wait_for("ENABLE", "EXAMINE")
    imap.send(b"* 4 EXISTS\r\n")
    shell.wait_for("4 messages exist now", "EXAMINE")
