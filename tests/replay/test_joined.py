"""Recordings that began in the middle of a session: served, run again and compared from there."""

from __future__ import annotations

import base64
import imaplib
import os
import poplib
import subprocess
import sys
from pathlib import Path

import pytest
from replay_support import HERE, conversation, load, script, served
from servers.server import Server
from test_serve_live import fill, live_url

from mailshell.cli import main
from mailshell.replay.diff import compare
from mailshell.replay.script import Script
from mailshell.replay.serving.entry import Entry

SELECTED = {"state": "selected", "mailbox": "INBOX"}
#: The session of ``session.mwire`` from its third command on.
REST = (
    ("S", "* 2 FETCH (FLAGS (\\Seen))\r\n"),
    ("C", "a3 FETCH 1:2 (UID FLAGS)\r\n"),
    ("S", "* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n* 2 FETCH (UID 7 FLAGS ())\r\na3 OK done\r\n"),
    ("C", "a4 UID FETCH 5,7 RFC822.SIZE\r\n"),
    ("S", "* 1 FETCH (UID 5 RFC822.SIZE 100)\r\n* 2 FETCH (UID 7 RFC822.SIZE 200)\r\na4 OK done\r\n"),
    ("C", "a5 LOGOUT\r\n"),
    ("S", "* BYE\r\na5 OK bye\r\n"),
)
POP3 = (
    ("C", "STAT\r\n"),
    ("S", "+OK 1 120\r\n"),
    ("C", "QUIT\r\n"),
    ("S", "+OK bye\r\n"),
)
FETCH = b"1 FETCH 1:2 (UID FLAGS)\r\n2 UID FETCH 5,7 RFC822.SIZE\r\n3 LOGOUT\r\n"


def joined(**header: str) -> Script:
    return script("imap", *REST, **(header or SELECTED))


@pytest.mark.parametrize("match", ["lenient", "stateful"])
def test_a_client_that_logs_in_and_selects_is_served(match: str) -> None:
    with served(joined(), match=match) as server:
        client = imaplib.IMAP4("127.0.0.1", server.port, timeout=10)
        assert client.login("anybody", "any password") == ("OK", [b"logged in"])
        assert client.select("INBOX") == ("OK", [b"2"])
        # What came unasked before the first command comes before its answer.
        assert client.fetch("1:2", "(UID FLAGS)")[1][0] == b"2 (FLAGS (\\Seen))"
        assert client.uid("FETCH", "5,7", "RFC822.SIZE")[0] == "OK"
        client.logout()
    assert not server.report.count
    assert not server.report.missed


def test_a_client_that_does_not_log_in_is_served_too() -> None:
    with served(joined()) as server:
        said = conversation(server.port, FETCH)
    greeting = b"* OK [CAPABILITY IMAP4rev1] a recording that began in the middle of a session\r\n"
    assert said.startswith(greeting + b"* 2 FETCH")
    assert said.endswith(b"3 OK bye\r\n")


def test_strict_begins_with_the_first_command() -> None:
    with served(joined(), match="strict") as server:
        said = conversation(server.port, b"1 FETCH 1:2 (UID FLAGS)\r\n2 UID FETCH 5,7 RFC822.SIZE\r\n3 LOGOUT\r\n")
        assert said.startswith(b"* PREAUTH ")
        assert said.endswith(b"3 OK bye\r\n")
        assert b"BYE expected FETCH" in conversation(server.port, b"1 LOGIN a b\r\n")


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        (b"1 AUTHENTICATE PLAIN\r\nAGEAYg==\r\n", b"+ \r\n1 OK logged in\r\n"),
        (b"1 AUTHENTICATE PLAIN AGEAYg==\r\n", b"1 OK logged in\r\n"),
        (b"1 AUTHENTICATE LOGIN\r\nYQ==\r\nYg==\r\n", b"+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n1 OK logged in\r\n"),
        (b"1 AUTHENTICATE PLAIN\r\n*\r\n", b"+ \r\n1 BAD cancelled\r\n"),
        (
            b"1 AUTHENTICATE SCRAM-SHA-1\r\n",
            b"1 NO this recording is entered by LOGIN or AUTHENTICATE PLAIN\r\n",
        ),
        (b"1 LOGIN {1}\r\na {1}\r\nb\r\n", b"+ OK\r\n+ OK\r\n1 OK logged in\r\n"),
        (b"1 SELECT {5+}\r\ninbox\r\n", b"1 OK [READ-WRITE] "),
        (b"1 EXAMINE inbox\r\n", b"* 2 EXISTS\r\n* OK [UIDVALIDITY 1] made up\r\n1 OK [READ-ONLY] "),
        (b"1 SELECT Other\r\n", b"1 NO this recording began in the mailbox INBOX\r\n"),
        (b"1 CREATE A\r\n", b"BYE expected FETCH 1:2 (UID FLAGS), and CREATE A came\r\n"),
        (b"1 CAPABILITY\r\n", b"* CAPABILITY IMAP4rev1\r\n1 OK CAPABILITY completed\r\n"),
    ],
)
def test_ways_in(sent: bytes, answers: bytes) -> None:
    with served(joined()) as server:
        assert answers in conversation(server.port, sent)


def test_cram_md5_has_a_challenge() -> None:
    with served(joined()) as server:
        said = conversation(server.port, b"1 AUTHENTICATE CRAM-MD5\r\nYSBi\r\n").split(b"\r\n")
    assert base64.b64decode(said[1][2:]).startswith(b"<")
    assert said[2] == b"1 OK logged in"


def test_pop3_is_entered_by_user_and_pass() -> None:
    with served(script("pop3", *POP3, state="transaction")) as server:
        client = poplib.POP3("127.0.0.1", server.port, timeout=10)
        assert client.user("anybody") == b"+OK"
        assert client.pass_("anything") == b"+OK logged in"
        assert client.stat() == (1, 120)
        client.quit()
    assert not server.report.count


def test_before_the_login_there_is_only_a_greeting() -> None:
    said = (("C", "1 NOOP\r\n"), ("S", "1 OK\r\n"))
    with served(script("imap", *said, state="not authenticated")) as server:
        assert conversation(server.port, b"x NOOP\r\n").endswith(b"session\r\nx OK\r\n")
        assert b"BYE expected NOOP" in conversation(server.port, b"x LOGIN a b\r\n")


@pytest.mark.parametrize(
    ("protocol", "answer", "sent", "heard"),
    [
        ("imap", "z OK [CAPABILITY IMAP4rev1] in\r\n", b"x LOGIN a b\r\n", b"\r\nx OK [CAPABILITY IMAP4rev1] in"),
        ("pop3", "+OK Logged in.\r\n", b"USER a\r\nPASS b\r\n", b"\r\n+OK\r\n+OK Logged in.\r\n"),
    ],
)
def test_the_recorded_answer_to_the_login_is_played(protocol: str, answer: str, sent: bytes, heard: bytes) -> None:
    """The log of a server begins with it."""
    first = "x NOOP" if protocol == "imap" else "NOOP"
    played = script(protocol, ("S", answer), ("C", f"{first}\r\n"), ("S", "+OK\r\n"), state="logged in")
    with served(played) as server:
        assert heard in conversation(server.port, sent)


def test_what_is_made_up_is_told() -> None:
    (lenient,) = Entry(joined(), strict=False).notes()
    assert "until its first command (FETCH 1:2 (UID FLAGS)) the answers are made up" in lenient
    assert "SELECT INBOX gives 2 EXISTS" in lenient
    (strict,) = Entry(joined(), strict=True).notes()
    assert strict.endswith("a client begins with FETCH 1:2 (UID FLAGS)")
    notes = list(Entry(joined(state="authenticated", tls="starttls"), strict=False).notes())
    assert notes[1] == "TLS had begun before the recording, and it is served without"


@pytest.mark.parametrize(
    ("said", "messages"),
    [
        (["* 3 FETCH (FLAGS ())", "* 9 EXISTS"], 3),
        (["* 9 EXISTS", "* 12 FETCH (FLAGS ())"], 9),
        (["* OK"], 0),
    ],
)
def test_how_many_messages_there_were(said: list[str], messages: int) -> None:
    assert script("imap", *(("S", f"{line}\r\n") for line in said), **SELECTED).messages == messages


def write(path: Path, *, end: int | None = None) -> Path:
    """``session.mwire`` without what came before its third command."""
    lines = (HERE / "session.mwire").read_text().splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if "FETCH 1:2" in line)
    header = lines[0].replace('"tls"', '"state": "selected", "mailbox": "INBOX", "tls"')
    path.write_text("".join([header, *lines[start:end]]))
    return path


@pytest.mark.parametrize(("options", "opened"), [([], "EXAMINE"), (["--allow-writes"], "SELECT")])
def test_run_again_from_there(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    opened: str,
) -> None:
    monkeypatch.setenv("PW", "any")
    path = write(tmp_path / "rest.mwire")
    whole = [
        ("S", "* OK [CAPABILITY IMAP4rev1] ready\r\n"),
        ("C", "1 LOGIN ana ⟦password#1⟧\r\n"),
        ("S", "1 OK in\r\n"),
        ("C", f"2 {opened} INBOX\r\n"),
        ("S", "* 2 EXISTS\r\n2 OK\r\n"),
        *REST[1:],
    ]
    with served(script("imap", *whole)) as server:
        status = main(["rerun", str(path), server.url, "--user", "ana", "--password-env", "PW", *options])
    assert not server.report.count
    assert not server.report.missed
    output = capsys.readouterr()
    assert status == 0, output.out
    assert output.err.endswith(f"sent first: the login, {opened} INBOX\n")


@pytest.mark.parametrize(
    ("server", "options", "status", "words"),
    [
        ("1 NO go away\r\n", ["--user", "ana"], 4, "the login was refused: go away"),
        ("1 OK in\r\n", ["--user", "ana"], 4, "behind EXAMINE INBOX, which the server refuses: no such"),
        ("1 OK in\r\n", [], 2, "give --user"),
    ],
)
def test_no_way_to_where_it_began(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    server: str,
    options: list[str],
    status: int,
    words: str,
) -> None:
    monkeypatch.setenv("PW", "any")
    path = write(tmp_path / "rest.mwire")
    whole = [("S", "* OK\r\n"), ("C", "1 LOGIN ana ⟦p⟧\r\n"), ("S", server), ("C", "2 EXAMINE INBOX\r\n")]
    with served(script("imap", *whole, ("S", "2 NO no such\r\n"))) as live:
        assert main(["rerun", str(path), live.url, "--password-env", "PW", *options]) == status
    output = capsys.readouterr()
    assert words in output.out + output.err


def test_compared_with_a_whole_session(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "rest.mwire")
    for one, other in ((path, HERE / "session.mwire"), (HERE / "session.mwire", path)):
        assert main(["diff", str(one), str(other)]) == 0
        output = capsys.readouterr()
        assert output.out == ""
        assert "the first 2 commands of the other, which came to it, and its greeting are not compared" in output.err
    assert main(["diff", str(path), str(write(tmp_path / "shorter.mwire", end=-3))]) == 1
    assert capsys.readouterr().err == ""


def test_two_that_began_there_have_no_greeting_to_compare() -> None:
    assert compare(joined(), load(HERE / "session.mwire")).notes
    assert not list(compare(joined(), joined()).report())


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("security", ["clear", "starttls"])
def test_recorded_from_the_middle_on_a_live_server(
    dovecot: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], protocol: str, security: str
) -> None:
    fill(dovecot)
    path = tmp_path / "rest.mwire"
    before, after, end = {
        "imap": (["SELECT INBOX"], ["FETCH 1 (UID FLAGS BODY.PEEK[])", "UID SEARCH ALL"], "LOGOUT"),
        "pop3": (["STAT"], ["LIST", "RETR 1"], "QUIT"),
    }[protocol]
    lines = [option for line in [*before, f".record {path}", *after, end] for option in ("-c", line)]
    command = [sys.executable, "-m", "mailshell", *dovecot.arguments(protocol, security), *lines]
    environment = {**os.environ, "PW": dovecot.password}
    done = subprocess.run(command, capture_output=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    url = live_url(dovecot, protocol, security).replace("://", f"://{dovecot.user}:{dovecot.password}@")
    status = main(["rerun", str(path), url, "--cafile", str(dovecot.cafile)])
    output = capsys.readouterr()
    assert status == 0, output.out
    first = [*(["STARTTLS" if protocol == "imap" else "STLS"] if security == "starttls" else []), "the login"]
    assert ", ".join(first) in output.err
    with served(load(path)) as server:
        lines = [option for line in [*before[: protocol == "imap"], *after] for option in ("-c", line)]
        command = [sys.executable, "-m", "mailshell", f"{protocol}://ana@127.0.0.1:{server.port}", *lines]
        done = subprocess.run([*command, "--password-env", "PW"], capture_output=True, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr
    assert not server.report.count
    assert server.report.unplayed in ([], [end])
