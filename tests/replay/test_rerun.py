"""Recordings run again: against a live server, and against a served recording whose UIDs are others."""

from __future__ import annotations

import imaplib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from replay_support import HERE, load, recorded, script, served
from servers.server import Server
from test_serve_live import fill, live_url

from mailshell.exits import Exit, UsageError
from mailshell.modes.rerun import main
from mailshell.protocol.events import Line, Side
from mailshell.replay.request import Request, RequestReader
from mailshell.replay.rerun_binding import Bindings

SESSION = HERE / "session.mwire"
#: The same session on a server with other UIDs.
OTHER = (
    ("S", "* OK [CAPABILITY IMAP4rev1 UIDPLUS] mail.example.org ready\r\n"),
    ("C", "a1 LOGIN ana ⟦password#1⟧\r\n"),
    ("S", "a1 OK welcome\r\n"),
    ("C", "a2 SELECT INBOX\r\n"),
    ("S", "* FLAGS (\\Answered \\Seen)\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 99] x\r\n* OK [UIDNEXT 80] x\r\n"),
    ("S", "a2 OK [READ-WRITE] done\r\n"),
    ("C", "a3 FETCH 1:2 (UID FLAGS)\r\n"),
    ("S", "* 1 FETCH (UID 50 FLAGS (\\Seen))\r\n* 2 FETCH (UID 70 FLAGS ())\r\na3 OK\r\n"),
    ("C", "a4 UID FETCH 50,70 RFC822.SIZE\r\n"),
    ("S", "* 1 FETCH (UID 50 RFC822.SIZE 100)\r\n* 2 FETCH (UID 70 RFC822.SIZE 200)\r\na4 OK\r\n"),
    ("C", "a5 LOGOUT\r\n"),
    ("S", "* BYE\r\na5 OK\r\n"),
)


def test_uids_are_bound(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "any")
    with served(script("imap", *OTHER)) as server:
        status = main([str(SESSION), server.url, "--password-env", "PW"])
    assert not server.report.count
    assert not server.report.unplayed
    assert status is Exit.OK
    assert capsys.readouterr().out == "expected to differ: FETCH UID, UIDNEXT, UIDVALIDITY\n"


def test_differences_are_reported(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "any")
    changed = [(side, text.replace("* 2 EXISTS", "* 3 EXISTS")) for side, text in OTHER]
    with served(script("imap", *changed)) as server:
        assert main([str(SESSION), server.url, "--password-env", "PW"]) is Exit.REFUSED
    assert capsys.readouterr().out.startswith("  SELECT INBOX\n-   EXISTS 2\n+   EXISTS 3\n")


def test_what_is_not_sent_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "any")
    with served(script("imap", *OTHER[:6])) as server:
        assert main([str(SESSION), server.url, "--password-env", "PW"]) is Exit.REFUSED
    assert "note: FETCH 1:2 (UID FLAGS): the server closed the connection" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["imap://127.0.0.1:1"], "a password is needed"),
        (["pop3://127.0.0.1:1"], "one of imap"),
        (["gopher://x"], "gopher"),
        (["imap://127.0.0.1:1", "--timeout", "0"], "--timeout"),
    ],
)
def test_rerun_wrong_usage(arguments: Sequence[str], words: str) -> None:
    with served(script("imap", *OTHER)) as server, pytest.raises(UsageError, match=words):
        main([str(SESSION), *(argument.replace(":1", f":{server.port}") for argument in arguments)])


@pytest.mark.parametrize("security", ["clear", "tls", "starttls"])
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_on_a_live_server(
    dovecot: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], protocol: str, security: str
) -> None:
    fill(dovecot)
    file = tmp_path / "session.mwire"
    lines = {
        "imap": ["SELECT INBOX", "FETCH 1 (UID FLAGS BODY.PEEK[])", "IDLE 0.2"],
        "pop3": ["CAPA", "STAT", "RETR 1"],
    }
    options = [option for line in lines[protocol] for option in ("-c", line)]
    command = [sys.executable, "-m", "mailshell", *dovecot.arguments(protocol, security), "--record", str(file)]
    environment = {**os.environ, "PW": dovecot.password}
    done = subprocess.run([*command, *options], capture_output=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    url = live_url(dovecot, protocol, security).replace("://", f"://{dovecot.user}:{dovecot.password}@")
    status = main([str(file), url, "--cafile", str(dovecot.cafile)])
    output = capsys.readouterr().out
    assert status is Exit.OK, output
    assert dovecot.password not in output


def test_writes_have_to_be_allowed(
    dovecot: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "session.mwire"
    with recorded(live_url(dovecot, "imap", "clear"), file) as proxy:
        client = imaplib.IMAP4("127.0.0.1", proxy.port)
        client.login(dovecot.user, dovecot.password)
        client.create("Again")
        client.append("Again", "", "", b"Subject: once\r\n\r\nmore\r\n")
        client.select("Again")
        (uids,) = client.uid("SEARCH", "ALL")[1]
        client.uid("STORE", uids.decode(), "+FLAGS", "(\\Deleted)")
        client.expunge()
        client.close()
        client.delete("Again")
        client.logout()
    monkeypatch.setenv("PW", dovecot.password)
    arguments = [str(file), live_url(dovecot, "imap", "clear"), "--password-env", "PW"]
    with pytest.raises(UsageError, match="--allow-writes"):
        main(arguments)
    status = main([*arguments, "--allow-writes"])
    output = capsys.readouterr().out
    assert status is Exit.OK, output
    assert "APPENDUID" in output


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_sasl_is_done_anew(
    dovecot: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], protocol: str, mechanism: str
) -> None:
    file = tmp_path / "session.mwire"
    command = [sys.executable, "-m", "mailshell", *dovecot.arguments(protocol, "clear"), "--record", str(file)]
    verb = "AUTHENTICATE" if protocol == "imap" else "AUTH"
    options = ["--no-login", "-c", f"{verb} {mechanism}", "-c", "NOOP"]
    environment = {**os.environ, "PW": dovecot.password}
    done = subprocess.run([*command, *options], capture_output=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    url = live_url(dovecot, protocol, "clear")
    credentials = url.replace("://", f"://{dovecot.user}:{dovecot.password}@")
    assert main([str(file), credentials]) is Exit.OK, capsys.readouterr().out
    wrong = url.replace("://", f"://{dovecot.user}:wrong1234@")
    assert main([str(file), wrong]) is Exit.REFUSED
    output = capsys.readouterr().out
    assert "+   completion" in output
    assert "wrong1234" not in output


def _request(line: bytes) -> Request:
    return RequestReader("imap").line(Line(Side.CLIENT, line, 0))


def test_sets_are_bound_number_by_number() -> None:
    recorded_, live = load(SESSION), script("imap", *OTHER)
    bindings = Bindings()
    bindings.learn(recorded_.steps[2], live.steps[2], "")
    bindings.learn(recorded_.steps[3], live.steps[3], "INBOX")
    apply = bindings.apply
    assert apply(_request(b"t UID FETCH 5:7,9,* (UID 5)\r\n"), "INBOX") == [b" UID FETCH 50:70,9,* (UID 5)\r\n"]
    assert apply(_request(b"t UID FETCH 5 X\r\n"), "Other") == [b" UID FETCH 5 X\r\n"]
    assert apply(_request(b"t SEARCH UID 5 LARGER 5\r\n"), "INBOX") == [b" SEARCH UID 50 LARGER 5\r\n"]
    assert apply(_request(b"t SELECT A (QRESYNC (17 5))\r\n"), "") == [b" SELECT A (QRESYNC (99 5))\r\n"]
    assert apply(_request(b"t FETCH 5 UID\r\n"), "INBOX") == [b" FETCH 5 UID\r\n"]
