"""What can be typed: literals, IDLE, pasted lines, long lines, any characters."""

from __future__ import annotations

import re

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, CTRL_D, Start, Terminal, pasted


@pytest.fixture
def shell(start: Start, imap: ScriptedServer) -> Terminal:
    terminal = start(imap.url())
    imap.accept(b"* PREAUTH [CAPABILITY IMAP4rev1 IDLE] ready")
    terminal.wait_for_prompt("authenticated> ")
    return terminal


def test_counted_literal(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("SEARCH TEXT {9}")
    shell.wait_for_prompt("literal, 9 octets> ")
    shell.enter("schön")
    shell.wait_for_prompt("literal, 1 octets> ")
    shell.enter("! UNSEEN")
    tag = imap.expect(r"SEARCH TEXT \{9\}")
    imap.send(b"+ go on\r\n")
    assert imap.line() == "schön".encode()
    assert imap.line() == b"! UNSEEN"
    imap.send(tag + b" OK searched\r\n")
    shell.wait_for("OK searched")
    shell.wait_for_prompt("authenticated> ")


def test_literal_ended_by_a_dot(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("APPEND Drafts {}")
    for line in ("Subject: hi", "", "Bye."):
        shell.wait_for_prompt("literal, end with a single dot> ")
        shell.enter(line)
    shell.wait_for_prompt("literal, end with a single dot> ")
    shell.enter(".")
    tag = imap.expect(r"APPEND Drafts \{21\}")
    imap.send(b"+ go on\r\n")
    assert [imap.line() for _ in range(3)] == [b"Subject: hi", b"", b"Bye."]
    assert imap.line() == b""
    imap.send(tag + b" OK appended\r\n")
    shell.wait_for("OK appended")


def test_pasted_message_as_literal(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("APPEND Drafts {}")
    shell.wait_for_prompt("literal, end with a single dot> ")
    shell.type(pasted("Subject: hi\n\nEXPUNGE\nBye.\n.\nLOGOUT"))
    shell.enter("")
    tag = imap.expect(r"APPEND Drafts \{30\}")
    imap.send(b"+ go on\r\n")
    assert [imap.line() for _ in range(5)] == [b"Subject: hi", b"", b"EXPUNGE", b"Bye.", b""]
    imap.send(tag + b" OK appended\r\n")
    shell.wait_for("OK appended", "note: 1 line was pasted after the literal and not used")
    shell.wait_for_prompt("authenticated> ")
    assert imap.quiet_for(0.1)


def test_a_literal_given_up_sends_nothing(shell: Terminal, imap: ScriptedServer) -> None:
    for key, told in ((CTRL_C, "given up"), (CTRL_D, "the input ends inside a literal")):
        shell.enter("SEARCH TEXT {5}")
        shell.wait_for_prompt("literal, 5 octets> ")
        shell.type(key)
        shell.wait_for(told)
        shell.wait_for_prompt("authenticated> ")
    assert imap.quiet_for(0.1)


def test_idle(shell: Terminal, imap: ScriptedServer) -> None:
    for round_, end in enumerate(("\r", CTRL_C, CTRL_D)):
        shell.enter("IDLE")
        tag = imap.expect("IDLE")
        imap.send(b"+ idling\r\n")
        shell.wait_for_prompt("IDLE> ")
        shell.wait_for("idling; Enter ends it")
        for number in (10 * round_ + 4, 10 * round_ + 5):
            imap.send(b"* %d EXISTS\r\n" % number)
            shell.wait_for(f"* {number} messages exist now")
            assert re.search(rf"^\d\d:\d\d:\d\d \* {number} messages exist now", shell.text, re.MULTILINE)
            shell.wait_for_prompt("IDLE> ")
        shell.type(end)
        assert imap.line() == b"DONE"
        imap.send(tag + b" OK idled %d\r\n" % round_)
        shell.wait_for(f"OK idled {round_}")
        shell.wait_for_prompt("authenticated> ")
    assert "stopped" not in shell.text


def test_idle_ended_by_the_server(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("IDLE")
    tag = imap.expect("IDLE")
    imap.send(b"+ idling\r\n")
    shell.wait_for_prompt("IDLE> ")
    imap.send(tag + b" OK enough\r\n")
    shell.wait_for("OK enough")
    shell.wait_for_prompt("authenticated> ")
    shell.enter("IDLE")
    imap.expect("IDLE")
    imap.send(b"+ idling\r\n")
    shell.wait_for_prompt("IDLE> ")
    imap.hang_up()
    shell.wait_for("the server closed the connection")
    shell.wait_for_prompt("not connected> ")
    shell.type(CTRL_D)
    assert shell.wait_for_end() == 0


def test_idle_that_is_never_answered(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("IDLE")
    imap.expect("IDLE")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; a1 IDLE stays outstanding")
    shell.wait_for_prompt("authenticated> ")
    imap.send(b"+ idling after all\r\n")
    shell.wait_for("late, for a1 IDLE: + idling after all")


def test_pasted_lines_run_one_after_the_other(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type(pasted("NOOP\nx5 CHECK\n.timeout"))
    shell.wait_for("NOOP", "x5 CHECK", ".timeout")
    assert imap.quiet_for(0.1)
    shell.enter("")
    imap.answer("NOOP", b"OK one")
    shell.wait_for("OK one")
    assert imap.expect("CHECK") == b"x5"
    imap.send(b"x5 OK two\r\n")
    shell.wait_for("OK two", "authenticated> x5 CHECK", "waiting for an answer for 60 s")


def test_pasted_lines_end_with_the_connection(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type(pasted("NOOP\nDELETE Old\nDELETE New"))
    shell.enter("")
    imap.expect("NOOP")
    imap.hang_up()
    shell.wait_for("note: 2 lines were pasted and not run")
    shell.wait_for_prompt("not connected> ")


def test_pasted_lines_end_with_ctrl_c(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type(pasted("NOOP\nDELETE Old"))
    shell.enter("")
    imap.expect("NOOP")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting", "note: 1 line was pasted and not run")
    shell.wait_for_prompt("authenticated> ")
    assert imap.quiet_for(0.1)


def test_pasted_literal_is_taken_from_the_next_line(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type(pasted("SEARCH TEXT {5}\nhello\nNOOP"))
    shell.enter("")
    tag = imap.expect(r"SEARCH TEXT \{5\}")
    imap.send(b"+ go on\r\n")
    assert imap.line() == b"hello"
    imap.send(tag + b" OK found\r\n")
    imap.answer("NOOP", b"OK nothing")
    shell.wait_for("OK found", "OK nothing", "literal, 5 octets> ⟦pasted⟧")


def test_ten_thousand_characters(shell: Terminal, imap: ScriptedServer) -> None:
    text = "".join(f"{number:05}" for number in range(2000))
    shell.type(pasted(f'SEARCH SUBJECT "{text}"'))
    shell.wait_for_prompt('01999"')
    shell.enter("")
    imap.answer(f'SEARCH SUBJECT "{text}"', b"OK found")
    shell.wait_for("OK found")
    shell.wait_for_prompt("authenticated> ")


def test_typed_beyond_ascii(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("CREATE Ärger日本")
    shell.wait_for("CREATE Ärger")
    shell.enter("")
    imap.answer('CREATE "&AMQ-rger&ZeVnLA-"', b"OK created")
    shell.wait_for("OK created")


def test_octets_that_are_no_text(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type_octets(b"NOOP\xff\xfe\x80")
    shell.enter("")
    imap.line()
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting")
    shell.wait_for_prompt("authenticated> ")


def test_a_local_fault_is_told_and_survived(start: Start) -> None:
    shell = start()
    shell.wait_for_prompt("not connected> ")
    for line in (
        ".nothing",
        "NOOP",
        ".open",
        ".open imap://[",
        ".open ftp://x",
        ".save",
        ".debug 9",
        ".raw \\q",
        "a b",
    ):
        shell.enter(line)
        shell.wait_for_prompt("not connected> ")
    assert "Traceback" not in shell.everything
    assert "fault in mailshell" not in shell.everything


def test_a_dumb_terminal_can_be_used(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url(), env={"TERM": "dumb"}, answers_cursor_position=False)
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    imap.send(b"* 3 EXISTS\r\n")
    shell.wait_for("3 messages exist now")
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK fine")
    shell.wait_for("OK fine")
    shell.wait_for_prompt("authenticated> ")
    # Once it has started, not a single escape sequence.
    assert b"\x1b" not in shell.raw[shell.raw.index(b"mailshell") :]
    shell.type(CTRL_D)
    imap.answer("LOGOUT", b"OK", b"* BYE\r\n")
    imap.hang_up()
    assert shell.wait_for_end() == 0
