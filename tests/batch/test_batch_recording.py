"""Recording a run: ``--record``, ``.record``, ``.mark`` and ``.note``; and ``mailshell show``, which reads it again."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from batch_support import PLAIN_IMAP, PREAUTH, Serve, inside, lines, spawn
from playbook import Script

from mailshell.recording.octets import Mask
from mailshell.recording.reader import Record, open_recording

SESSION = [f"S: {PREAUTH}", "C: a1 NOOP\nS: * 3 EXISTS\nS: a1 OK done", "LOGOUT"]


def read(path: Path) -> list[Record]:
    return list(open_recording(path))


def octets(path: Path, side: str) -> bytes:
    return b"".join(
        piece if isinstance(piece, bytes) else str(piece).encode()
        for record in read(path)
        if record.kind == side
        for piece in record.pieces
    )


def test_a_run_is_recorded(serve: Serve, tmp_path: Path) -> None:
    server = serve(SESSION)
    outcome = inside(server.url(), "--record", str(tmp_path / "a"), *lines("NOOP"))
    assert outcome.status == 0
    path = tmp_path / "a.mwire"
    opened = open_recording(path)
    kinds = [record.kind for record in opened]
    assert kinds == ["connect", "S", "command", "C", "S", "C", "S", "end", "close"]
    assert opened.complete
    assert (opened.header.protocol, opened.header.host, opened.header.port) == ("imap", "127.0.0.1", server.port)
    assert octets(path, "C").startswith(b"a1 NOOP\r\n")
    assert b"* 3 EXISTS\r\na1 OK done\r\n" in octets(path, "S")
    assert path.stat().st_mode & 0o777 == 0o600


def test_recording_in_the_middle_of_a_session_says_so(serve: Serve, tmp_path: Path) -> None:
    server = serve([f"S: {PREAUTH}", "C: a1 SELECT INBOX\nS: a1 OK in", "C: a2 NOOP\nS: a2 OK done", "LOGOUT"])
    path = tmp_path / "a.mwire"
    commands = ["SELECT INBOX", f".record {path}", "NOOP", ".mark here", ".note all is well", ".record off", ".record"]
    outcome = inside(server.url(), *lines(*commands))
    assert outcome.status == 0
    assert f"recording to {path}; .record off ends it" in outcome.out
    assert f"recorded in {path}" in outcome.out
    assert outcome.out.rstrip().endswith("nothing is recorded; .record FILE begins")
    header = open_recording(path).header
    assert (header.state, header.mailbox) == ("selected", "INBOX")
    records = read(path)
    assert [record.text("text") for record in records if record.kind in ("mark", "note")] == ["here", "all is well"]
    assert octets(path, "C") == b"a2 NOOP\r\n"
    assert records[-1].kind == "close"
    shown = inside("show", str(path), "-d", "2").out
    assert "S:  a2 OK done" in shown
    assert "S:!" not in shown


def test_an_existing_file_is_not_touched(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    path.write_text("mine")
    outcome = inside("imap://127.0.0.1:1", "--record", str(path), *lines("NOOP"))
    assert outcome.status == 2
    assert f"{path} is there already, and a recording never overwrites a file" in outcome.err
    assert path.read_text() == "mine"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    outcome = inside("imap://127.0.0.1:1", "--record", str(tmp_path / "no" / "a"), *lines("NOOP"))
    assert outcome.status == 2
    assert "can't be made: no such file or directory" in outcome.err


def test_secrets_are_masked_and_unsafe_raw_does_not(serve: Serve, tmp_path: Path) -> None:
    script: Script = [f"S: {PLAIN_IMAP}", "C: a1 LOGIN ana hunter22\nS: a1 NO hunter22 is wrong", "LOGOUT"]
    inside(serve(script).url(), "--record", str(tmp_path / "a"), *lines("LOGIN ana hunter22"))
    path = tmp_path / "a.mwire"
    assert "hunter22" not in path.read_text()
    assert Mask("password#1") in next(record for record in read(path) if record.kind == "C").pieces
    inside(serve(script).url(), "--record", str(tmp_path / "a"), "--unsafe-raw", *lines("LOGIN ana hunter22"))
    assert "hunter22" in (tmp_path / "a.secret.mwire").read_text()
    assert open_recording(tmp_path / "a.secret.mwire").header.redaction == "unsafe-raw"


def test_a_second_session_has_a_file_of_its_own(serve: Serve, tmp_path: Path) -> None:
    server = serve(SESSION, SESSION)
    outcome = inside(server.url(), "--record", str(tmp_path / "a"), *lines("NOOP", f".open {server.url()}", "NOOP"))
    assert outcome.status == 0
    for name in ("a.mwire", "a-2.mwire"):
        assert octets(tmp_path / name, "C").startswith(b"a1 NOOP\r\n")
        assert read(tmp_path / name)[-1].kind == "close"


def test_show_gives_the_trace_again(serve: Serve, tmp_path: Path) -> None:
    inside(serve(SESSION).url(), "--record", str(tmp_path / "a"), *lines("NOOP", ".mark here"))
    outcome = inside("show", str(tmp_path / "a.mwire"), "-d", "2")
    assert outcome.status == 0
    assert "> NOOP\nC:  a1 NOOP\nS:  * 3 EXISTS\nS:  a1 OK done\n" in outcome.out
    assert "--- mark: here" in outcome.out
    explained = inside("show", str(tmp_path / "a.mwire"), "-d", "2", "--explain")
    assert "the mailbox holds 3 messages now" in explained.out
    canonical = inside("show", str(tmp_path / "a.mwire"), "--canonical")
    assert canonical.out.splitlines()[1:4] == ["C: T1 NOOP", "S: * 3 EXISTS", "S: T1 OK done"]
    python = inside("show", str(tmp_path / "a.mwire"), "-d", "4", "--trace-style", "imaplib")
    assert "> b'a1 NOOP'" in python.out


@pytest.mark.parametrize("command", ["show", "replay"])
@pytest.mark.parametrize(
    ("contents", "words"),
    [(None, "can't be read"), ("nothing\n", "this is no recording"), ("", "this is no recording")],
)
def test_what_is_no_recording(command: str, contents: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    if contents is not None:
        path.write_text(contents)
    outcome = inside(command, str(path))
    assert outcome.status == 2
    assert words in outcome.err
    assert len(outcome.messages) == 1


def test_control_octets_of_a_recording_never_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    path.write_text(
        '{"mailwire":1,"protocol":"imap","host":"\\u001b[31m","title":"\\u0007"}\n'
        '{"k":"S","dt":0,"u8":"* OK \\u001b]0;evil\\u0007\\r\\n"}\n{"k":"note","dt":0,"text":"\\u001b[2J"}\n'
        '{"k":"connect","dt":0,"peer":"\\u001b[1m"}\n{"k":"end","dt":0,"by":"x","how":"\\u001b[5m"}\n'
    )
    for arguments in (["show", str(path), "-d", "5"], ["replay", str(path), "--speed", "1000"]):
        assert "\x1b" not in inside(*arguments).out


def test_a_killed_run_leaves_what_it_had(serve: Serve, tmp_path: Path) -> None:
    server = serve([f"S: {PREAUTH}", "C: a1 NOOP\nS: * 3 EXISTS\nSTALL"])
    process = spawn(server.url(), "--record", str(tmp_path / "a"), *lines("NOOP"))
    server.wait_for(b"NOOP")
    path = tmp_path / "a.mwire"
    while b"EXISTS" not in (path.read_bytes() if path.exists() else b""):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    opened = open_recording(path)
    assert [record.kind for record in opened][-1] == "S"
    assert not opened.complete
