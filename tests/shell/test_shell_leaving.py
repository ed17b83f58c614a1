"""Ctrl-C stops the waiting, a second one offers to close; Ctrl-D and .quit leave, whatever the server does."""

from __future__ import annotations

import time

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, CTRL_D, CTRL_U, Start, Terminal

LEAVE = {"Ctrl-D": CTRL_D, ".quit": ".quit\r"}


def open_imap(start: Start, server: ScriptedServer) -> Terminal:
    shell = start(server.url())
    server.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    return shell


def open_pop3(start: Start, server: ScriptedServer) -> Terminal:
    shell = start(server.url("ana"), "--password", "geheim1")
    server.accept()
    server.log_in()
    shell.wait_for_prompt("transaction> ")
    return shell


def delete_one(shell: Terminal, server: ScriptedServer) -> None:
    shell.enter("DELE 1")
    server.answer("DELE 1", b"+OK marked")
    shell.wait_for_prompt("1 to delete> ")


def test_second_ctrl_c_offers_to_close(start: Start, imap: ScriptedServer) -> None:
    shell = open_imap(start, imap)
    shell.enter("NOOP")
    imap.expect("NOOP")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; a1 NOOP stays outstanding")
    shell.wait_for_prompt("authenticated> ")
    shell.type(CTRL_C)
    shell.wait_for_prompt("a1 NOOP has no answer yet. Close the connection? [y/N] ")
    shell.enter("n")
    shell.wait_for_prompt("authenticated> ")
    shell.type(CTRL_C)
    shell.wait_for_prompt("[y/N] ")
    shell.enter("y")
    shell.wait_for_prompt("not connected> ")
    assert imap.gone()


def test_ctrl_c_with_something_typed_takes_that_back(start: Start, imap: ScriptedServer) -> None:
    shell = open_imap(start, imap)
    shell.enter("NOOP")
    imap.expect("NOOP")
    shell.type(CTRL_C)
    shell.wait_for_prompt("authenticated> ")
    shell.type("EXPUNGE")
    shell.wait_for_prompt("EXPUNGE")
    shell.type(CTRL_C)
    shell.wait_for_prompt("authenticated> ")
    assert "Close the connection?" not in shell.text
    assert imap.quiet_for(0.1)


def test_ctrl_c_takes_back_what_was_typed_ahead(start: Start, imap: ScriptedServer) -> None:
    shell = open_imap(start, imap)
    shell.enter("NOOP")
    imap.expect("NOOP")
    shell.enter("EXPUNGE")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; a1 NOOP")
    shell.wait_for_prompt("authenticated> ")
    assert imap.quiet_for(0.2)
    assert "EXPUNGE" not in shell.text


def test_ctrl_c_stops_the_waiting_after_a_question_too(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter("LOGIN ana")
    shell.wait_for_prompt(": ")
    shell.enter("geheim1")
    imap.expect("LOGIN .*")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; a1 LOGIN stays outstanding")
    shell.wait_for_prompt("not authenticated> ")


def test_what_is_typed_ahead_waits_for_the_prompt(start: Start, imap: ScriptedServer) -> None:
    shell = open_imap(start, imap)
    shell.enter("NOOP")
    tag = imap.expect("NOOP")
    shell.type("CHECK\rSTAT")
    imap.send(b"* 3 EXISTS\r\n")
    shell.wait_for("3 messages exist now")
    assert "CHECK" not in shell.text
    imap.send(tag + b" OK\r\n")
    imap.answer("CHECK", b"OK checked")
    shell.wait_for_prompt("authenticated> STAT")


def test_ctrl_c_while_connecting(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"")
    shell.type(CTRL_C)
    shell.wait_for_prompt("not connected> ")
    assert imap.gone()


def test_interrupt_signal_at_the_prompt_clears_the_line(start: Start) -> None:
    shell = start()
    shell.wait_for_prompt("not connected> ")
    shell.type("abc")
    shell.wait_for_prompt("abc")
    shell.signal_interrupt()
    shell.wait_for_prompt("not connected> ")


@pytest.mark.parametrize("keys", LEAVE.values(), ids=LEAVE)
def test_leaving_says_goodbye(start: Start, imap: ScriptedServer, keys: str) -> None:
    shell = open_imap(start, imap)
    shell.type(keys)
    imap.answer("LOGOUT", b"OK", b"* BYE\r\n")
    imap.hang_up()
    assert shell.wait_for_end() == 0
    assert "stopped" not in shell.text


def test_leaving_servers_that_hang(start: Start, imap: ScriptedServer, pop3: ScriptedServer) -> None:
    waiting = open_imap(start, imap)
    waiting.enter("NOOP")
    imap.expect("NOOP")
    one, two = open_imap(start, imap), open_pop3(start, pop3)
    one.enter("NOOP")
    imap.expect("NOOP")
    one.type(CTRL_C)
    one.wait_for_prompt("authenticated> ")
    before = time.monotonic()
    one.type(CTRL_D)
    two.type(".quit\r")
    imap.expect("LOGOUT")
    pop3.expect("QUIT")
    one.wait_for("still waiting for the server's farewell; Ctrl-C stops that")
    assert one.wait_for_end() == two.wait_for_end() == 0
    assert time.monotonic() - before < 6
    waiting.wait_for("still waiting for an answer; Ctrl-C stops that")
    assert "no answer to the farewell for 5 s; the connection is dropped" in one.text


def test_ctrl_c_ends_the_farewell(start: Start, pop3: ScriptedServer) -> None:
    shell = open_pop3(start, pop3)
    shell.type(CTRL_D)
    pop3.expect("QUIT")
    before = time.monotonic()
    shell.type(CTRL_C)
    assert shell.wait_for_end() == 0
    assert time.monotonic() - before < 2


@pytest.mark.parametrize("keys", LEAVE.values(), ids=LEAVE)
def test_leaving_when_the_server_is_gone(start: Start, imap: ScriptedServer, keys: str) -> None:
    shell = open_imap(start, imap)
    imap.hang_up()
    shell.wait_for_prompt("not connected> ")
    before = time.monotonic()
    shell.type(keys)
    assert shell.wait_for_end() == 0
    assert time.monotonic() - before < 2


def test_leaving_before_there_was_a_connection(start: Start) -> None:
    shell = start()
    shell.wait_for_prompt("not connected> ")
    shell.type(CTRL_D)
    assert shell.wait_for_end() == 0


def test_ctrl_d_on_a_line_with_text_does_not_leave(start: Start) -> None:
    shell = start()
    shell.wait_for_prompt("not connected> ")
    shell.type("abc" + CTRL_D)
    shell.type("d")
    shell.wait_for_prompt("abcd")
    shell.type(CTRL_U + CTRL_D)
    assert shell.wait_for_end() == 0


@pytest.mark.parametrize("keys", LEAVE.values(), ids=LEAVE)
def test_deletions_are_asked_about_and_committed(start: Start, pop3: ScriptedServer, keys: str) -> None:
    shell = open_pop3(start, pop3)
    delete_one(shell, pop3)
    shell.type(keys)
    shell.wait_for("1 message is marked for deletion: [c]ommit with QUIT, [d]rop the connection, or [s]tay?")
    shell.enter("c")
    pop3.answer("QUIT", b"+OK 1 message deleted")
    pop3.hang_up()
    assert shell.wait_for_end() == 0
    assert "+OK 1 message deleted" in shell.text


def test_deletions_are_dropped(start: Start, pop3: ScriptedServer) -> None:
    shell = open_pop3(start, pop3)
    delete_one(shell, pop3)
    shell.type(CTRL_D)
    shell.wait_for("[d]rop")
    shell.enter("d")
    assert shell.wait_for_end() == 0
    assert pop3.gone()


def test_deletions_keep_one_here_unless_decided(start: Start, pop3: ScriptedServer) -> None:
    shell = open_pop3(start, pop3)
    delete_one(shell, pop3)
    for answer in ("s\r", "\r", CTRL_C, CTRL_D, "x\r"):
        shell.type(CTRL_D)
        shell.wait_for_prompt("[s]tay? ")
        shell.type(answer)
        shell.wait_for_prompt("1 to delete> ")
    assert pop3.quiet_for(0.1)


def test_committing_on_a_server_that_hangs(start: Start, pop3: ScriptedServer) -> None:
    shell = open_pop3(start, pop3)
    delete_one(shell, pop3)
    shell.type(CTRL_D)
    shell.wait_for_prompt("[s]tay? ")
    shell.enter("c")
    pop3.expect("QUIT")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; QUIT stays outstanding")
    # Nobody knows what became of the deletions, so it is asked again.
    shell.wait_for_prompt("to delete> ")
    shell.type(CTRL_D)
    shell.wait_for_prompt("[s]tay? ")
    shell.enter("d")
    assert shell.wait_for_end() == 0


def test_a_refused_commit_does_not_leave(start: Start, pop3: ScriptedServer) -> None:
    shell = open_pop3(start, pop3)
    delete_one(shell, pop3)
    shell.type(CTRL_D)
    shell.wait_for_prompt("[s]tay? ")
    shell.enter("c")
    pop3.answer("QUIT", b"-ERR some deleted messages not removed")
    shell.wait_for("-ERR some deleted messages not removed")
    shell.wait_for_prompt("to delete> ")


def test_deletions_are_not_asked_about_when_the_server_is_gone(start: Start, pop3: ScriptedServer) -> None:
    shell = open_pop3(start, pop3)
    delete_one(shell, pop3)
    pop3.hang_up()
    shell.wait_for_prompt("not connected> ")
    shell.type(CTRL_D)
    assert shell.wait_for_end() == 0
