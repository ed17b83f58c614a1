"""The function keys, Ctrl-R, settings that take effect at once, and literals of several lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, CTRL_D, CTRL_U, ENTER, RIGHT, TAB, UP, Start, Terminal

F1, F2, F3, F4 = "\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS"
CTRL_R = "\x12"
ALT_ENTER = "\x1b\r"
ESCAPE = "\x1b"
READY = b"* PREAUTH [CAPABILITY IMAP4rev1 IDLE] ready"


@pytest.fixture
def shell(start: Start, imap: ScriptedServer) -> Terminal:
    return connected(start, imap)


def connected(start: Start, imap: ScriptedServer, *options: str, **terminal: int) -> Terminal:
    shell = start(imap.url(), *options, env={"PAGER": ""}, **terminal)
    imap.accept(READY)
    shell.wait_for_prompt("authenticated> ")
    return shell


def config(home: Path, text: str) -> None:
    folder = home / "config" / "mailshell"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)


def test_the_toolbar_names_the_keys(shell: Terminal) -> None:
    shell.wait_for("F1 help  F2 debug 0  F3 explain off  F4 emacs  ·  Tab completes")


def test_f1_shows_help_and_keeps_what_is_typed(shell: Terminal) -> None:
    shell.type("fetch 1 (FL")
    shell.wait_for_prompt("> fetch 1 (FL")
    shell.type(F1)
    shell.wait(lambda: "imaplib" in shell.text and shell.typed.endswith("> fetch 1 (FL"), "the page of FETCH")
    shell.type(CTRL_U + ".timeout 3" + F1)
    shell.wait_for(".timeout [SECONDS]")
    shell.wait_for_prompt("> .timeout 3")


def test_f1_on_an_empty_line_is_the_short_page(shell: Terminal) -> None:
    shell.type(F1)
    shell.wait_for(".open")
    shell.wait_for_prompt("authenticated> ")


def test_f2_goes_through_the_levels(shell: Terminal, imap: ScriptedServer) -> None:
    for level in (1, 2):
        shell.type(F2)
        shell.wait_for(f"F2 debug {level}")
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK done")
    shell.wait_for("a1 NOOP")
    for level in (3, 4, 5, 0):
        shell.type(F2)
        shell.wait_for(f"F2 debug {level}")


def test_f3_explains(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type(F2 + F2 + F3)
    shell.wait_for("F3 explain on")
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK done")
    shell.wait_for("OK done")
    shell.wait_for_prompt("authenticated> ")
    assert "is the tag" in shell.text
    shell.type(F3)
    shell.wait_for("F3 explain off")


def test_f4_edits_as_vi_does(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type(F4)
    shell.wait_for("F4 vi")
    shell.type("XNOOP" + ESCAPE)
    shell.wait_for("F4 vi normal")
    shell.type("0x")
    shell.wait(lambda: any(line.endswith("> NOOP") for line in shell.lines), "the first letter deleted")
    shell.type(ENTER)
    imap.answer("NOOP", b"OK done")
    shell.wait_for("OK done")
    shell.type(F4)
    shell.wait_for("F4 emacs")


def test_a_narrow_terminal_keeps_what_matters(start: Start, imap: ScriptedServer) -> None:
    shell = connected(start, imap, columns=80)
    shell.wait(lambda: "F4 emacs" in shell.lines[-1], "the keys")
    assert len(shell.lines[-1]) <= 80
    assert "Ctrl-D leaves" not in shell.lines[-1]
    shell.type("FETCH 1 (FLAGS ")
    shell.wait(lambda: "FETCH data item" in shell.lines[-1], "the argument named")
    assert len(shell.lines[-1]) <= 80
    shell.resize(40, 30)
    shell.type("ENVELOPE ")
    shell.wait(lambda: "FETCH: a FETCH data" in shell.lines[-1] and len(shell.lines[-1]) <= 40, "the argument named")


def test_ctrl_r_searches_the_history(shell: Terminal) -> None:
    for line in (".set fold", ".state", ".time"):
        shell.enter(line)
        shell.wait_for_prompt("authenticated> ")
    shell.type(CTRL_R + "fol")
    shell.wait_for("reverse-i-search", ".set fold")
    shell.type(ENTER)
    shell.wait_for("fold is 60")


def test_settings_take_effect_at_once(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(".set editing vi")
    shell.wait_for("F4 vi", "editing is vi for this run")
    shell.enter(".set editing emacs")
    shell.wait_for("F4 emacs")
    shell.type("FETCH ")
    shell.wait_for("sequence-set")
    shell.type(CTRL_U)
    shell.enter(".set hints off")
    shell.wait_for("hints is off")
    shell.type("FETCH ")
    shell.wait(lambda: any(line.endswith("> FETCH") for line in shell.lines), "no hint")
    shell.type(CTRL_U)
    shell.enter(".set timeout 0.3")
    shell.enter("NOOP")
    imap.expect("NOOP")
    shell.wait_for("for 0.3 s")


def test_the_file_counts_from_the_start(start: Start, imap: ScriptedServer, tmp_path: Path) -> None:
    config(tmp_path, '[settings]\ndebug = 2\nediting = "vi"\n')
    shell = connected(start, imap)
    shell.wait_for("F2 debug 2", "F4 vi")


def test_a_broken_file_is_told_and_the_shell_goes_on(start: Start, tmp_path: Path) -> None:
    config(tmp_path, "[settings]\ndebug = 9\nfold = 2\n")
    shell = start()
    shell.wait_for("note: ", "F2 debug 0")
    assert "config.toml: line 2: debug is a whole number from 0 to 5, not 9" in shell.text.replace("\n", "")
    shell.enter(".set fold")
    shell.wait_for("fold is 2")


def test_themes_change_the_colours(shell: Terminal) -> None:
    seen = []
    for theme in ("dark", "light"):
        shell.enter(f".set theme {theme}")
        shell.wait_for(f"theme is {theme}")
        shell.wait_for_prompt("> ")
        before = len(shell.raw)
        shell.type("SELECT x")
        shell.wait_for_prompt("> SELECT x")
        seen.append(re.findall(rb"38;5;\d+[;\d]*mSELECT", bytes(shell.raw[before:])))
        shell.type(CTRL_U)
    assert seen[0]
    assert seen[1]
    assert seen[0] != seen[1]


def test_plain_for_screen_readers(start: Start, imap: ScriptedServer) -> None:
    shell = connected(start, imap, "--set", "plain=on")
    shell.type("SEL")
    shell.type(TAB)
    shell.wait_for_prompt("SELECT")
    shell.type(CTRL_U + "SE")
    shell.wait_for_prompt("> SE")
    shell.type(TAB)
    shell.wait(lambda: "SEARCH" in shell.text and "SELECT" in shell.text and "SETACL" in shell.text, "a list")
    assert "F1 help" not in shell.everything
    assert b"38;5;" not in shell.raw
    assert b"\x1b[7m" not in shell.raw
    shell.type(CTRL_U + F2)
    shell.wait_for("debug is 1")
    shell.enter(".set plain off")
    shell.wait_for("F1 help")


def test_no_color(start: Start) -> None:
    shell = start(env={"NO_COLOR": "1"})
    shell.wait_for("F1 help")
    shell.type("SELECT INBOX")
    shell.wait_for_prompt("SELECT INBOX")
    assert b"38;5;" not in shell.raw
    shell.type(CTRL_U)
    shell.enter(".set colour on")
    shell.wait_for("colour is on")
    shell.type("SELECT INBOX")
    shell.wait(lambda: b"38;5;" in shell.raw, "colours")


def test_a_literal_is_edited_as_a_whole(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("APPEND Drafts {}")
    shell.wait_for("0 octets", "Alt-Enter, ends it")
    shell.enter("Subjct: hi")
    shell.type("Bye")
    shell.wait_for("15 octets")
    shell.type(UP)
    shell.type("\x01" + RIGHT * 4 + "e")
    shell.wait_for("Subject: hi", "16 octets")
    shell.type(ALT_ENTER)
    tag = imap.expect(r"APPEND Drafts \{18\}")
    imap.send(b"+ go on\r\n")
    assert [imap.line() for _ in range(3)] == [b"Subject: hi", b"Bye", b""]
    imap.send(tag + b" OK appended\r\n")
    shell.wait_for("OK appended")
    assert "⟦pasted⟧" not in shell.text


def test_a_counted_literal_tells_how_much_is_typed(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("SEARCH TEXT {8}")
    shell.wait_for("0 of 8 octets")
    shell.type("ab")
    shell.wait_for("2 of 8 octets")
    shell.type(ALT_ENTER)
    shell.enter("")
    shell.wait_for_prompt("literal, 4 octets> ")
    shell.type("schön")
    shell.wait_for("8 of 8 octets, 2 after it")
    shell.type(CTRL_C)
    shell.wait_for("given up; nothing more of it is sent")
    shell.wait_for_prompt("authenticated> ")
    assert imap.quiet_for(0.1)
    shell.type(CTRL_D)
    assert "LOGOUT" in imap.line().decode()
