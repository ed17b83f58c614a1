"""Terminals that go away, say little, or are told to end."""

from __future__ import annotations

import signal
import termios

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_D, Start


def test_hang_up_at_the_prompt(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    shell.hang_up()
    assert shell.wait_for_end(5) in (128 + signal.SIGHUP, -signal.SIGHUP)
    assert imap.gone()


def test_hang_up_during_a_command(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url("ana"), "--password", "geheim1")
    pop3.accept()
    pop3.log_in()
    shell.wait_for_prompt("transaction> ")
    shell.enter("DELE 1")
    pop3.answer("DELE 1", b"+OK")
    shell.wait_for_prompt("1 to delete> ")
    shell.enter("RETR 2")
    pop3.expect("RETR 2")
    shell.hang_up()
    # Nobody said QUIT, so nothing is deleted.
    assert shell.wait_for_end(5) in (128 + signal.SIGHUP, -signal.SIGHUP)
    assert pop3.gone()


@pytest.mark.parametrize("busy", [False, True])
def test_told_to_end(start: Start, imap: ScriptedServer, busy: bool) -> None:
    shell = start(imap.url())
    before = termios.tcgetattr(shell.fileno)
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    if busy:
        shell.enter("NOOP")
        imap.expect("NOOP")
    shell.process.kill(signal.SIGTERM)
    assert shell.wait_for_end(5) == 128 + signal.SIGTERM
    assert "Traceback" not in shell.everything
    # The terminal is left as it was found: it echoes, and lines can be edited.
    assert termios.tcgetattr(shell.fileno)[3] == before[3]


def test_the_terminal_is_left_as_it_was(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url("ana"))
    before = termios.tcgetattr(shell.fileno)
    imap.accept()
    shell.wait_for_prompt(": ")
    shell.enter("geheim1")
    imap.log_in()
    shell.wait_for_prompt("authenticated> ")
    shell.type(CTRL_D)
    imap.answer("LOGOUT", b"OK", b"* BYE\r\n")
    imap.hang_up()
    assert shell.wait_for_end() == 0
    assert termios.tcgetattr(shell.fileno)[3] == before[3]
    assert shell.raw.rfind(b"\x1b[?2004l") > shell.raw.rfind(b"\x1b[?2004h")


def test_a_terminal_without_cursor_reports(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url(), answers_cursor_position=False)
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    shell.type("NO")
    imap.send(b"* 3 EXISTS\r\n")
    shell.wait_for("3 messages exist now")
    shell.wait_for_prompt("authenticated> NO")
    shell.enter("OP")
    imap.answer("NOOP", b"OK fine")
    shell.wait_for("OK fine")
    shell.wait_for_prompt("authenticated> ")
    assert "WARNING" not in shell.text


def test_a_terminal_that_knows_no_unicode(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url(), env={"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    imap.accept("* PREAUTH grün …".encode())
    shell.wait_for("gr?n ?")
    shell.wait_for_prompt("authenticated> ")


def test_no_connection(start: Start, imap: ScriptedServer) -> None:
    url = imap.url()
    imap.close()
    shell = start(url)
    shell.wait_for_prompt("not connected> ")
    assert "refused" in shell.text
    assert "Traceback" not in shell.text


def test_a_server_of_the_other_protocol(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"+OK POP3 ready")
    shell.wait_for_prompt("not connected> ")
    assert "POP3" in shell.text


@pytest.mark.parametrize("greeting", [b"* BYE too busy", b"what is this", b""])
def test_a_server_that_does_not_greet(start: Start, imap: ScriptedServer, greeting: bytes) -> None:
    shell = start(imap.url(), "--timeout", "0.4")
    imap.accept(greeting)
    shell.wait_for_prompt("not connected> ")
    assert {b"* BYE too busy": "BYE too busy", b"": "says nothing"}.get(greeting, "no IMAP greeting") in shell.text
    shell.enter(".open")
    imap.accept(greeting)
    shell.wait(lambda: shell.text.count("not connected>") >= 2 and shell.typed == "not connected> ", "the prompt")


def test_the_connection_is_described_before_the_password_is_asked_for(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url("ana"))
    imap.accept()
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{imap.port}: ")
    assert f"connected to 127.0.0.1:{imap.port}, no TLS" in shell.text
    shell.enter("geheim1")
    imap.log_in()
    shell.wait_for_prompt("authenticated> ")
    assert shell.text.count("connected to") == 1


def test_a_newcomer_is_told_of_the_dot(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    for word, local in {"help": ".help", "exit": ".exit", "?": ".help"}.items():
        shell.enter(word)
        imap.answer(".*", b"BAD unknown: " + word.encode())
        shell.wait_for(f"note: mailshell's own commands begin with a dot: {local}", f"BAD unknown: {word}")
