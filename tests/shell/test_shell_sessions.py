"""Several sessions at the prompt: its number, switching, completion and messages of the right one, and leaving all."""

from __future__ import annotations

from scripted_server import ScriptedServer
from terminal import CTRL_D, TAB, Start


def test_the_prompt_tells_which_one(start: Start, imap: ScriptedServer, pop3: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt(f"127.0.0.1:{imap.port} imap/clear not authenticated> ")
    shell.enter(f".session {pop3.url()}")
    pop3.accept()
    shell.wait_for_prompt(f"2: 127.0.0.1:{pop3.port} pop3/clear authorization> ")
    shell.enter(".switch")
    shell.wait_for_prompt(f"1: 127.0.0.1:{imap.port} imap/clear not authenticated> ")
    shell.enter(".session end 2")
    pop3.answer("QUIT", b"+OK bye")
    shell.wait_for("session 2 is ended")
    shell.wait_for_prompt(f"127.0.0.1:{imap.port} imap/clear not authenticated> ")
    assert shell.typed.startswith("127.0.0.1:")


def test_completion_belongs_to_the_current_one(start: Start, imap: ScriptedServer, pop3: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"* PREAUTH [CAPABILITY IMAP4rev1] ready")
    shell.wait_for_prompt("authenticated> ")
    shell.enter(f".session {pop3.url()}")
    pop3.accept()
    shell.wait_for_prompt("authorization> ")
    shell.type("APO" + TAB)
    shell.wait_for_prompt("authorization> APOP")
    shell.type("\x15.switch 1\r")
    shell.wait_for_prompt("authenticated> ")
    shell.type("EXAMI" + TAB)
    shell.wait_for_prompt("authenticated> EXAMINE")


def test_the_lines_of_another_one_are_labelled(start: Start, imap: ScriptedServer, pop3: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"* PREAUTH [CAPABILITY IMAP4rev1] ready")
    shell.wait_for_prompt("authenticated> ")
    shell.enter(f".session {pop3.url()}")
    pop3.accept()
    shell.wait_for_prompt("authorization> ")
    imap.send(b"* 5 EXISTS\r\n")
    shell.wait_for("[1] * ")
    imap.close()
    shell.wait_for("[1] * the server closed the connection")


def test_leaving_ends_all_of_them(start: Start, imap: ScriptedServer, pop3: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter(f".session {pop3.url()}")
    pop3.accept()
    shell.wait_for_prompt("authorization> ")
    shell.type(CTRL_D)
    imap.answer("LOGOUT", b"OK bye", b"* BYE bye\r\n")
    pop3.answer("QUIT", b"+OK bye")
    assert shell.wait_for_end() == 0


def test_deletions_of_each_are_asked_about(start: Start, imap: ScriptedServer, pop3: ScriptedServer) -> None:
    shell = start(pop3.url("ana"), "--password", "geheim1")
    pop3.accept()
    pop3.log_in()
    shell.wait_for_prompt("transaction> ")
    shell.enter("DELE 1")
    pop3.answer("DELE 1", b"+OK")
    shell.wait_for_prompt("transaction, 1 to delete> ")
    shell.enter(f".session {imap.url()}")
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.type(CTRL_D)
    shell.wait_for("session 1: 1 message is marked for deletion")
    shell.enter("d")
    imap.answer("LOGOUT", b"OK bye", b"* BYE bye\r\n")
    assert shell.wait_for_end() == 0
