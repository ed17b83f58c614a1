"""For the same exchange, the trace prints what imaplib and poplib print, character for character.

The real modules and mailshell talk to the same server, one after the other. What differs from run to run in any
program is made equal before comparing: imaplib's clock and random tag, and what the server says of itself (times,
a challenge).
"""

from __future__ import annotations

import contextlib
import imaplib
import io
import poplib
import re
from collections.abc import Callable

import pytest
from servers.server import Server

from real.running import mailshell

ON_EACH = pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)

_CLOCK = re.compile(r"^  \d\d:\d\d\.\d\d ", re.MULTILINE)
_TIMING = re.compile(
    r"""\(\d\.\d+\ \+[^)]*secs\)      # how long Dovecot took
    | SESSIONID=<[^>]*> | <[0-9.]+@[^>]*>  # Cyrus' session, a greeting's timestamp
    | (?<=APPENDUID)[^0-9]*\d+ | (?<=UIDVALIDITY)[^0-9]*\d+
    | (?<=MAILBOXID)[^(]*\([^)]*\)""",
    re.VERBOSE,
)
_BANNER = re.compile(r"new IMAP4 connection, tag=b'(\w+)'")


def _equalise(text: str, first_tag: int) -> list[str]:
    text = _TIMING.sub("…", _CLOCK.sub("  00:00.00 ", text))
    banner = _BANNER.search(text)
    assert banner is not None
    text = _BANNER.sub("new IMAP4 connection", text)
    text = re.sub(rf"\b{banner[1]}(\d+)\b", lambda match: f"T{int(match[1]) - first_tag}", text)
    return [line for line in text.splitlines() if not line.startswith("mailshell: ")]


def _make_mailbox(server: Server) -> None:
    """An empty mailbox, so that both programs find the same."""
    imap = imaplib.IMAP4("localhost", server.imap)
    imap.login(server.user, server.password)
    imap.delete("Traced")
    assert imap.create("Traced")[0] == "OK"
    imap.logout()


def _imaplib(server: Server, level: int) -> str:
    _make_mailbox(server)
    printed = io.StringIO()
    imaplib.Debug = level
    try:
        with contextlib.redirect_stderr(printed):
            imap = imaplib.IMAP4("localhost", server.imap)
            imap.login(server.user, server.password)
            imap.select("Traced")
            imap.append("Traced", None, None, b"Subject: one\r\n\r\nbody\r\n")
            imap.noop()
            imap.list('""', "*")
            imap.status("Traced", "(UIDNEXT)")
            imap.search(None, "ALL")
            imap.fetch("1", "(BODY.PEEK[HEADER] BODY.PEEK[TEXT])")
            imap.uid("fetch", "1:*", "(FLAGS)")
            imap.store("1", "+FLAGS", "(\\Seen)")
            imap.copy("1", "no-such-mailbox")
            imap.close()
            imap.logout()
    finally:
        imaplib.Debug = 0
    return printed.getvalue()


#: The same for mailshell; imaplib asks for the capabilities by itself, and quotes the password.
IMAP_LINES = [
    "CAPABILITY",
    'LOGIN {user} "{password}"',
    "SELECT Traced",
    "APPEND Traced {message}",
    "NOOP",
    'LIST "" *',
    "STATUS Traced (UIDNEXT)",
    "SEARCH ALL",
    "FETCH 1 (BODY.PEEK[HEADER] BODY.PEEK[TEXT])",
    "UID FETCH 1:* (FLAGS)",
    "STORE 1 +FLAGS (\\Seen)",
    "COPY 1 no-such-mailbox",
    "CLOSE",
    "LOGOUT",
]


@ON_EACH
@pytest.mark.parametrize("level", [1, 3, 4])
def test_imaplib(server: Server, level: int) -> None:
    expected = _equalise(_imaplib(server, level), 0)
    lines = []
    for line in IMAP_LINES:
        if line.endswith("{message}"):
            # A synchronizing literal, as imaplib sends it whatever the server allows.
            lines += ["APPEND Traced {22}", "Subject: one", "", "body", ""]
        else:
            lines.append(line.replace("{user}", server.user).replace("{password}", server.password))
    options = ["--no-login", "--show-secrets", "--trace-style", "imaplib", "-d", str(level)]
    _make_mailbox(server)
    run = mailshell(server, "imap", "clear", lines, *options)
    assert _equalise(run.errors, 1) == expected


def _poplib(server: Server, level: int, commands: Callable[[poplib.POP3], None]) -> list[str]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        pop3 = poplib.POP3("localhost", server.pop3)
        pop3.set_debuglevel(level)
        commands(pop3)
        pop3.quit()
    return [_TIMING.sub("…", line) for line in printed.getvalue().splitlines()]


@ON_EACH
@pytest.mark.parametrize("level", [1, 2])
def test_poplib(server: Server, level: int) -> None:
    def commands(pop3: poplib.POP3) -> None:
        pop3.user(server.user)
        pop3.pass_(server.password)
        pop3.stat()
        pop3.list()
        pop3.list(last)
        pop3.uidl()
        pop3.retr(last)
        pop3.top(last, 2)
        with contextlib.suppress(poplib.error_proto):
            pop3.retr(99_999)
        pop3.capa()
        pop3.noop()
        pop3.rset()

    message = b"Subject: two\r\n\r\n.\r\n..dots\r\n"
    imap = imaplib.IMAP4("localhost", server.imap)
    imap.login(server.user, server.password)
    imap.append("INBOX", None, None, message)
    imap.logout()
    counting = poplib.POP3("localhost", server.pop3)
    counting.user(server.user)
    counting.pass_(server.password)
    last = min(counting.stat()[0], 13)  # the demo's fourteenth is long on purpose
    counting.quit()
    expected = _poplib(server, level, commands)
    lines = [f"USER {server.user}", f"PASS {server.password}", "STAT", "LIST", f"LIST {last}"]
    lines += ["UIDL", f"RETR {last}", f"TOP {last} 2"]
    lines += ["RETR 99999", "CAPA", "NOOP", "RSET", "QUIT"]
    options = ["--no-login", "--show-secrets", "--trace-style", "poplib", "-d", str(level)]
    run = mailshell(server, "pop3", "clear", lines, *options)
    printed = [_TIMING.sub("…", line) for line in run.errors.splitlines() if not line.startswith("mailshell: ")]
    if level == 2:
        # poplib has read the greeting before anybody could set its debug level.
        assert printed[:2] == [line for line in printed[:2] if line.startswith(("*get*", "*resp*"))]
        printed = printed[2:]
    assert printed == expected
