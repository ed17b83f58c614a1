"""The menu behind Tab: what it shows, what it puts into the line, and what it asks of the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_U, ENTER, TAB, Start, Terminal

DOWN = "\x1b[B"
LISTED = (
    b'* LIST (\\HasNoChildren) "/" INBOX\r\n'
    b'* LIST (\\HasNoChildren \\Sent) "/" Sent\r\n'
    b'* LIST (\\HasNoChildren) "/" Entw&APw-rfe\r\n'
    b'* LIST (\\HasNoChildren) "/" "two words"\r\n'
)


@pytest.fixture
def shell(start: Start, imap: ScriptedServer) -> Terminal:
    """A shell in a session that nobody had to log in to."""
    shell = start(imap.url())
    imap.accept(b"* PREAUTH [CAPABILITY IMAP4rev1 THREAD=REFS AUTH=PLAIN] ready")
    shell.wait_for_prompt("authenticated> ")
    return shell


def list_mailboxes(imap: ScriptedServer, listed: bytes = LISTED) -> None:
    imap.answer('LIST "" "\\*"', b"OK listed", listed)


def test_one_match_is_put_into_the_line(shell: Terminal) -> None:
    shell.type("exam" + TAB)
    shell.wait_for_prompt("> EXAMINE")


def test_the_menu_says_what_each_does_and_survives_news(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("e" + TAB)
    shell.wait_for("ENABLE", "EXAMINE", "Open a mailbox for reading only")
    imap.send(b"* 4 EXISTS\r\n")
    shell.wait_for("4 messages exist now", "EXAMINE")


def test_what_is_not_valid_is_offered_with_the_reason(shell: Terminal) -> None:
    shell.type("fet" + TAB)
    shell.wait_for("needs a selected mailbox")
    shell.wait_for_prompt("> fet")
    shell.type(TAB)
    shell.wait_for_prompt("> FETCH")
    shell.type(CTRL_U + "mov" + TAB)
    shell.wait_for("needs a selected mailbox")


def test_mailboxes_are_asked_for_once_and_put_in_as_they_are_on_the_wire(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("SELECT " + TAB)
    list_mailboxes(imap)
    shell.wait_for("Entwürfe", "two words", "\\Sent")
    shell.type(CTRL_U + "SELECT ent" + TAB)
    shell.wait_for_prompt("SELECT Entw&APw-rfe")
    shell.type(CTRL_U + "SELECT tw" + TAB)
    shell.wait_for_prompt('SELECT "two words"')
    shell.type(CTRL_U + 'LIST "" tw' + TAB)
    shell.wait_for_prompt('LIST "" "two words"')
    assert imap.quiet_for(0.3)
    shell.type(CTRL_U + "SELECT tw" + TAB)
    shell.wait_for_prompt('SELECT "two words"')
    shell.type(ENTER)
    imap.answer('SELECT "two words"', b"OK selected")


def test_typing_goes_on_while_the_server_thinks(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("SELECT " + TAB)
    tag = imap.expect('LIST "" "\\*"')
    shell.type("Se")
    shell.wait_for_prompt("SELECT Se")
    imap.send(LISTED + tag + b" OK listed\r\n")
    shell.type(TAB)
    shell.wait_for_prompt("SELECT Sent")


def test_enter_takes_what_is_chosen_and_sends_nothing(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("SELECT " + TAB)
    list_mailboxes(imap)
    shell.wait_for("Entwürfe", "two words")
    shell.type(DOWN + DOWN)
    shell.wait_for_prompt("SELECT Entw&APw-rfe")
    shell.type(ENTER)
    shell.wait(lambda: "two words" not in shell.text, "the menu closes")
    assert imap.quiet_for(0.3)
    shell.type(ENTER)
    imap.answer("SELECT Entw&APw-rfe", b"OK selected")


def test_a_new_mailbox_makes_the_list_old(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("SELECT " + TAB)
    list_mailboxes(imap)
    shell.wait_for("Entwürfe")
    shell.type(CTRL_U)
    shell.enter("CREATE new")
    imap.answer("CREATE new", b"OK made")
    shell.wait_for("OK made")
    shell.type("SELECT " + TAB)
    list_mailboxes(imap, LISTED + b'* LIST () "/" new\r\n')
    shell.type(CTRL_U + "SELECT n" + TAB)
    shell.wait_for_prompt("SELECT new")


def test_a_command_waits_for_the_list_but_not_for_ever(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("SELECT " + TAB)
    tag = imap.expect('LIST "" "\\*"')
    shell.type(CTRL_U)
    shell.enter("NOOP")
    assert imap.quiet_for(0.5)
    imap.answer("NOOP", b"OK done")
    shell.wait_for("OK done")
    imap.send(tag + b" OK listed\r\n")


def test_nothing_is_asked_while_a_command_has_no_answer(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("NOOP")
    tag = imap.expect("NOOP")
    shell.type("\x03")
    shell.wait_for("stopped waiting")
    shell.type("SELECT " + TAB)
    assert imap.quiet_for(0.3)
    imap.send(tag + b" OK done\r\n")


def test_nothing_is_asked_if_that_is_not_wanted(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    shell.enter(".set background off")
    shell.wait_for_prompt("authenticated> ")
    shell.type("SELECT " + TAB)
    shell.wait_for_prompt("SELECT INBOX")
    assert imap.quiet_for(0.3)


def test_what_was_asked_in_the_background_is_traced(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url(), "-d", "2")
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    shell.type("SELECT " + TAB)
    list_mailboxes(imap)
    shell.wait_for('bg1 LIST "" "*"', "* LIST (\\HasNoChildren \\Sent)")


def test_the_last_exchange_is_still_that_of_the_person(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK done")
    shell.wait_for("OK done")
    shell.type("SELECT " + TAB)
    list_mailboxes(imap)
    shell.wait_for("Entwürfe")
    shell.type(CTRL_U)
    shell.enter(".hex")
    shell.wait_for("NOOP..")
    assert "LIST" not in shell.text


def test_names_from_the_network_can_not_drive_the_terminal(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("SELECT " + TAB)
    list_mailboxes(imap, b'* LIST () "/" "ev\x1b[31mil"\r\n* LIST () "/" "\xe2\x80\xaegnp"\r\n')
    shell.wait_for("\\x1b[31mil")
    assert b"\x1b[31mil" not in shell.raw
    assert "\u202e".encode() not in shell.raw


def test_flags_are_those_that_the_mailbox_keeps(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("SELECT INBOX")
    imap.answer(
        "SELECT INBOX",
        b"OK [READ-WRITE] open",
        b"* FLAGS (\\Seen \\Draft \\Deleted $Work)\r\n"
        b"* OK [PERMANENTFLAGS (\\Seen \\Deleted \\Draft)] these\r\n* 30 EXISTS\r\n",
    )
    shell.wait_for_prompt("INBOX> ")
    shell.type("STORE 1 +FLAGS (\\d" + TAB)
    shell.wait_for("\\Deleted", "\\Draft")
    shell.type(CTRL_U + "STORE 1 +FLAGS $W" + TAB)
    shell.wait_for("lost at the end of the session")
    shell.type(CTRL_U + "FETCH 3" + TAB)
    shell.wait_for("30")
    shell.type(CTRL_U + "THREAD " + TAB)
    shell.wait_for_prompt("THREAD REFS")


def test_subjects_that_were_seen_stand_beside_the_numbers(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("SELECT INBOX")
    imap.answer("SELECT INBOX", b"OK open", b"* 2 EXISTS\r\n")
    shell.wait_for_prompt("INBOX> ")
    shell.enter("FETCH 2 (UID ENVELOPE)")
    envelope = b'(NIL "=?utf-8?q?Sch=C3=B6n?=" NIL NIL NIL NIL NIL NIL NIL NIL)'
    imap.answer("FETCH .*", b"OK done", b"* 2 FETCH (UID 77 ENVELOPE " + envelope + b")\r\n")
    shell.wait_for("OK done")
    shell.type("UID FETCH " + TAB)
    imap.answer("FETCH 1:2 \\(UID\\)", b"OK done", b"* 1 FETCH (UID 70)\r\n* 2 FETCH (UID 77)\r\n")
    shell.type(CTRL_U)
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK nothing")
    shell.wait_for("OK nothing")
    shell.type("UID FETCH 7" + TAB)
    shell.wait_for("message 2  Schön", "70", "message 1")


def test_pop3_numbers_with_sizes_and_unique_ids(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url("ana"), "--password-env", "PW", env={"PW": "secret"})
    pop3.accept()
    pop3.log_in()
    shell.wait_for_prompt("transaction> ")
    shell.type("RETR " + TAB)
    pop3.answer("STAT", b"+OK 2 1520")
    pop3.answer("LIST", b"+OK\r\n1 320\r\n2 1200\r\n.")
    pop3.answer("UIDL", b"+OK\r\n1 abc\r\n2 xyz\r\n.")
    shell.wait_for("1,200 octets  UIDL xyz", "320 octets  UIDL abc")


def test_files(shell: Terminal, tmp_path: Path) -> None:
    (tmp_path / "message.eml").write_bytes(b"x\r\n")
    (tmp_path / "my mail").mkdir()
    (tmp_path / "my mail" / "one.eml").write_bytes(b"x\r\n")
    shell.type("APPEND INBOX @mes" + TAB)
    shell.wait_for_prompt("@message.eml")
    shell.type(CTRL_U + "APPEND INBOX @my" + TAB)
    shell.wait_for_prompt('@"my mail/')
    shell.type(TAB)
    shell.wait_for_prompt('@"my mail/one.eml"')
    shell.type(CTRL_U + ".save mess" + TAB)
    shell.wait_for_prompt(".save message.eml")


def test_local_commands_and_their_arguments(shell: Terminal) -> None:
    shell.type(".sec" + TAB)
    shell.wait_for_prompt(".secrets")
    shell.type(" s" + TAB)
    shell.wait_for_prompt(".secrets show")
    shell.type(CTRL_U + ".help TRYCR" + TAB)
    shell.wait_for_prompt(".help TRYCREATE")


def test_what_is_typed_in_one_burst_behind_tab_goes_behind_what_it_put_in(
    shell: Terminal, imap: ScriptedServer
) -> None:
    shell.type("SELECT " + TAB)
    list_mailboxes(imap)
    shell.wait_for("two words")
    shell.type(CTRL_U + "SELECT tw" + TAB + ENTER)
    imap.answer('SELECT "two words"', b"OK selected")
    shell.wait_for("OK selected")
    shell.type("sel" + TAB + " INBOX" + ENTER)
    imap.answer("SELECT INBOX", b"OK selected")


def test_one_that_only_holds_the_letters_is_shown_and_not_put_in(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("DELETE " + TAB)
    list_mailboxes(imap)
    shell.wait_for("two words")
    shell.type(CTRL_U + "DELETE twds" + TAB)
    shell.wait_for("two words")
    shell.wait_for_prompt("DELETE twds")


def test_plain_lists_as_text_with_the_reasons(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(".set plain on")
    shell.wait_for("plain is on")
    shell.type("SELECT " + TAB)
    list_mailboxes(imap)
    shell.wait_for("Entwürfe", "two words")
    shell.type(CTRL_U + "mo" + TAB)
    shell.wait_for("needs a selected mailbox")


def test_an_endless_list_is_given_up(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    shell.type("SELECT " + TAB)
    imap.expect('LIST "" "\\*"')
    name = b"x" * 900
    endless = b"".join(b'* LIST () "/" %s%d\r\n' % (name, number) for number in range(12_000))
    imap.send_in_background(endless)
    shell.wait_for("late, for bg1 LIST")
    shell.type(CTRL_U)
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK done")
    shell.wait_for("OK done")


def test_news_and_alerts_during_a_background_request_are_told(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("SELECT " + TAB)
    tag = imap.expect('LIST "" "\\*"')
    imap.send(LISTED + tag + b" OK [ALERT] the disk is full\r\n")
    shell.wait_for("the disk is full")


def test_a_typed_command_is_the_last_exchange_whatever_completion_waits_for(
    shell: Terminal, imap: ScriptedServer
) -> None:
    shell.type("SELECT " + TAB)
    imap.expect('LIST "" "\\*"')
    shell.type(CTRL_U)
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK done")
    shell.wait_for("completion asks nothing more", "OK done")
    shell.enter(".hex")
    shell.wait_for("NOOP..")


def test_hints_come_before_suggestions(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("COPY 1 nosuch")
    imap.answer("COPY 1 nosuch", b"NO no such mailbox")
    shell.wait_for("NO no such mailbox")
    shell.type("COPY 1 ")
    shell.wait_for("COPY 1 mailbox")
    shell.type(CTRL_U + "COP")
    shell.wait(lambda: shell.text.count("COPY 1 nosuch") == 2, "the history is suggested")
