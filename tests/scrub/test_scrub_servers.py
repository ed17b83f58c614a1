"""Sessions with the real servers, recorded and scrubbed."""

from __future__ import annotations

import poplib
from pathlib import Path

import pytest
from real.running import mailshell
from scrub_support import assert_same_shape, words_left
from servers.server import Server

from mailshell.recording.scrubbing.copying import scrub_recording

MESSAGE = (
    b"From: Zoltan Krause <zoltan@quuxmail.net>\r\nTo: ana@zwirnerei.org\r\nSubject: =?utf-8?q?Geheimhaltung?=\r\n"
    b"Message-ID: <okular-17@quuxmail.net>\r\nDate: Mon, 5 Jan 2026 09:30:00 +0100\r\n\r\n"
    b".\r\n..\r\nVorstandssitzung\r\n"
)
PRIVATE = [b"zoltan", b"krause", b"quuxmail", b"zwirnerei", b"geheimhaltung", b"vorstandssitzung", b"buchhaltung"]
IMAP_LINES = [
    "CAPABILITY", "NAMESPACE", 'LIST "" *', "CREATE Buchhaltung", "SUBSCRIBE Buchhaltung", 'LSUB "" *',
    "APPEND Buchhaltung (\\Seen) @{message}", "STATUS Buchhaltung (MESSAGES UIDNEXT)", "SELECT Buchhaltung",
    "UID SEARCH FROM zoltan", "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[])",
    "FETCH 1 (BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)] BODY.PEEK[TEXT]<0.10>)", "STORE 1 +FLAGS (\\Flagged)",
    "APPEND INBOX @{message}", "CLOSE", "DELETE Buchhaltung",
]  # fmt: skip
POP3_LINES = ["CAPA", "STAT", "LIST", "UIDL", "RETR {last}", "TOP {last} 1", "NOOP"]


@pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)
def test_a_session_in_each_protocol(server: Server, tmp_path: Path) -> None:
    message = tmp_path / "m.eml"
    message.write_bytes(MESSAGE)
    for protocol, lines in (("imap", IMAP_LINES), ("pop3", POP3_LINES)):
        original, copy = tmp_path / f"{protocol}.mwire", tmp_path / f"{protocol}.scrubbed.mwire"
        last = _last_message(server) if protocol == "pop3" else ""
        commands = [line.replace("{message}", str(message)).replace("{last}", last) for line in lines]
        run = mailshell(server, protocol, "clear", commands, "--record", str(original))
        assert run.status in (0, 1), run.errors
        assert b"uuxmail" in original.read_bytes()
        scrub_recording(original, copy)
        assert_same_shape(original, copy)
        assert words_left(copy, PRIVATE) == []


def _last_message(server: Server) -> str:
    pop3 = poplib.POP3("localhost", server.pop3)
    pop3.user(server.user)
    pop3.pass_(server.password)
    count = pop3.stat()[0]
    pop3.quit()
    return str(count)
