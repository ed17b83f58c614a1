"""Makes the recordings of this folder anew, with mailshell, on real servers; and the index in README.md.

    python recordings/make.py [NAME ...]      (default: all; needs Dovecot, Cyrus and the demo, see tests/servers)

What is recorded stands in ``sessions.toml``: for each a title, a server, and the lines that are typed. Misbehaviours
are played by a scripted server, as ``tests/playbook.py`` has it; ``O: `` sends octets with Python's escapes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "tests"))

from playbook import PlaybookServer, Script  # noqa: E402
from servers.cyrus import start_cyrus  # noqa: E402
from servers.demo import start_demo  # noqa: E402
from servers.dovecot import start_dovecot  # noqa: E402
from servers.server import Server  # noqa: E402

from mailshell.recording.reader import open_recording  # noqa: E402

STARTS: dict[str, Callable[[], Server]] = {"dovecot": start_dovecot, "cyrus": start_cyrus, "demo": start_demo}
MESSAGES = (
    b"From: Ana <ana@example.org>\r\nTo: ben@example.net\r\nSubject: Lunch on Friday?\r\n"
    b"Date: Fri, 20 Nov 2026 09:15:00 +0100\r\nMessage-ID: <lunch-1@example.org>\r\n\r\n"
    b"At noon, as always?\r\n.\r\nAna\r\n",
    b"From: Ben <ben@example.net>\r\nTo: ana@example.org\r\nSubject: Re: Lunch on Friday?\r\n"
    b"Date: Fri, 20 Nov 2026 10:02:00 +0100\r\nMessage-ID: <lunch-2@example.net>\r\n"
    b"In-Reply-To: <lunch-1@example.org>\r\nReferences: <lunch-1@example.org>\r\n\r\nYes. Bring the photos!\r\n",
    b"From: =?utf-8?q?J=C3=B6rg?= <joerg@example.net>\r\nTo: ana@example.org\r\n"
    b"Subject: =?utf-8?q?Fotos_von_der_W=C3=BCste?=\r\nDate: Fri, 20 Nov 2026 11:40:00 +0100\r\n"
    b"Message-ID: <photos@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n"
    b"--cut\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"Sch\xc3\xb6n, oder?\r\n"
    b"--cut\r\nContent-Type: image/png; name=dune.png\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename=dune.png\r\n\r\niVBORw0KGgo=\r\n--cut--\r\n",
)


def sessions() -> list[dict[str, Any]]:
    """The table, in its order."""
    with (FOLDER / "sessions.toml").open("rb") as file:
        table: list[dict[str, Any]] = tomllib.load(file)["session"]
        return table


def fill(server: Server) -> None:
    """Put the sample messages into INBOX, once for each server."""
    import imaplib

    with imaplib.IMAP4("127.0.0.1", server.imap) as imap:
        imap.login(server.user, server.password)
        for message in MESSAGES:
            status, answer = imap.append("INBOX", None, '"20-Nov-2026 12:00:00 +0100"', message)
            assert status == "OK", answer
        for mailbox in ("Archive", "Drafts"):
            imap.create(mailbox)


@contextmanager
def scripted(script: str) -> Iterator[PlaybookServer]:
    """A server that plays a script for one connection."""
    steps: Script = []
    for line in script.strip().splitlines():
        octets = line.startswith("O: ")
        steps.append(line[3:].encode().decode("unicode_escape").encode("latin-1") if octets else line)
    server = PlaybookServer(steps)
    yield server
    server.finish()
    assert server.problems == [], server.problems


def record(session: dict[str, Any], arguments: list[str], password: str) -> None:
    """Run one session and keep its recording."""
    target = FOLDER / f"{session['name']}.mwire"
    target.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mailshell", *arguments, "--no-config", "--record", str(target)]
    command += ["--title", session["title"], "-f", "-"]
    lines = [*(f".note {note}" for note in session.get("notes", [])), *session["lines"]]
    with tempfile.TemporaryDirectory() as folder:
        for number, message in enumerate(MESSAGES, 1):
            (Path(folder) / f"message-{number}.eml").write_bytes(message)
        done = subprocess.run(
            command,
            input="\n".join(lines).encode(),
            capture_output=True,
            timeout=60,
            cwd=folder,
            env={**os.environ, "PW": password, "PYTHONPATH": str(FOLDER.parent)},
        )
    if done.returncode not in session.get("status", [0]):
        said = done.stdout.decode() + done.stderr.decode()
        raise SystemExit(f"{session['name']}: exit status {done.returncode}\n{said}")


def index() -> str:
    """The README: a line for each recording, by its own header."""
    rows = [
        "# Recordings",
        "",
        "Sessions recorded with mailshell on real servers, and a dozen misbehaviours played by a scripted one.",
        "`mailshell show FILE --explain` shows one, `mailshell replay FILE` plays it. Form: [FORMAT.md](FORMAT.md).",
        "What `mailshell check` says of three servers: [checks](checks/README.md).",
    ]
    group = ""
    for session in sessions():
        if session["group"] != group:
            group = session["group"]
            rows += ["", f"## {group}", "", "| recording | what it shows | server |", "|---|---|---|"]
        name = session["name"]
        header = open_recording(FOLDER / f"{name}.mwire").header
        server = session.get("server", "a scripted one")
        rows.append(f"| [{name}]({name}.mwire) | {header.title} | {server}, {header.protocol} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    wanted = set(sys.argv[1:])
    running: dict[str, Server] = {}
    try:
        for session in sessions():
            if wanted and session["name"] not in wanted:
                continue
            print(session["name"], flush=True)
            if "script" in session:
                with scripted(session["script"]) as played:
                    record(session, [played.url(session["protocol"])], "secret")
                continue
            name = session["server"]
            if name not in running:
                running[name] = STARTS[name]()
                fill(running[name])
            server = running[name]
            if session.get("login", True):
                arguments = server.arguments(session["protocol"], session.get("security", "clear"))
            else:
                port = server.imap if session["protocol"] == "imap" else server.pop3
                arguments = [f"{session['protocol']}://127.0.0.1:{port}", "--password-env", "PW", "--user", server.user]
                arguments += ["--no-login"]
            record(session, arguments, session.get("password", server.password))
    finally:
        for server in running.values():
            server.stop()
    (FOLDER / "README.md").write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    main()
