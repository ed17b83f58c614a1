"""Passwords are asked for unseen, and nothing that is typed as one is kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, CTRL_D, ENTER, UP, Start, Terminal, pasted

SECRET = "Tr0ub4dor&3"


def unseen(shell: Terminal) -> bool:
    return SECRET.encode() not in shell.raw and SECRET not in shell.everything


def test_login_asks_unseen(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter("LOGIN ana")
    question = f"Password of ana at 127.0.0.1:{imap.port}: "
    shell.wait_for_prompt(question)
    column = len(shell.typed)
    shell.type(SECRET)
    shell.enter("")
    imap.answer(f'LOGIN ana "{SECRET}"', b"OK in")
    shell.wait_for_prompt("authenticated> ")
    # Neither the password nor its length was shown.
    assert question.rstrip() in shell.lines
    assert len(shell.lines[shell.lines.index(question.rstrip())]) < column
    assert unseen(shell)
    assert b"*" * 3 not in shell.raw


def test_login_asks_for_the_user_too(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter("LOGIN")
    shell.wait_for_prompt("User: ")
    shell.enter("ana")
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{imap.port}: ")
    shell.enter(SECRET)
    imap.answer(f'LOGIN ana "{SECRET}"', b"OK in")
    shell.wait_for_prompt("authenticated> ")
    assert unseen(shell)


def test_pass_asks_unseen(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url())
    pop3.accept()
    shell.wait_for_prompt("authorization> ")
    shell.enter("USER ana")
    pop3.answer("USER ana", b"+OK")
    shell.wait_for("+OK")
    shell.enter("PASS")
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{pop3.port}: ")
    shell.enter(SECRET)
    pop3.answer(f"PASS {SECRET}", b"+OK")
    shell.wait_for_prompt("transaction> ")
    assert unseen(shell)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_user_in_the_url_is_asked_for_a_password(start: Start, protocol: str, request: pytest.FixtureRequest) -> None:
    server: ScriptedServer = request.getfixturevalue(protocol)
    shell = start(server.url("ana"))
    server.accept()
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{server.port}: ")
    shell.enter(SECRET)
    server.log_in()
    shell.wait_for(f"ana@127.0.0.1:{server.port} {protocol}/clear")
    shell.wait_for_prompt("> ")
    assert unseen(shell)


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_no_password_no_login(start: Start, imap: ScriptedServer, key: str) -> None:
    shell = start(imap.url("ana"))
    imap.accept()
    shell.wait_for_prompt(": ")
    shell.type(key)
    shell.wait_for("no password was given")
    shell.wait_for_prompt("not authenticated> ")
    assert imap.quiet_for(0.1)


def test_a_refused_login_leaves_the_connection(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url("ana"))
    imap.accept()
    shell.wait_for_prompt(": ")
    shell.enter(SECRET)
    imap.answer("LOGIN .*", b"NO [AUTHENTICATIONFAILED] not you, " + SECRET.encode())
    shell.wait_for("refuses the login of ana (LOGIN): NO [AUTHENTICATIONFAILED] not you, ⟦password⟧")
    shell.wait_for("user tries again")
    shell.wait_for_prompt("not authenticated> ")
    assert "connected to" in shell.text
    assert unseen(shell)


def test_a_refused_login_of_pop3_says_what_next(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url("ana"))
    pop3.accept()
    shell.wait_for_prompt(": ")
    shell.enter(SECRET)
    pop3.answer("USER ana", b"+OK")
    pop3.answer(f"PASS {SECRET}", b"-ERR no")
    shell.wait_for("PASS tries again")


@pytest.mark.parametrize("setting", ["xterm-256color", "dumb"])
def test_unseen_on_any_terminal(start: Start, imap: ScriptedServer, setting: str) -> None:
    shell = start(imap.url("ana"), env={"TERM": setting}, answers_cursor_position=setting != "dumb")
    imap.accept()
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{imap.port}: ")
    shell.enter(SECRET)
    imap.log_in()
    shell.wait_for_prompt("authenticated> ")
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK fine")
    shell.wait_for("OK fine")
    assert unseen(shell)


LINES = [
    f"LOGIN ana {SECRET}",
    f'login ana "{SECRET}"',
    f"a1 LOGIN ana {SECRET}",
    f"a1 login ana {SECRET}",
    f"PASS {SECRET}",
    f"pass_ {SECRET}",
    f"APOP ana {SECRET}",
    f"AUTHENTICATE PLAIN {SECRET}",
    f"AUTH PLAIN {SECRET}",
    f"login_cram_md5 ana {SECRET}",
    f"xatom LOGIN ana {SECRET}",
    f"XATOM login ana {SECRET}",
    f".raw x LOGIN ana {SECRET}\\r\\n",
    f".RAW x LOGIN ana {SECRET}\\r\\n",
    f".ra x LOGIN ana {SECRET}\\r\\n",
    f"send x LOGIN ana {SECRET}\\r\\n",
    f'.raw "x LOGIN ana {SECRET}"',
    f".open imap://ana:{SECRET}@localhost:1",
    f"open imap://ana:{SECRET}@localhost:1",
    f".open imap://ana:{SECRET}x@y@localhost:1",
    f"  LOGIN  ana  {SECRET}",
    f"\tLOGIN ana {SECRET}",
    f"LOGIN\tana\t{SECRET}",
]


def test_history_keeps_no_line_with_a_secret(start: Start, history_file: Path) -> None:
    shell = start("--timeout", "1", "--connect-timeout", "1")
    shell.wait_for_prompt("not connected> ")
    for number, line in enumerate(LINES):
        shell.type(pasted(line))
        shell.enter("")
        shell.enter(f".help .help{number}")
        shell.wait_for(f"there is no help on .help{number}")
    shell.type(CTRL_D)
    shell.wait_for_end()
    kept = history_file.read_text()
    assert [line for line in LINES if line.strip() in kept] == []
    assert SECRET not in kept
    assert kept.count("+.help .help") == len(LINES)
    assert stat.S_IMODE(history_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(history_file.parent.stat().st_mode) == 0o700


def test_history_offers_no_line_with_a_secret(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK")
    shell.wait_for("OK")
    shell.enter(f"LOGIN ana {SECRET}")
    imap.log_in()
    shell.wait_for_prompt(" authenticated> ")
    shell.type(UP)
    shell.wait_for_prompt("NOOP")
    shell.enter("")
    imap.answer("NOOP", b"OK again")
    shell.wait_for("OK again")
    shell.enter(".history")
    shell.wait_for("LOGIN ana ⟦password⟧")


def test_a_known_secret_is_kept_out_of_later_lines(start: Start, imap: ScriptedServer, history_file: Path) -> None:
    shell = start(imap.url("ana"))
    imap.accept()
    shell.wait_for_prompt(": ")
    shell.enter(SECRET)
    imap.log_in()
    shell.wait_for_prompt("authenticated> ")
    shell.enter(f"SEARCH TEXT {SECRET}")
    imap.answer("SEARCH .*", b"OK")
    shell.wait_for("\nOK")
    shell.enter("CHECK")
    imap.answer("CHECK", b"OK checked")
    shell.wait_for("OK checked")
    kept = history_file.read_text()
    assert "+CHECK" in kept
    assert SECRET not in kept


def test_history_keeps_nothing_of_a_pasted_dialogue(start: Start, history_file: Path) -> None:
    shell = start()
    shell.wait_for_prompt("not connected> ")
    dialogues = ("a1 LOGIN ana {11}", "a1 LOGIN {3}", "a1 AUTHENTICATE PLAIN", "CHECK")
    for number, first in enumerate(dialogues):
        shell.type(pasted(f"{first}\n{SECRET}{number}") + ENTER)
        shell.enter(f".help .help{number}")
        shell.wait_for(f"there is no help on .help{number}")
    kept = history_file.read_text()
    assert [f"+{SECRET}{number}" in kept for number in range(4)] == [False, False, False, True]


def test_history_keeps_no_answer_to_a_challenge(start: Start, imap: ScriptedServer, history_file: Path) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter(".raw on")
    shell.wait_for_prompt("RAW> ")
    shell.enter("a1 AUTHENTICATE LOGIN")
    imap.expect("AUTHENTICATE LOGIN")
    imap.send(b"+ VXNlcm5hbWU6\r\n")
    shell.wait_for("+ VXNlcm5hbWU6")
    shell.wait_for_prompt("RAW> ")
    for answer, request in ((b"YW5h", b"+ UGFzc3dvcmQ6\r\n"), (b"aGVpbWxpY2g=", b"a1 OK in\r\n")):
        shell.enter(answer.decode())
        assert imap.line() == answer
        imap.send(request)
        shell.wait_for("\n" + request.decode().strip().removeprefix("a1 "))
    shell.enter(".raw off")
    shell.wait_for_prompt(" authenticated> ")
    shell.enter(".history")
    shell.wait_for(".raw off")
    assert "aGVpbWxpY2g=" not in history_file.read_text()
    assert "aGVpbWxpY2g=" not in "".join(shell.text.partition("> .history")[2])


def test_a_literal_is_not_offered_again(start: Start, imap: ScriptedServer, history_file: Path) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter(f"LOGIN ana {{{len(SECRET)}}}")
    shell.wait_for_prompt(f"literal, {len(SECRET)} octets> ")
    shell.enter(SECRET)
    tag = imap.expect(r"LOGIN ana \{11\}")
    imap.send(b"+ go on\r\n")
    assert imap.line() == SECRET.encode()
    imap.send(tag + b" OK in\r\n")
    shell.wait_for_prompt(" authenticated> ")
    shell.enter("STATUS {9}")
    shell.wait_for_prompt("literal, 9 octets> ")
    shell.type(UP)
    shell.enter("Entwürfe (MESSAGES)")
    tag = imap.expect(r"STATUS \{9\}")
    imap.send(b"+ go on\r\n")
    assert imap.line() == "Entwürfe (MESSAGES)".encode()
    imap.send(tag + b" OK told\r\n")
    shell.wait_for("OK told")
    assert SECRET not in history_file.read_text()
