"""The prompt tells host, user, protocol, TLS or its absence, state and mailbox."""

from __future__ import annotations

from pathlib import Path

import trustme
from scripted_server import ScriptedServer
from terminal import CTRL_D, Start


def test_not_connected(start: Start) -> None:
    shell = start()
    shell.wait_for_prompt("not connected> ")
    assert ".open URL connects" in shell.text


def test_not_connected_says_insecure(start: Start) -> None:
    shell = start("--insecure")
    shell.wait_for_prompt("not connected INSECURE> ")


def test_imap_from_greeting_to_logout(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    where = f"127.0.0.1:{imap.port} imap/clear"
    shell.wait_for_prompt(f"{where} not authenticated> ")
    shell.enter("LOGIN ana geheim1")
    imap.log_in()
    shell.wait_for_prompt(f"ana@{where} authenticated> ")
    shell.enter("SELECT INBOX")
    imap.answer("SELECT INBOX", b"OK [READ-WRITE] done", b"* 2 EXISTS\r\n")
    shell.wait_for_prompt(f"ana@{where} INBOX> ")
    shell.enter("EXAMINE Entw&APw-rfe")
    imap.answer("EXAMINE Entw&APw-rfe", b"OK [READ-ONLY] done", b"* 2 EXISTS\r\n")
    shell.wait_for_prompt(f"ana@{where} Entwürfe (read-only)> ")
    shell.enter("LOGOUT")
    imap.answer("LOGOUT", b"OK done", b"* BYE bye\r\n")
    shell.wait_for_prompt("not connected> ")


def test_pop3_states_and_deletions(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url())
    pop3.accept()
    where = f"127.0.0.1:{pop3.port} pop3/clear"
    shell.wait_for_prompt(f"{where} authorization> ")
    shell.enter("USER ana")
    pop3.answer("USER ana", b"+OK")
    shell.wait_for_prompt(f"{where} authorization> ")
    shell.enter("PASS geheim1")
    pop3.answer("PASS geheim1", b"+OK")
    shell.wait_for_prompt(f"ana@{where} transaction> ")
    shell.enter("DELE 2")
    pop3.answer("DELE 2", b"+OK")
    shell.wait_for_prompt(f"ana@{where} transaction, 1 to delete> ")


def test_tls_and_insecure(start: Start, imap: ScriptedServer, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    imap.use_tls(authority.issue_cert("localhost"))
    shell = start(f"imaps://localhost:{imap.port}", "--cafile", str(tmp_path / "ca.pem"))
    imap.accept()
    shell.wait_for_prompt(f"localhost:{imap.port} imap/TLS not authenticated> ")
    careless = start(f"imaps://localhost:{imap.port}", "--insecure")
    imap.accept()
    careless.wait_for_prompt(f"localhost:{imap.port} imap/TLS,INSECURE not authenticated> ")
    careless.enter("SELECT INBOX")
    imap.answer("SELECT INBOX", b"OK [READ-WRITE] done", b"* 2 EXISTS\r\n")
    careless.wait_for_prompt("imap/TLS,INSECURE INBOX> ")


def test_insecure_in_the_clear(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url("ana"), "--insecure")
    pop3.accept()
    shell.wait_for_prompt(f"INSECURE Password of ana at 127.0.0.1:{pop3.port}: ")
    shell.enter("geheim1")
    pop3.log_in()
    shell.wait_for_prompt("pop3/clear,INSECURE transaction> ")
    shell.enter("DELE 1")
    pop3.answer("DELE 1", b"+OK")
    shell.wait_for_prompt("pop3/clear,INSECURE transaction, 1 to delete> ")
    shell.type(CTRL_D)
    shell.wait_for_prompt("[s]tay? ")
    assert "INSECURE 1 message is marked for deletion" in shell.text


def test_raw_mode_and_trace_level(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept()
    shell.wait_for_prompt()
    shell.enter(".raw on")
    shell.wait_for_prompt("RAW> ")
    shell.enter(".raw off")
    shell.wait_for_prompt("not authenticated> ")
    shell.enter(".debug 2")
    shell.wait_for(" debug 2 ")


def test_a_hostile_name_is_cut_and_escaped(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"* PREAUTH ready")
    shell.wait_for_prompt("authenticated> ")
    name = "x\u202ey" + "z" * 3000
    shell.enter(f".raw a7 SELECT {name}\\r\\n")
    shell.wait_for("z" * 50)
    imap.answer("SELECT .*", b"OK done", b"* 0 EXISTS\r\n")
    shell.wait_for("imap/clear x\\u202eyzzz", "zzz…")
    shell.wait(lambda: shell.typed == "> ", "a prompt on a row of its own")


def test_narrow_terminal_and_resize(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url(), columns=40, rows=12)
    imap.accept()
    shell.wait_for(f"127.0.0.1:{imap.port} imap/clear not")
    shell.wait(lambda: shell.typed == "> ", "a prompt on a row of its own")
    shell.type("NOO")
    for columns, rows in ((20, 5), (3, 2), (120, 40), (60, 20)):
        shell.resize(columns, rows)
        imap.send(b"* 5 EXISTS\r\n")
    shell.type("P")
    shell.wait(lambda: shell.typed.endswith("NOOP"), "what was typed")
    shell.enter("")
    imap.answer("NOOP", b"OK still here")
    shell.wait_for("OK still here")
    shell.wait_for_prompt()
