"""Good servers are not blamed for what happens between sessions: deliveries, expunges, mailboxes renamed, made anew."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.server import Server

from mailshell.lint.finding import Finding
from mailshell.lint.memory import Memory
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Side
from mailshell.remember.overview import EntryFilter, overview
from mailshell.remember.place import Account
from mailshell.remember.store import RememberedServer
from mailshell.wire import Connected, Octets

ALL = "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE"
FETCHES = (f"FETCH 1:* ({ALL})", "NOOP")


def message(number: int) -> bytes:
    lines = [
        b"From: ana@example.org",
        b"Subject: %d" % number,
        b"Message-ID: <%d@example.org>" % number,
        b"Date: Fri, 20 Nov 2026 09:15:00 +0100",
        b"",
        b"x" * number,
    ]
    return b"\r\n".join(lines) + b"\r\n"


class Talk:
    """A session on a socket that is linted with a memory. ``found``: the findings of the rules across sessions."""

    def __init__(self, protocol: str, port: int, memory: Memory, found: list[Finding]) -> None:
        self._engine = make_engine(protocol)
        self._found = found
        self._linter = linter_for(self._engine, self._report, memory=memory)
        self._socket = socket.create_connection(("127.0.0.1", port), 20)
        self._offsets = {Side.SERVER: 0, Side.CLIENT: 0}
        self._linter.wire(Connected(0.0, f"127.0.0.1:{port}"))
        self._receive()

    def _report(self, finding: Finding) -> None:
        if finding.rule.layer == "sessions":
            self._found.append(finding)

    def _receive(self) -> bytes:
        octets = self._socket.recv(1 << 16)
        assert octets, "the server has closed the connection"
        self._see(Side.SERVER, octets)
        return octets

    def _see(self, side: Side, octets: bytes) -> None:
        self._linter.wire(Octets(side, octets, 0.0, False, self._offsets[side]))
        self._offsets[side] += len(octets)
        for event in self._engine.sent(octets) if side is Side.CLIENT else self._engine.received(octets):
            self._linter.event(event, 0.0, False)

    def _send(self, octets: bytes) -> None:
        self._see(Side.CLIENT, octets)
        self._socket.sendall(octets)

    def say(self, *lines: str) -> bytes:
        """Send each line, with a tag in IMAP, and wait for its answer; what came."""
        came = b""
        for number, line in enumerate(lines):
            tag = f"t{number} " if self._engine.protocol == "imap" else ""
            self._send(f"{tag}{line}\r\n".encode())
            while self._engine.outstanding:
                came += self._receive()
        return came

    def append(self, mailbox: str, *numbers: int) -> None:
        for number in numbers:
            text = message(number)
            self._send(b"a1 APPEND %s {%d}\r\n" % (mailbox.encode(), len(text)))
            self._receive()
            self._send(text + b"\r\n")
            while self._engine.outstanding:
                self._receive()

    def drop(self) -> None:
        self._socket.close()


class Lab:
    """Opens sessions on one server, each with a memory of its own on the same file."""

    def __init__(self, server: Server, path: Path) -> None:
        self.server = server
        self.path = path
        self.found: list[Finding] = []
        self._open: list[tuple[Talk, object]] = []

    def imap(self) -> Talk:
        talk = self._talk("imap", self.server.imap)
        talk.say(f"LOGIN {self.server.user} {self.server.password}")
        return talk

    def pop3(self) -> Talk:
        talk = self._talk("pop3", self.server.pop3)
        talk.say(f"USER {self.server.user}", f"PASS {self.server.password}")
        return talk

    def _talk(self, protocol: str, port: int) -> Talk:
        memory = RememberedServer(self.path, Account(protocol, f"127.0.0.1:{port}"))
        talk = Talk(protocol, port, memory, self.found)
        self._open.append((talk, memory))
        return talk

    def end(self) -> None:
        """All sessions end."""
        for talk, memory in self._open:
            talk.drop()
            memory.close()  # type: ignore[attr-defined]
            assert memory.problem == ""  # type: ignore[attr-defined]
        self._open.clear()


@pytest.fixture
def lab(server: Server, tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(server, tmp_path / "memory.sqlite")
    talk = lab.imap()
    talk.say("SELECT INBOX", "STORE 1:* +FLAGS.SILENT (\\Deleted)", "EXPUNGE", "DELETE Lab", "DELETE Lab2")
    lab.end()
    yield lab
    lab.end()


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
def test_imap(lab: Lab) -> None:
    first = lab.imap()
    first.append("INBOX", 1, 2, 3, 4)
    first.say("CREATE Lab")
    first.append("Lab", 5, 6)
    first.say("SELECT INBOX", *FETCHES, "SELECT Lab", *FETCHES, "LOGOUT")
    lab.end()

    deliveries = lab.imap()
    deliveries.append("INBOX", 10, 11)
    deliveries.say("SELECT INBOX", "STORE 2 +FLAGS (\\Deleted)", "EXPUNGE", "STORE 1 +FLAGS (\\Seen)", *FETCHES)
    deliveries.append("INBOX", 12)
    deliveries.say(*FETCHES, "STATUS Lab (MESSAGES UIDNEXT UIDVALIDITY)")
    lab.end()

    emptied = lab.imap()
    emptied.say("EXAMINE INBOX", *FETCHES, "SELECT Lab", "STORE 1:* +FLAGS (\\Deleted)", "EXPUNGE", "CLOSE")
    emptied.say("EXAMINE Lab", "STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY)", "LOGOUT")
    lab.end()

    one, other = lab.imap(), lab.imap()
    one.say("SELECT INBOX", f"FETCH 1:* ({ALL})")
    other.say("SELECT INBOX")
    other.append("INBOX", 20, 21)
    other.say("STORE 1 +FLAGS (\\Deleted)", "EXPUNGE", *FETCHES)
    one.say("STATUS Lab (UIDNEXT UIDVALIDITY MESSAGES)", *FETCHES, "NOOP", *FETCHES)
    other.say("LOGOUT")
    one.say("SELECT INBOX", *FETCHES)
    lab.end()

    anew = lab.imap()
    anew.say("ENABLE QRESYNC", "DELETE Lab", "CREATE Lab")
    anew.append("Lab", 30, 31, 32)
    anew.say("SELECT Lab", *FETCHES, "SELECT INBOX", *FETCHES, "LOGOUT")
    lab.end()

    moved = lab.imap()
    moved.say("RENAME Lab Lab2", "CREATE Lab", "STATUS Lab2 (UIDVALIDITY UIDNEXT MESSAGES)")
    moved.append("Lab", 40)
    moved.say("SELECT Lab", *FETCHES, "SELECT Lab2", *FETCHES, "LOGOUT")
    lab.end()

    swapped = lab.imap()
    swapped.say("RENAME Lab Lab3", "RENAME Lab2 Lab", "RENAME Lab3 Lab2")
    swapped.say("SELECT Lab", *FETCHES, "SELECT Lab2", *FETCHES, "LOGOUT")
    lab.end()

    utf8 = lab.imap()
    utf8.say("ENABLE UTF8=ACCEPT IMAP4rev2", "SELECT INBOX", *FETCHES, "SELECT Lab", *FETCHES, "LOGOUT")
    lab.end()

    last = lab.imap()
    last.say("ENABLE QRESYNC", "SELECT INBOX", *FETCHES, "UID FETCH 1:* (UID)", "DELETE Lab", "DELETE Lab2", "LOGOUT")
    lab.end()
    assert [(one.rule.id, one.message) for one in lab.found] == []
    assert {one.messages > 0 for one in overview(lab.path, EntryFilter(mailbox="INBOX"))} == {True}


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
def test_pop3(lab: Lab) -> None:
    filling = lab.imap()
    filling.append("INBOX", 1, 2, 3, 4, 5)
    lab.end()

    lab.pop3().say("CAPA", "STAT", "UIDL", "LIST", "RETR 1", "TOP 2 0", "QUIT")
    lab.end()
    lab.pop3().say("LIST", "UIDL", "RETR 3", "DELE 1", "DELE 2", "RSET", "DELE 4", "STAT")
    lab.end()
    lab.pop3().say("UIDL", "LIST", "TOP 1 0", "RETR 2", "DELE 2", "DELE 4", "QUIT")
    lab.end()
    filling = lab.imap()
    filling.append("INBOX", 10, 2)
    lab.end()
    lab.pop3().say("UIDL", "LIST", "TOP 1 0", "TOP 2 0", "TOP 4 0", "TOP 5 0", "DELE 5", "QUIT")
    lab.end()
    last = lab.pop3().say("UIDL", "LIST", "RETR 1", "UTF8", "LIST")
    lab.end()
    assert len(re.findall(rb"^\d+ [^ \r\n]+\r$", last, re.MULTILINE)) >= 8
    assert [(one.rule.id, one.message, one.line) for one in lab.found] == []
    assert [one.messages for one in overview(lab.path, EntryFilter()) if one.protocol == "pop3"] == [7]
