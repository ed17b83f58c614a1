"""Aliases in the shell: kept for the next one, shown before they run, and no way for a secret into the history."""

from __future__ import annotations

from pathlib import Path

from scripted_server import ScriptedServer
from terminal import CTRL_D, Start

READY = b"* PREAUTH [CAPABILITY IMAP4rev1 IDLE] ready"


def test_an_alias_is_there_in_the_next_shell(start: Start, imap: ScriptedServer, tmp_path: Path) -> None:
    first = start()
    first.wait_for_prompt("not connected> ")
    first.enter(".alias peek = EXAMINE ${1:-INBOX} ; SEARCH $2")
    first.wait_for("peek = EXAMINE ${1:-INBOX} ; SEARCH $2, kept in")
    first.type(CTRL_D)
    assert first.wait_for_end() == 0
    assert (tmp_path / "config" / "mailshell" / "aliases.toml").exists()
    shell = start(imap.url())
    imap.accept(READY)
    shell.wait_for_prompt("authenticated> ")
    shell.type("peek Drafts UNSEEN")
    shell.wait_for("peek = EXAMINE ${1:-INBOX} ; SEARCH $2")
    shell.enter("")
    imap.answer("EXAMINE Drafts", b"OK [READ-ONLY] examined", b"* 1 EXISTS\r\n")
    imap.answer("SEARCH UNSEEN", b"OK searched", b"* SEARCH 1\r\n")
    shell.wait_for("= EXAMINE Drafts", "= SEARCH UNSEEN", "OK searched")
    shell.wait_for_prompt("Drafts (read-only)> ")
    shell.enter("peek")
    shell.wait_for("peek needs 2 arguments, $2 is missing")
    assert imap.quiet_for(0.1)


def test_a_secret_given_to_an_alias_is_not_kept(start: Start, imap: ScriptedServer, history_file: Path) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt("not authenticated> ")
    shell.enter(".alias in = LOGIN $*")
    shell.wait_for("kept in")
    shell.enter("in ana geheim1")
    imap.log_in()
    shell.wait_for("= LOGIN ana ⟦password⟧")
    shell.wait_for_prompt(" authenticated> ")
    shell.enter(".history")
    shell.wait_for("in ⟦arguments⟧")
    assert "geheim1" not in history_file.read_text()
    assert "geheim1" not in shell.everything.replace("> in ana geheim1", "")


def test_time_is_told_after_each_command(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(READY)
    shell.wait_for_prompt("authenticated> ")
    shell.enter(".time on")
    shell.wait_for("how long a command took is shown after it")
    assert "first octet after" not in shell.text
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK done")
    shell.wait_for(" ms (first octet after ", " octets received")


def test_what_an_alias_would_keep_is_in_no_file(
    start: Start, imap: ScriptedServer, history_file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "config" / "mailshell"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text("[aliases]\na1 = 'NOOP'\nlg = 'LOGIN $1 $2'\n")
    shell = start(imap.url())
    imap.accept()
    shell.wait_for("note: ", "a1 looks like a tag, so that it can't be an alias")
    shell.wait_for_prompt("not authenticated> ")
    typed = (".alias me = NOOP ; lg ana geheim1", ".alias me LOGIN ana geheim1", "x = f(M.login('ana', 'geheim1'))")
    for line in (*typed, "b1 lg ana geheim1"):
        shell.enter(line)
    shell.wait_for("an alias takes no tag: leave b1 out")
    shell.enter(".history")
    shell.wait_for("b1 lg ⟦arguments⟧")
    assert "geheim1" not in history_file.read_text()
    assert not (folder / "aliases.toml").exists()
    assert imap.quiet_for(0.1)
