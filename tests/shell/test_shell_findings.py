"""What lint finds, at the prompt: under the line that caused it, listed, explained by F5, completed."""

from __future__ import annotations

import pytest
from scripted_server import ScriptedServer
from terminal import ENTER, TAB, Start, Terminal

F5 = "\x1b[15~"
READY = b"* PREAUTH [CAPABILITY IMAP4rev1] ready"


@pytest.fixture
def shell(start: Start, imap: ScriptedServer) -> Terminal:
    terminal = start(imap.url(), env={"PAGER": ""}, columns=100, rows=40)
    imap.accept(READY)
    terminal.wait_for_prompt("authenticated> ")
    return terminal


def spaces(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK done", b"*  23 EXISTS\r\n")
    shell.wait_for("OK done")
    shell.wait_for_prompt("authenticated> ")


def test_it_is_told_with_its_mark_and_f5_explains_it(shell: Terminal, imap: ScriptedServer) -> None:
    assert "F5" not in shell.text
    spaces(shell, imap)
    rows = shell.lines
    at = next(number for number, row in enumerate(rows) if row.startswith("! warning F09 spaces: "))
    assert rows[at + 1].rstrip() == "!     *  23 EXISTS"
    assert rows[at + 2].startswith("!      ^^ octets ")
    shell.wait_for("F5 why F09")
    shell.type("FETCH 1 FL")
    shell.type(F5)
    shell.wait_for("F09 spaces: warning, IMAP", "What to do")
    shell.wait_for_prompt("> FETCH 1 FL")


def test_under_its_line_in_the_trace(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(".debug 2")
    shell.wait_for("debug level 2")
    spaces(shell, imap)
    rows = [row.rstrip() for row in shell.lines]
    at = rows.index("S:  *  23 EXISTS")
    assert rows[at + 1].startswith("S:! warning F09 spaces: ")
    assert rows[at + 2] == "S:!     *  23 EXISTS"


def test_problems_why_and_lint_are_completed(shell: Terminal, imap: ScriptedServer) -> None:
    spaces(shell, imap)
    shell.enter(".problems")
    shell.wait_for("1  warning F09 spaces: ", ".problems N shows the octets")
    shell.type(".why challenge-not-b" + TAB)
    shell.wait_for_prompt("> .why challenge-not-base64")
    shell.type(ENTER)
    shell.wait_for("G31 challenge-not-base64: warning, IMAP")
    shell.enter(".lint error")
    shell.wait_for("told from this severity on: error")


def test_no_word_is_broken_where_the_screen_ends(start: Start, imap: ScriptedServer) -> None:
    terminal = start(imap.url(), env={"PAGER": ""}, columns=60, rows=40)
    imap.accept(READY)
    terminal.wait_for_prompt("authenticated> ")
    terminal.enter("NOOP")
    imap.answer("NOOP", b"OK done", b"* FLAGS (\\Seen NIL)\r\n")
    terminal.wait_for("OK done")
    terminal.wait_for_prompt("authenticated> ")
    terminal.enter(".problems")
    terminal.wait_for(".problems N shows the octets")
    rows = [row.rstrip() for row in terminal.lines]
    at = next(number for number, row in enumerate(rows) if row.startswith("1  "))
    end = next(number for number, row in enumerate(rows) if row.startswith("    NOOP: octet"))
    assert end > at + 1
    assert all(row.startswith("    ") for row in rows[at + 1 : end])


def test_f5_without_a_finding_says_so(shell: Terminal) -> None:
    shell.type(F5)
    shell.wait_for("nothing was found in this session")


def test_what_comes_unasked_while_typing(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("FETCH 1 FL")
    shell.wait_for_prompt("> FETCH 1 FL")
    imap.send(b"*  24 EXISTS\r\n")
    shell.wait_for("! warning F09 spaces: ", "24 messages exist now")
    shell.wait_for_prompt("> FETCH 1 FL")
