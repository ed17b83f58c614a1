"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from replay_support import HERE, load
from servers.server import Server

TEST = """
import imaplib
import pytest

@pytest.mark.mailwire("session.mwire"{arguments})
def test_client(mailwire):
    assert mailwire.host == "127.0.0.1"
    assert mailwire.url.endswith(":%d" % mailwire.port)
    client = imaplib.IMAP4(mailwire.host, mailwire.port)
{body}
    client.logout()
"""
SESSION = """
    client.login("ana", "password")
    assert client.select("INBOX") == ("OK", [b"2"])
    client.fetch("1:2", "(UID FLAGS)")
    client.uid("FETCH", "5,7", "RFC822.SIZE")
"""


def run(folder: Path, *options: str, body: str = SESSION, arguments: str = "") -> tuple[int, str]:
    (folder / "test_it.py").write_text(TEST.format(body=body, arguments=arguments))
    command = [sys.executable, "-m", "pytest", "-p", "mailshell.pytest_plugin", "-q", "--strict-markers"]
    done = subprocess.run([*command, *options, str(folder)], capture_output=True, text=True, timeout=50, cwd=folder)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(HERE / "session.mwire", tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", ["", ', match="stateful", chunks="byte"'])
def test_a_test_that_plays_all_passes(folder: Path, arguments: str) -> None:
    status, output = run(folder, arguments=arguments)
    assert status == 0, output
    assert "1 passed" in output


def test_what_was_not_played_fails_the_test(folder: Path) -> None:
    status, output = run(folder, body="    client.login('ana', 'x')\n    client.logout = client.shutdown\n")
    assert status == 1
    assert "never played: SELECT INBOX" in output


def test_what_came_unexpected_fails_the_test(folder: Path) -> None:
    body = "    with pytest.raises(imaplib.IMAP4.abort):\n        client.login('ben', 'x1y2z3w4')\n    return\n"
    status, output = run(folder, body=body)
    assert status == 1
    assert "unexpected: expected LOGIN ana ⟦password⟧, and LOGIN ben ⟦password⟧ came" in output


def test_a_missing_recording_fails_the_test(folder: Path) -> None:
    (folder / "session.mwire").unlink()
    status, output = run(folder)
    assert status == 1
    assert "--mailwire-mode=once" in output
    assert run(folder, "--mailwire-mode=once")[0] == 1


def test_a_recording_is_made_once_and_rewritten(demo: Server, folder: Path) -> None:
    path = folder / "session.mwire"
    path.unlink()
    server = f"--mailwire-server=imap://127.0.0.1:{demo.imap}"
    body = f"    client.login({demo.user!r}, {demo.password!r})\n    client.select('INBOX')\n"
    status, output = run(folder, "--mailwire-mode=once", server, body=body)
    assert status == 0, output
    assert [step.name for step in load(path).steps[1:]] == ["CAPABILITY", "LOGIN", "SELECT", "LOGOUT"]
    first = path.read_bytes()
    # Now without the server.
    assert run(folder, body=body)[0] == 0
    assert run(folder, "--mailwire-mode=once", "--mailwire-server=imap://127.0.0.1:1", body=body)[0] == 0
    assert path.read_bytes() == first
    longer = body + "    client.check()\n"
    assert run(folder, body=longer)[0] == 1
    assert run(folder, "--mailwire-mode=rewrite", server, body=longer)[0] == 0
    assert run(folder, body=longer)[0] == 0
    assert not (folder / "session.old.mwire").exists()
    assert run(folder, "--mailwire-mode=all", server, body=longer)[0] == 0
    assert (folder / "session.old.mwire").exists()


def test_a_server_that_is_not_there_fails_the_test_and_keeps_the_recording(folder: Path) -> None:
    before = (folder / "session.mwire").read_bytes()
    status, output = run(folder, "--mailwire-mode=rewrite", "--mailwire-server=imap://127.0.0.1:1")
    assert status == 1
    assert "refused the connection" in output
    assert (folder / "session.mwire").read_bytes() == before
    assert not list(folder.glob(".*.new"))
