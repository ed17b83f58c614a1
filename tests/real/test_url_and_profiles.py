"""URLs that name mail, and profiles, on a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from servers.server import Server

MESSAGE = "Subject: lens\n\nfirst line\nsecond line\n"


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment |= {"HOME": str(home), "PW": "secret"}
    done = subprocess.run(
        [sys.executable, "-m", "mailshell", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stdout + done.stderr
    return done


@pytest.fixture
def url(dovecot: Server, tmp_path: Path) -> str:
    """The URL of a server with a message, UID 1, in a mailbox with an umlaut."""
    (tmp_path / "m.eml").write_text(MESSAGE)
    base = f"imap://ana@localhost:{dovecot.imap}"
    lines = ["DELETE Hüte", "CREATE Hüte", f"APPEND Hüte @crlf:{tmp_path}/m.eml"]
    done = run(tmp_path, base, "--password-env", "PW", "-f", "-", stdin="\n".join(lines))
    assert "APPENDUID" in done.stdout
    return f"{base}/H%C3%BCte"


@pytest.mark.parametrize(
    ("rest", "commands", "shown"),
    [
        ("", ["EXAMINE H&APw-te"], "1 message exists"),
        (";UID=1", ["EXAMINE H&APw-te", "UID FETCH 1 BODY.PEEK[]"], "second line"),
        (";UID=1/;SECTION=TEXT/;PARTIAL=6.4", ["EXAMINE H&APw-te", "UID FETCH 1 BODY.PEEK[TEXT]<6.4>"], "line"),
        ("?SUBJECT%20lens", ["EXAMINE H&APw-te", "UID SEARCH SUBJECT lens"], "1 message, by UID"),
    ],
)
def test_what_a_url_names_is_opened(url: str, tmp_path: Path, rest: str, commands: list[str], shown: str) -> None:
    done = run(tmp_path, url + rest, "--password-env", "PW")
    assert done.returncode == 0, done.stderr
    assert [line.removeprefix("mailshell: = ") for line in done.stderr.splitlines()] == commands
    assert shown in done.stdout


def test_nothing_is_changed_by_it(url: str, tmp_path: Path) -> None:
    run(tmp_path, f"{url};UID=1", "--password-env", "PW")
    done = run(tmp_path, url, "--password-env", "PW", "-c", "FETCH 1 FLAGS")
    assert "\\Seen" not in done.stdout.rpartition("READ-ONLY")[2]
    assert "\\Recent" in done.stdout.rpartition("READ-ONLY")[2]


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (";UIDVALIDITY=1;UID=1", "the URL is out of date: its UIDVALIDITY is 1, and now it is "),
        (";UID=77", "no message in Hüte has the UID 77"),
        ("x", "EXAMINE H&APw-tex"),
    ],
)
def test_what_is_not_there(url: str, tmp_path: Path, rest: str, message: str) -> None:
    done = run(tmp_path, url + rest, "--password-env", "PW")
    assert done.returncode == 1
    # Dovecot names the mailbox in UTF-8, of which the linter tells behind it.
    assert message in done.stderr


def test_a_profile_with_tls_a_command_and_a_folder(dovecot: Server, tmp_path: Path) -> None:
    config = tmp_path / ".config" / "mailshell" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[profiles.work]\nurl = "imaps://ana@localhost:{dovecot.imaps}"\ncafile = "{dovecot.cafile}"\n'
        'password_command = "echo $PW"\nrecord = "~/recordings"\nreadonly = true\n'
        f'[profiles.untrusted]\nurl = "imap://ana@localhost:{dovecot.imap}"\ntls = "starttls"\npassword_env = "PW"\n'
        f'[profiles.pop]\nurl = "pop3://ana@localhost:{dovecot.pop3}"\ntls = "starttls"\ncafile = "{dovecot.cafile}"\n'
        "netrc = true\n"
    )
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine localhost login ana password secret\n")
    netrc.chmod(0o600)
    done = run(tmp_path, "work", "-c", "EXAMINE INBOX", "-c", "CREATE x", "-c", ".state")
    assert done.returncode == 2
    assert "certificate verified for localhost" in done.stdout
    assert done.stderr == (
        "mailshell: CREATE may change what the server keeps, and the session is readonly: only --yes sends it\n"
    )
    (recording,) = (tmp_path / "recordings").iterdir()
    assert "EXAMINE INBOX" in recording.read_text()
    assert "secret" not in recording.read_text()
    done = run(tmp_path, "profiles", "--check", "--login", "work", "pop")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "work: logged in as ana\npop: logged in as ana\n"
    assert run(tmp_path, "untrusted", "-c", "NOOP").returncode == 3
