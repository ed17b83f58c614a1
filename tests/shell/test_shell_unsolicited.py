"""What the server says unasked appears above the prompt at once, and is never taken for an answer."""

from __future__ import annotations

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, Start, Terminal

PUSHED = {
    b"* 23 EXISTS": "23 messages exist now",
    b"* 4 EXPUNGE": "message 4 was expunged",
    b"* 7 FETCH (FLAGS (\\Seen))": "flags of message 7",
    b"* OK [ALERT] The disk is full": "The disk is full",
    b"* NO [OVERQUOTA] Too much": "Too much",
    b"* BYE I am going": "I am going",
    b"* 2 FLY (away)": "FLY (away)",
    b"what is this": "what is this",
    b"a99 OK for nobody": "a99 OK for nobody",
}


@pytest.fixture
def shell(start: Start, imap: ScriptedServer) -> Terminal:
    terminal = start(imap.url())
    imap.accept(b"* PREAUTH [CAPABILITY IMAP4rev1] ready")
    terminal.wait_for_prompt("authenticated> ")
    return terminal


def test_pushed_while_typing(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("FETCH 1 FL")
    shell.wait_for_prompt("FETCH 1 FL")
    for octets, text in PUSHED.items():
        imap.send(octets + b"\r\n")
        shell.wait_for(text)
        shell.wait_for_prompt("> FETCH 1 FL")
    # All of it stands above, in order, and what was typed stands once.
    rows = shell.lines
    found = [next(at for at, row in enumerate(rows) if text in row) for text in PUSHED.values()]
    typed = [at for at, row in enumerate(rows) if "FETCH 1 FL" in row]
    assert found == sorted(found)
    assert len(typed) == 1
    assert typed[0] > found[-1]
    shell.enter("AGS")
    imap.answer("FETCH 1 FLAGS", b"OK done", b"* 1 FETCH (FLAGS (\\Answered))\r\n")
    shell.wait_for("OK done", "\\Answered")


def test_pushed_before_the_answer_is_no_answer(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("STATUS Sent (MESSAGES)")
    tag = imap.expect("STATUS .*")
    imap.send(b"* 9 EXISTS\r\n* 3 EXPUNGE\r\n* BYE not yet\r\n+ go on\r\na77 OK another\r\n")
    shell.wait_for("9 messages exist now", "message 3 was expunged", "not yet", "a77 OK another")
    assert not shell.typed.endswith("> ")
    imap.send(b'* STATUS "Sent" (MESSAGES 4)\r\n' + tag + b" OK status told\r\n")
    shell.wait_for("OK status told", "Sent")
    shell.wait_for_prompt()


def test_cursor_in_the_middle_stays_there(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("NOOP\x1b[D\x1b[D")
    shell.wait_for_prompt("> NO")
    imap.send(b"* 5 EXISTS\r\n")
    shell.wait_for("5 messages exist now")
    shell.wait_for_prompt("> NO")
    shell.type("X")
    shell.wait_for("> NOXOP")


def test_a_flood_while_typing(shell: Terminal, imap: ScriptedServer) -> None:
    imap.send_in_background(b"".join(b"* %d EXISTS\r\n" % number for number in range(3000)))
    for letter in "CHECK":
        shell.type(letter)
    shell.wait_for("2,999 messages exist now")
    shell.wait_for_prompt("> CHECK")
    shell.enter("")
    imap.answer("CHECK", b"OK checked")
    shell.wait_for("OK checked")
    seen = [line for line in shell.everything.splitlines() if line.endswith("exist now") or "message exists" in line]
    assert len(seen) == 3000


def test_pushed_while_asked(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter("LOGIN ana")
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{imap.port}: ")
    shell.type("gehe")
    imap.send(b"* OK [ALERT] Think twice\r\n")
    shell.wait_for("Think twice")
    shell.wait_for_prompt(": ")
    shell.enter("im1")
    imap.answer('LOGIN ana "geheim1"', b"OK in")
    shell.wait_for_prompt("authenticated> ")


def test_connection_lost_at_the_prompt(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("NOO")
    shell.wait_for_prompt("NOO")
    imap.hang_up()
    shell.wait_for("the server closed the connection")
    shell.wait_for_prompt("not connected> NOO")
    shell.enter("P")
    shell.wait_for("not connected: the server closed the connection; .open connects again")
    shell.wait_for_prompt("not connected> ")


def test_connection_lost_during_a_command(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("FETCH 1 BODY[]")
    imap.expect("FETCH .*")
    imap.send(b"* 1 FETCH (BODY[] {100}\r\nSubject: half")
    shell.wait_for("BODY[]  100 octets")
    imap.hang_up()
    shell.wait_for_prompt("not connected> ")
    assert shell.text.count("the server closed the connection inside a literal, 13 of 100 octets received") == 1


def test_loss_and_reopening_sends_nothing_again(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("DELETE Old")
    imap.expect("DELETE Old")
    imap.hang_up()
    shell.wait_for_prompt("not connected> ")
    shell.enter(".open")
    imap.accept(b"* PREAUTH back")
    shell.wait_for_prompt("authenticated> ")
    assert imap.quiet_for(0.2)
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK again")
    shell.wait_for("OK again")


def test_late_answer_is_labelled(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("SEARCH ALL")
    late = imap.expect("SEARCH ALL")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; a1 SEARCH stays outstanding")
    shell.wait_for_prompt("authenticated> ")
    shell.wait_for("no answer yet: a1 SEARCH")
    shell.enter("NOOP")
    tag = imap.expect("NOOP")
    imap.send(b"* SEARCH 1 2 3\r\n" + late + b" OK searched\r\n")
    shell.wait_for("late, for a1 SEARCH", "late answer to a1 SEARCH: OK searched")
    assert not shell.typed.endswith("> ")
    imap.send(tag + b" OK nothing\r\n")
    shell.wait_for("\nOK nothing")
    shell.wait_for_prompt("authenticated> ")


def test_of_a_long_late_answer_little_is_shown(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("FETCH 1:* FLAGS")
    tag = imap.expect("FETCH .*")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting")
    imap.send(b"".join(b"* %d FETCH (FLAGS ())\r\n" % n for n in range(1, 501)) + tag + b" OK fetched\r\n")
    shell.wait_for("late answer to a1 FETCH: OK fetched; 500 responses came with it, and 3 of them are shown")
    assert shell.everything.count("late, for a1 FETCH") == 3


def test_late_answer_in_pop3(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url("ana"), "--password", "geheim1")
    pop3.accept()
    pop3.log_in()
    shell.wait_for_prompt("transaction> ")
    shell.enter("STAT")
    pop3.expect("STAT")
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; STAT stays outstanding")
    shell.wait_for_prompt("transaction> ")
    shell.enter("NOOP")
    pop3.expect("NOOP")
    pop3.send(b"+OK 2 320\r\n")
    shell.wait_for("late answer to STAT: +OK 2 320")
    assert not shell.typed.endswith("> ")
    pop3.send(b"+OK idle\r\n")
    shell.wait_for("\n+OK idle")
    shell.wait_for_prompt("transaction> ")


def test_pop3_line_that_answers_nothing(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url())
    pop3.accept()
    shell.wait_for_prompt("authorization> ")
    shell.type("US")
    pop3.send(b"-ERR shutting down\r\n")
    shell.wait_for("-ERR shutting down")
    pop3.hang_up()
    shell.wait_for_prompt("not connected> US")
