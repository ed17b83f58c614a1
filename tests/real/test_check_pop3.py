"""``mailshell check`` on POP3 servers: good ones are not blamed, and nothing is changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from servers.server import Server

from real.running import mailshell

HEAD = b"From: ana@example.org\r\nDate: Fri, 20 Nov 2026 09:15:00 +0100\r\nSubject: odd\r\n"
ODD = (
    HEAD + b"\r\n.\r\n..\r\n...\r\n.profile\r\nx..y\r\nAt noon.\r\n",
    HEAD,
    HEAD + b"\r\n",
    HEAD + b"\r\nno line end at the end",
    HEAD + b"\r\n\r\n\r\n\r\n",
    HEAD + b"\r\n" + (b"z" * 76 + b"\r\n") * 2000,
)
#: What is noted of each: what these servers do otherwise than the letter of the RFCs.
NOTED = {
    # USER and SASL are not listed after login (RFC 2449 5); NOOP and STAT take an argument (RFC 1939 3).
    "dovecot": {"capabilities-after-login", "loose-forms", "login-in-the-clear", "sizes"},
    # LIST does not count the line end that a message without one gets on the wire (RFC 1939 11).
    "cyrus": {"capabilities-after-login", "login-in-the-clear", "sizes"},
    "demo": {"loose-forms", "login-in-the-clear"},
}
SERVERS = [
    ("dovecot", "clear"), ("dovecot", "starttls"), ("dovecot", "tls"), ("cyrus", "clear"), ("cyrus", "tls"),
    ("demo", "clear"),
]  # fmt: skip


def fill(server: Server, folder: Path) -> None:
    lines = []
    for number, message in enumerate(ODD):
        (folder / f"{number}.eml").write_bytes(message)
        lines.append(f"APPEND INBOX @{folder / f'{number}.eml'}")
    assert mailshell(server, "imap", "clear", [*lines, "LOGOUT"]).status == 0


def checked(server: Server, security: str, *options: str) -> dict[str, Any]:
    arguments = [*server.arguments("pop3", security), *options, "--json"]
    if server.secure and security == "clear":
        arguments += ["--cafile", str(server.cafile)]
    done = subprocess.run(
        [sys.executable, "-m", "mailshell", "check", *arguments],
        capture_output=True,
        timeout=60,
        env={**os.environ, "PW": server.password},
    )
    assert done.returncode == 0, done.stderr.decode()
    value: dict[str, Any] = json.loads(done.stdout)
    return value


@pytest.mark.parametrize(("server", "security"), SERVERS, indirect=["server"])
def test_nothing_above_a_note(server: Server, security: str, tmp_path: Path) -> None:
    fill(server, tmp_path)
    value = checked(server, security)
    bad = [
        (probe["id"], outcome)
        for probe in value["probes"]
        for outcome in probe["outcomes"]
        if outcome["verdict"] in ("undecided", "warning", "error", "critical")
    ]
    assert bad == []
    assert [finding for finding in value["findings"] if finding["severity"] != "note"] == []
    noted = {probe["id"] for probe in value["probes"] if probe["verdict"] == "note"}
    assert noted <= NOTED[server.name.lower()]
    assert len([probe for probe in value["probes"] if probe["verdict"] == "good"]) >= 20


@pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)
def test_nothing_is_changed_even_with_writes(server: Server, tmp_path: Path) -> None:
    fill(server, tmp_path)
    look = ("STAT", "UIDL", "LIST")
    before = [result["data"] for result in mailshell(server, "pop3", "clear", look, "--json").results]
    value = checked(server, "clear", "--allow-writes")
    tried = next(probe for probe in value["probes"] if probe["id"] == "delete-and-reset")
    assert tried["verdict"] == "good", tried
    assert all(before)
    assert [result["data"] for result in mailshell(server, "pop3", "clear", look, "--json").results] == before
