"""Raw octets: nothing that the server says to them is lost, whoever waits for it."""

from __future__ import annotations

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, Start, Terminal


@pytest.fixture
def shell(start: Start, imap: ScriptedServer) -> Terminal:
    terminal = start(imap.url())
    imap.accept()
    terminal.wait_for_prompt("not authenticated> ")
    return terminal


def test_answer_between_two_steps_of_a_dialogue(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(r".raw x1 AUTHENTICATE LOGIN\r\n")
    imap.expect("AUTHENTICATE LOGIN")
    imap.send(b"+ VXNlcm5hbWU6\r\n")
    shell.wait_for("+ VXNlcm5hbWU6")
    shell.wait_for_prompt("not authenticated> ")
    imap.send(b"x1 NO too slow\r\n")
    shell.wait_for("late answer to x1 AUTHENTICATE: NO too slow")
    shell.wait_for_prompt("not authenticated> ")


def test_each_step_of_a_dialogue_is_waited_for(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(r".raw x1 LOGIN {3}\r\n")
    imap.expect(r"LOGIN \{3\}")
    imap.send(b"+ user\r\n")
    shell.wait_for("+ user")
    shell.enter(r".raw ana {7}\r\n")
    assert imap.line() == b"ana {7}"
    imap.send(b"+ password\r\n")
    shell.wait_for("+ password")
    shell.enter(r".raw geheim1\r\n")
    assert imap.line() == b"geheim1"
    imap.send(b"x1 OK in\r\n")
    shell.wait_for("\nOK in")
    shell.wait_for_prompt(" authenticated> ")
    assert "late" not in shell.text


def test_several_commands_in_one_write(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(r".raw x1 NOOP\r\nx2 CAPABILITY\r\n")
    assert imap.line() == b"x1 NOOP"
    assert imap.line() == b"x2 CAPABILITY"
    imap.send(b"x1 OK first\r\n* CAPABILITY IMAP4rev1\r\nx2 OK second\r\n")
    shell.wait_for("\nOK first", "\nOK second")
    assert "late answer" not in shell.text
    shell.wait_for_prompt("not authenticated> ")


def test_ctrl_c_while_a_raw_command_waits(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(r".raw x1 NOOP\r\n")
    imap.expect("NOOP")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; x1 NOOP stays outstanding")
    imap.send(b"x1 OK after all\r\n")
    shell.wait_for("late answer to x1 NOOP: OK after all")


def test_part_of_a_line(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(r".raw x1 NO")
    shell.wait_for_prompt("not authenticated> ")
    shell.enter(r".raw OP\r\n")
    imap.answer("NOOP", b"OK whole")
    shell.wait_for("\nOK whole")
