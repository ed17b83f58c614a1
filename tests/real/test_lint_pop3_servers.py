"""Good POP3 servers are not blamed: all that they say, about odd messages too, gives notes and no more."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from servers.server import Server

from mailshell.lint.finding import Finding
from mailshell.lint.rule import Severity
from mailshell.recording.reader import open_recording
from mailshell.replay.linted import FindingFilter, lint_recording
from real.running import mailshell

HEAD = b"From: ana@example.org\r\nDate: Fri, 20 Nov 2026 09:15:00 +0100\r\nSubject: odd\r\n"
ODD = (
    HEAD + b"\r\n.\r\n..\r\n...\r\n.profile\r\nx..y\r\nAt noon.\r\n",
    HEAD,
    HEAD + b"\r\n",
    HEAD + b"\r\nno line end at the end",
    HEAD + b"\r\n" + b"x" * 3000 + b"\r\n" + b"y" * 1023 + b"\r\n",
    HEAD + b"\r\n\r\n\r\n\r\n",
    HEAD + b"Status: RO\r\nX-Folded: one\r\n two\r\n\r\nFrom here on\r\n",
    HEAD + b"\r\n" + (b"z" * 76 + b"\r\n") * 2000,
)
LINES = (
    *("CAPA", "STAT", "LIST", "UIDL", "STAT"),
    *(f"{what} {number}" for number in range(1, len(ODD) + 1) for what in ("LIST", "UIDL", "RETR")),
    *(f"TOP {number} {lines}" for number in range(1, len(ODD) + 1) for lines in (0, 1, 2, 5, 99999)),
    *(f"RETR {number}" for number in range(1, len(ODD) + 1)),
    *("LIST 9999", "UIDL 9999", "RETR 9999", "NOOP"),
    *("DELE 2", "DELE 2", "STAT", "LIST", "UIDL", "RETR 2", "LIST 2", "DELE 3", "STAT", "LIST"),
    *("RSET", "STAT", "LIST", "UIDL", "QUIT"),
)
SERVERS = [("dovecot", "clear"), ("dovecot", "starttls"), ("cyrus", "clear"), ("cyrus", "starttls"), ("demo", "clear")]


@pytest.mark.parametrize(("server", "security"), SERVERS, indirect=["server"])
def test_nothing_above_a_note(server: Server, security: str, tmp_path: Path) -> None:
    lines = []
    for number, message in enumerate(ODD):
        (tmp_path / f"{number}.eml").write_bytes(message)
        lines.append(f"APPEND INBOX @{tmp_path / f'{number}.eml'}")
    filled = mailshell(server, "imap", "clear", [*lines, "LOGOUT"])
    assert filled.status == 0, filled.errors
    file = tmp_path / "session.mwire"
    run = mailshell(server, "pop3", security, LINES, "--json", "--record", str(file), "--timeout", "20")
    assert [result.get("status") for result in run.results][:5] == ["+OK"] * 5, run.errors
    found: list[Finding] = []
    lint_recording(open_recording(file), found.append, FindingFilter())
    assert Counter(finding.rule.id for finding in found if finding.rule.severity > Severity.NOTE) == {}
    assert {finding.rule.id for finding in found} <= {"P06e", "P10e", "P21b", "P26c"}
