"""The script: run against a server that plays the recording's answers, it sends the recording's commands."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from export_support import IMAP, POP3, Step, exported, record

from mailshell.export.script_values import expression

SECRETS = {"MAIL_PASSWORD_1": "s3cret", "MAIL_USER": "ana", "MAIL_PASSWORD": "s3cret", "MAIL_RESPONSE_1": "cmVzcA=="}
#: imaplib's tags, and those of the recordings.
_TAG = re.compile(rb"^[A-P]{4}\d+ |^a\d+ ")


class Scripted(threading.Thread):
    """A server for one connection. It waits for each command of the recording, and answers as the recording does.

    ``lines``: what it got, with line ends, tags taken off. Tags in answers are those of the commands that came.
    """

    def __init__(self, steps: list[Step]) -> None:
        super().__init__(daemon=True)
        self.lines: list[bytes] = []
        self._steps = [(kind, value) for kind, value in steps if kind in ("C", "S")]
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.start()

    def run(self) -> None:
        connection, _ = self._server.accept()
        self._server.close()
        tags: dict[bytes, bytes] = {}
        with connection, connection.makefile("rb") as file:
            connection.settimeout(20)
            for kind, value in self._steps:
                if kind == "S":
                    for recorded, tag in tags.items():
                        value = re.sub(rb"(?m)^" + recorded + b" ", tag + b" ", value)
                    connection.sendall(value)
                    continue
                for expected in value.splitlines(keepends=True):
                    line = file.readline()
                    if (tag := _TAG.match(line)) is not None and (recorded := re.match(rb"a\d+", expected)) is not None:
                        tags[recorded[0]] = tag[0].strip()
                    self.lines.append(_TAG.sub(b"", line))
            self.lines += file.readlines()


def repeat(tmp_path: Path, steps: list[Step], protocol: str) -> tuple[list[bytes], str]:
    """The lines that the script sends, and what it prints."""
    server = Scripted(steps)
    script = tmp_path / "script.py"
    script.write_text(
        exported(record(tmp_path / "a.mwire", steps, protocol, host="127.0.0.1", port=server.port), "python")
    )
    environment = {**os.environ, **SECRETS, "PYTHONWARNINGS": "error"}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, timeout=40, env=environment)
    server.join(25)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return server.lines, done.stdout.decode() + done.stderr.decode()


def recorded(steps: list[Step]) -> list[bytes]:
    """The lines that were sent in the recording, without tags, with the secrets that the environment has."""
    text = b"".join(value for kind, value in steps if kind == "C")
    text = text.replace("⟦password#1⟧".encode(), b"s3cret").replace("⟦response#1⟧".encode(), b"cmVzcA==")
    return [_TAG.sub(b"", line) for line in text.splitlines(keepends=True)]


def imap(*exchanges: tuple[bytes, ...]) -> list[Step]:
    """A session of these lines: each exchange is a command and its answers, in turn."""
    steps: list[Step] = [("S", b"* OK hi\r\n")]
    for number, (command, *rest) in enumerate(exchanges, 1):
        steps.append(("C", b"a%d %s\r\n" % (number, command)))
        for at, line in enumerate(rest):
            steps.append(("C" if at % 2 else "S", line + b"\r\n"))
        steps.append(("S", b"a%d OK done\r\n" % number))
    return steps


PLAIN_IMAP = imap(
    (b"CAPABILITY",),
    (b"NOOP",),
    ("LOGIN ana ⟦password#1⟧".encode(),),
    (b'ID ("name" "mailshell")',),
    (b'LIST "" "*"',),
    (b'LIST (SPECIAL-USE) "" "%"',),
    (b'SELECT "My box" (CONDSTORE)', b"* 3 EXISTS"),
    (b"EXAMINE INBOX", b"* OK [READ-ONLY] only"),
    (b"SELECT Public", b"* OK [READ-ONLY] only"),
    (b"FETCH 1:2 (FLAGS BODY.PEEK[])", b"* 1 FETCH (BODY[] {5}\r\nhello)"),
    (b"UID FETCH 1:* (UID FLAGS)",),
    (b"UID  SEARCH ALL",),
    (b'SEARCH SUBJECT "it\'s"', b"* SEARCH 1"),
    (b"STORE 1 +FLAGS (\\Seen)",),
    (b"STORE 1 +FLAGS \\Seen",),
    (b"COPY 1 Archive",),
    (b"STATUS INBOX (MESSAGES)",),
    (b"RENAME a b",),
    (b"XSOMETHING (a b) c",),
    (b'CREATE "\xc3\xa9t\xc3\xa9"',),
    (b"EXPUNGE",),
    (b"NOOP ",),
)


def test_imap_commands(tmp_path: Path) -> None:
    steps = [*PLAIN_IMAP, ("C", b"a99 LOGOUT\r\n"), ("S", b"* BYE bye\r\na99 OK bye\r\n")]
    lines, printed = repeat(tmp_path, steps, "imap")
    # imaplib quotes each password.
    assert lines == [line.replace(b"ana s3cret", b'ana "s3cret"') for line in recorded(steps)]
    assert "hello" in printed
    assert "read-only" in printed


def test_imap_what_is_refused_does_not_end_it(tmp_path: Path) -> None:
    steps = imap((b"SELECT nowhere",), (b"FETCH 1 FLAGS",), (b"NOOP",))
    steps[2], steps[4] = ("S", b"a1 NO no such mailbox\r\n"), ("S", b"a2 BAD not now\r\n")
    lines, printed = repeat(tmp_path, steps, "imap")
    assert lines == recorded(steps)
    assert "no such mailbox" in printed
    assert "refused" in printed


@pytest.mark.parametrize(
    "steps",
    [
        imap((b"APPEND Drafts (\\Seen) {7}", b"+ go", b"a\r\nb\r\nc"), (b"NOOP",)),
        imap((b"APPEND Drafts {3}", b"+ go", b"abc {2}", b"+ go", b"de"), (b"NOOP",)),
        imap((b"SELECT {3}", b"+ go", b"a b (CONDSTORE)"), (b"NOOP",)),
        imap((b"SELECT {4}", b"+ go", b"\xff\x00ab"), (b"NOOP",)),
        imap((b"IDLE", b"+ idling\r\n* 4 EXISTS", b"DONE"), (b"NOOP",)),
        imap((b"AUTHENTICATE XNEW", b"+ Y2g=", "⟦response#1⟧".encode()), (b"NOOP",)),
        imap((b"AUTHENTICATE XNEW", b"+ Y2g=", b"*"), (b"NOOP",)),
    ],
    ids=["literal", "two literals", "text behind", "octets", "idle", "sasl", "cancelled"],
)
def test_imap_in_parts(tmp_path: Path, steps: list[Step]) -> None:
    lines, _ = repeat(tmp_path, steps, "imap")
    assert lines == recorded(steps)


def test_imap_secrets_in_literals(tmp_path: Path) -> None:
    steps = imap((b"LOGIN {3}", b"+ go", "ana {⟦length⟧}".encode(), b"+ go", "⟦password#1⟧".encode()), (b"NOOP",))
    text = exported(record(tmp_path / "a.mwire", steps), "python")
    assert "run(M.login, 'ana', secret('password#1'))\n" in text


@pytest.mark.parametrize(
    ("command", "call"),
    [
        (b"AUTHENTICATE PLAIN", "run(M.answered, 'AUTHENTICATE', 'PLAIN', plain())"),
        (b"AUTHENTICATE CRAM-MD5", "run(M.login_cram_md5, secret('user'), secret('password'))"),
        (b"AUTHENTICATE SCRAM-SHA-1", "run(M.answered, 'AUTHENTICATE', 'SCRAM-SHA-1', secret('response#1'))"),
    ],
)
def test_imap_mechanisms(tmp_path: Path, command: bytes, call: str) -> None:
    steps = imap((command, b"+ ", "⟦response#1⟧".encode()))
    assert f"{call}\n" in exported(record(tmp_path / "a.mwire", steps), "python")


def test_imap_plain_sends_user_and_password(tmp_path: Path) -> None:
    lines, _ = repeat(tmp_path, imap((b"AUTHENTICATE PLAIN", b"+ ", "⟦response#1⟧".encode())), "imap")
    assert lines == [b"AUTHENTICATE PLAIN\r\n", b"AGFuYQBzM2NyZXQ=\r\n"]


def test_what_can_not_be_sent_is_told(tmp_path: Path) -> None:
    steps: list[Step] = [
        ("S", b"* OK hi\r\n"),
        ("C", b"hello\r\n"),
        ("S", b"hello BAD what?\r\n"),
        ("C", b"a1 APPEND x {100000}\r\n"),
        ("S", b"+ go\r\n"),
        ("C", b"x" * 100_000 + b"\r\n"),
    ]
    text = exported(record(tmp_path / "a.mwire", steps), "python")
    assert "# not repeated, since imaplib can't send it: hello\n" in text
    assert "b'x' * 100000" in text
    assert "too large for this script" in text
    compile(text, "script", "exec")


def test_pop3_commands(tmp_path: Path) -> None:
    steps: list[Step] = [
        *POP3[1:-3],
        ("C", b"XTRA some thing\r\n"),
        ("S", b"-ERR what?\r\n"),
        ("C", b"TOP 1 0\r\n"),
        ("S", b"+OK\r\nFrom: x\r\n\r\n.\r\n"),
        ("C", b"UIDL\r\n"),
        ("S", b"+OK\r\n1 abc\r\n.\r\n"),
        ("C", b"UIDL 1\r\n"),
        ("S", b"+OK 1 abc\r\n"),
        ("C", b"LIST 1\r\n"),
        ("S", b"+OK 1 100\r\n"),
        ("C", b"retr 1 2\r\n"),
        ("S", b"-ERR what?\r\n"),
        ("C", b"USER \xff\r\n"),
        ("S", b"-ERR what?\r\n"),
        ("C", b"AUTH XNEW\r\n"),
        ("S", b"+ Y2g=\r\n"),
        ("C", "⟦response#1⟧\r\n".encode()),
        ("S", b"-ERR no\r\n"),
        ("C", b"AUTH PLAIN\r\n"),
        ("S", b"+ \r\n"),
        ("C", b"*\r\n"),
        ("S", b"-ERR cancelled\r\n"),
        ("C", b"CAPA\r\n"),
        ("S", b"+OK\r\nTOP\r\n.\r\n"),
        ("C", b"QUIT\r\n"),
        ("S", b"+OK bye\r\n"),
    ]
    lines, printed = repeat(tmp_path, steps, "pop3")
    assert lines == recorded(steps)
    assert "no such message" in printed


def test_starttls_and_tls_are_repeated(tmp_path: Path) -> None:
    assert "run(M.starttls, ssl.create_default_context())\n" in exported(record(tmp_path / "a.mwire", IMAP), "python")
    steps: list[Step] = [("S", b"+OK\r\n"), ("C", b"STLS\r\n"), ("S", b"+OK\r\n")]
    text = exported(record(tmp_path / "b.mwire", steps, "pop3"), "python")
    assert "run(M.starttls)\n" in text
    text = exported(record(tmp_path / "c.mwire", POP3, "pop3", tls="implicit", port=995), "python")
    assert "class Connection(poplib.POP3_SSL):" in text
    assert "context=ssl.create_default_context()" in text


def test_a_session_without_goodbye(tmp_path: Path) -> None:
    for protocol, end in (("imap", "M.shutdown()\n"), ("pop3", "M.close()\n")):
        greeting = b"* OK\r\n" if protocol == "imap" else b"+OK\r\n"
        path = record(tmp_path / protocol, [("S", greeting)], protocol)
        assert exported(path, "python").endswith(end)


def test_nothing_of_the_recording_becomes_code(tmp_path: Path) -> None:
    """Line ends, quotes and an encoding in what a file or server says stay within comments and strings."""
    hostile = "x\"\"\"\n'''\nimport os; os.abort()\r# -*- coding: utf-7 -*-\u2028boom()\\"
    steps: list[Step] = [
        ("S", b"* OK \x0cboom()\rboom() \xe2\x80\xa8boom()\n"),
        ("C", b'a1 SELECT x\'"""\\\r\n'),
        ("S", b'a1 OK """\r\n'),
        ("C", "a2 LOGIN a' ⟦p')+boom(')⟧\r\n".encode()),
        ("note", {"text": hostile}),
        ("end", {"by": "server", "how": hostile}),
    ]
    names = dict.fromkeys(("host", "tool", "title", "start"), hostile)
    text = exported(record(tmp_path / "a.mwire", steps, **names), "python")
    assert text.splitlines()[1] == "# -*- coding: utf-8 -*-"
    code = compile(text, "script", "exec")
    assert "boom" not in code.co_names
    assert "abort" not in code.co_names


@pytest.mark.parametrize(
    ("octets", "as_octets", "expected"),
    [
        (b"INBOX", False, "'INBOX'"),
        (b"", False, "''"),
        (b"", True, "b''"),
        (b"\xc3\xa9", False, "b'\\xc3\\xa9'"),
        ("⟦a⟧".encode(), False, "secret('a')"),
        ("x ⟦a⟧ y⟦b⟧".encode(), False, "'x ' + secret('a') + ' y' + secret('b')"),
        ("x⟦a⟧".encode(), True, "b'x' + secret('a').encode()"),
    ],
)
def test_expressions(octets: bytes, as_octets: bool, expected: str) -> None:
    assert expression(octets, as_octets=as_octets) == expected
