"""The shell in a terminal, on Dovecot: what Tab gives, and the pages of help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.dovecot import MECHANISMS
from servers.server import Server
from terminal import CTRL_U, TAB, Terminal

from real.running import mailshell


@pytest.fixture
def shell(dovecot: Server, tmp_path: Path) -> Iterator[Terminal]:
    """A shell that is logged in to Dovecot, where there is a mailbox with a message."""
    folder = tmp_path / "message.eml"
    folder.write_bytes(b"Subject: one\r\n\r\nbody\r\n")
    mailshell(dovecot, "imap", "clear", ["CREATE Lists", "CREATE Entwürfe", f"APPEND Lists @{folder}"])
    arguments = dovecot.arguments("imap", "clear")
    terminal = Terminal(arguments, tmp_path, columns=110, env={"PW": dovecot.password})
    terminal.wait_for_prompt("authenticated> ")
    yield terminal
    terminal.close()


def menu(shell: Terminal) -> list[str]:
    """The first words of the rows below the line that is typed and above the bottom line."""
    rows = shell.lines
    prompt = max(place for place, row in enumerate(rows) if "> " in row and " imap/" in row)
    return [row.split()[0] for row in rows[prompt + 1 : -1] if row.strip()]


def test_sel_gives_select_and_select_lists_real_mailboxes(shell: Terminal) -> None:
    shell.type("sel" + TAB)
    shell.wait_for_prompt("> SELECT")
    shell.type(" " + TAB)
    shell.wait_for("INBOX", "Lists", "Entwürfe")
    shell.type("Ent" + TAB)
    shell.wait_for_prompt("SELECT Entw&APw-rfe")


def test_in_a_mailbox(shell: Terminal) -> None:
    shell.enter("SELECT Lists")
    shell.wait_for_prompt("Lists> ")
    shell.type("FETCH 1 (EN" + TAB)
    shell.wait_for_prompt("FETCH 1 (ENVELOPE")
    shell.type(CTRL_U + "STORE 1 +FLAGS (\\D" + TAB)
    shell.wait(lambda: menu(shell) == ["\\Deleted", "\\Draft"], "the flags that begin so")
    shell.type(CTRL_U + "THREAD " + TAB)
    # Dovecot advertises THREAD=REFERENCES THREAD=REFS THREAD=ORDEREDSUBJECT.
    shell.wait(lambda: sorted(menu(shell)) == ["ORDEREDSUBJECT", "REFERENCES", "REFS"], "its algorithms")
    shell.type(CTRL_U + "UID FETCH " + TAB)
    shell.wait_for("message 1")


def test_before_login(dovecot: Server, tmp_path: Path) -> None:
    shell = Terminal([f"imap://127.0.0.1:{dovecot.imap}"], tmp_path, columns=110)
    try:
        shell.wait_for_prompt("not authenticated> ")
        shell.type("fet" + TAB)
        shell.wait_for("FETCH", "needs a selected mailbox")
        plain, dimmed = (shell.style_of(word) for word in ("not authenticated", "FETCH"))
        assert dimmed.italics
        assert dimmed != plain
        shell.type(TAB)
        shell.wait_for_prompt("> FETCH")
        shell.type(CTRL_U + "AUTHENTICATE " + TAB)
        # As configured: auth_mechanisms = plain login cram-md5 ...
        shell.wait(lambda: menu(shell) == list(MECHANISMS), "its mechanisms")
    finally:
        shell.close()


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("FETCH", ["FETCH", "BODYSTRUCTURE", "RFC 3501", "imaplib"]),
        ("TRYCREATE", ["TRYCREATE", "CREATE", "RFC"]),
    ],
)
def test_help_fills_a_page(shell: Terminal, topic: str, words: list[str]) -> None:
    shell.enter(".set pager off")
    shell.wait_for("pager is off")
    shell.enter(f".help {topic}")

    def page() -> list[str]:
        return shell.everything.partition(f".help {topic}")[2].splitlines()

    shell.wait(lambda: len(page()) >= 15 and all(word in "\n".join(page()) for word in words), f"the page of {topic}")
