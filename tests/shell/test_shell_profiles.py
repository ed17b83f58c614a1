"""Profiles, URLs and the order of password sources, at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted_server import ScriptedServer
from terminal import TAB, Start

SECRET = "Tr0ub4dor&3"


def write_config(home: Path, text: str) -> None:
    path = home / "config" / "mailshell" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def greet(imap: ScriptedServer) -> None:
    imap.accept(b"* PREAUTH [CAPABILITY IMAP4rev1] ready")


def test_a_profile_asks_for_its_password(start: Start, imap: ScriptedServer, tmp_path: Path) -> None:
    write_config(tmp_path, f'[profiles.work]\nurl = "{imap.url("ana")}"\n')
    shell = start("work")
    imap.accept()
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{imap.port}: ")
    shell.enter(SECRET)
    imap.answer(f'LOGIN ana "{SECRET}"', b"OK in")
    shell.wait_for_prompt("authenticated> ")
    assert SECRET.encode() not in shell.raw


def test_asking_wins_over_a_command_of_the_profile(start: Start, imap: ScriptedServer, tmp_path: Path) -> None:
    write_config(tmp_path, f'[profiles.work]\nurl = "{imap.url("ana")}"\npassword_command = "echo wrong"\n')
    shell = start("work", "--ask-password")
    imap.accept()
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{imap.port}: ")
    shell.enter(SECRET)
    imap.answer(f'LOGIN ana "{SECRET}"', b"OK in")
    shell.wait_for_prompt("authenticated> ")


def test_stores_without_the_password_are_told_and_then_the_person_is_asked(
    start: Start, imap: ScriptedServer, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ben password wrong\n")
    (tmp_path / ".netrc").chmod(0o600)
    shell = start(
        imap.url("ana"), "--keyring", "--netrc", env={"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    )
    imap.accept()
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{imap.port}: ")
    keyring = shell.text.index("note: the keyring has no password for ana@127.0.0.1")
    netrc = shell.text.index("but of the user ben and not ana")
    assert keyring < netrc < shell.text.index("Password of ana")
    shell.enter(SECRET)
    imap.answer(f'LOGIN ana "{SECRET}"', b"OK in")
    shell.wait_for_prompt("authenticated> ")
    assert SECRET not in shell.everything


@pytest.mark.parametrize(("answer", "sent"), [("y", True), ("n", False), ("", False)])
def test_a_readonly_session_asks_before_a_change(
    start: Start, imap: ScriptedServer, tmp_path: Path, answer: str, sent: bool
) -> None:
    write_config(tmp_path, f'[profiles.work]\nurl = "{imap.url()}"\nreadonly = true\n')
    shell = start("work")
    greet(imap)
    shell.wait_for_prompt("authenticated> ")
    shell.enter("SELECT INBOX")
    shell.wait_for_prompt("SELECT may change what the server keeps (EXAMINE does not). Send it? [y/N] ")
    shell.enter(answer)
    if sent:
        imap.answer("SELECT INBOX", b"OK [READ-WRITE] open")
        shell.wait_for_prompt("INBOX> ")
    else:
        shell.wait_for("SELECT was not sent")
        assert imap.quiet_for(0.1)


def test_open_completes_and_opens_profiles(start: Start, imap: ScriptedServer, tmp_path: Path) -> None:
    write_config(tmp_path, f'[profiles.my-server]\nurl = "{imap.url()}"\n[profiles.my-server.aliases]\nn = "NOOP"\n')
    shell = start()
    shell.wait_for_prompt("not connected> ")
    shell.type(f".open my-{TAB}")
    shell.wait_for_prompt(".open my-server")
    shell.enter("")
    greet(imap)
    shell.wait_for_prompt("authenticated> ")
    shell.enter("n")
    imap.answer("NOOP", b"OK rested")
    shell.wait_for("OK rested")
    shell.enter(".open my-sever")
    shell.wait_for("there is no profile my-sever; did you mean my-server?")


def test_what_the_url_names_is_shown_as_the_commands_for_it(start: Start, imap: ScriptedServer) -> None:
    shell = start(f"{imap.url('ana')}/INBOX;UID=20;SECTION=TEXT")
    imap.accept()
    shell.wait_for_prompt(": ")
    shell.enter(SECRET)
    imap.log_in()
    imap.answer("EXAMINE INBOX", b"OK [READ-ONLY] open")
    tag = imap.expect(r"UID FETCH 20 BODY.PEEK\[TEXT\]")
    imap.send(b"* 1 FETCH (UID 20 BODY[TEXT] {5}\r\nhello)\r\n" + tag + b" OK fetched\r\n")
    shell.wait_for("= EXAMINE INBOX", "= UID FETCH 20 BODY.PEEK[TEXT]", "hello", "OK fetched")
    shell.wait_for_prompt("INBOX (read-only)> ")
    assert shell.text.index("connected to") < shell.text.index("= EXAMINE INBOX")


def test_a_server_that_goes_away_while_the_url_is_opened(start: Start, imap: ScriptedServer) -> None:
    shell = start(f"{imap.url()}/INBOX")
    greet(imap)
    imap.expect("EXAMINE INBOX")
    imap.close()
    shell.wait_for_prompt("> ")
    assert "Traceback" not in shell.everything
    assert "not connected" in shell.everything
