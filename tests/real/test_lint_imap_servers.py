"""Good IMAP servers are not blamed: long sessions with odd messages, every extension and every command.

``real.heard`` listens; here it is only made sure that all of it was said, so that there is something to be silent on.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.server import Server

from mailshell.protocol.imap.catalogue import CATALOGUE
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from real.heard import EARS, HeardSession
from real.running import Run, mailshell

_HEAD = (
    b"From: ana@example.org\r\nTo: ben@example.org\r\nDate: Fri, 20 Nov 2026 09:15:00 +0100\r\nMIME-Version: 1.0\r\n"
)
_NESTED = b"".join(
    (
        b'From: "A \\"q\\" (x)" <a@x.example>, B <b@x.example>\r\n',
        b"To: =?utf-8?q?J=C3=BCrgen?= <j@x.example>, c@x, d@y\r\nCc: group: e@x, f@x;, nobody:;\r\n",
        b'Subject: hi (a) (b) "q\r\nMessage-ID: <"a b"@x.example>\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n',
        b'Content-Type: multipart/mixed; boundary="x y"\r\nMIME-Version: 1.0\r\n\r\npreamble\r\n--x y\r\n',
        b'Content-Type: text/plain; charset=utf-8; name="a\\"b"\r\nContent-Language: de, en\r\n',
        b'Content-Disposition: inline; filename="f ( g"\r\n\r\nhello)\r\na1 OK done\r\n--x y\r\n',
        b"Content-Type: message/rfc822\r\n\r\nSubject: in\r\nFrom: a@x\r\nTo: b@x, c@x\r\n",
        b"Content-Type: multipart/alternative; boundary=z\r\n\r\n--z\r\n\r\none\r\n",
        b"--z\r\nContent-Type: text/html\r\n\r\ntwo\r\n--z--\r\n--x y\r\n",
        b"Content-Type: application/pdf; name*=utf-8''%C3%A4.pdf\r\nContent-Transfer-Encoding: base64\r\n",
        b"Content-ID: <one@x>\r\nContent-Description: =?utf-8?q?=C3=A4?=\r\nContent-Location: http://x/\r\n\r\n",
        b"AAAA\r\n--x y--\r\n",
    )
)
#: Messages that are odd and have a legal description.
ODD = (
    _NESTED,
    _HEAD + b"Subject: plain\r\n\r\nhello\r\n",
    b"\r\nno header at all\r\n",
    b"Subject: no body at all\r\n",
    _HEAD + b"Subject: empty parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b\r\n\r\n--b--\r\n",
    _HEAD + b'Subject: quotes " and \\ and ) and {5}\r\nContent-Type: text/x-a; a=""; b="\\\\"\r\n\r\n.\r\n..\r\n',
    _HEAD + "Subject: größer\r\nFrom: Jörg <j@x.example>\r\n\r\nä\r\n".encode(),
    _HEAD + b"Subject: latin gr\xf6\xdfer\r\n\r\n\xe4\r\n",
    _HEAD + b"Subject: =?utf-8?b?w6Q=?= =?x?q?broken\r\nIn-Reply-To: nothing\r\nReferences: <a@b> <c@d>\r\n\r\nx",
    _HEAD + b"Subject: long\r\n\r\n" + b"line\r\n" * 3000,
)
SEEN = "(\\Seen)"
FETCHED = (
    "(FLAGS UID ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)",
    "(BODY BODY.PEEK[] BODY.PEEK[HEADER] BODY.PEEK[TEXT])",
    "(BODY.PEEK[1] BODY.PEEK[1.MIME] BODY.PEEK[2] BODY.PEEK[2.HEADER] BODY.PEEK[2.1] BODY.PEEK[9])",
    '(BODY.PEEK[HEADER.FIELDS (TO CC "X-Y")] BODY.PEEK[HEADER.FIELDS.NOT (TO)] BODY.PEEK[]<0.5> BODY.PEEK[]<5.100>)',
    "(RFC822.SIZE RFC822.HEADER RFC822.TEXT RFC822)",
    "(MODSEQ)",
    "(BINARY.PEEK[1] BINARY.SIZE[1])",
    "(PREVIEW)",
    "(SAVEDATE EMAILID THREADID)",
    "FULL",
)
SEARCHES = (
    "ALL",
    "SUBJECT nothing",
    "RETURN (MIN MAX COUNT ALL) ALL",
    "RETURN () ALL",
    "RETURN () SUBJECT nothing",
    "RETURN (COUNT) ALL",
    "MODSEQ 1",
    "CHARSET UTF-8 SUBJECT größer",
    "OR SEEN NOT (FROM ana LARGER 100)",
)
BEFORE = (
    'ID ("name" "mailshell")',
    "NAMESPACE",
    'CREATE "Lint box"',
    "CREATE Lint/Übung",
    'SUBSCRIBE "Lint box"',
    'LIST "" *',
    'LIST "" %',
    'LIST "" ""',
    'LIST "" INBOX',
    'LIST "" (INBOX Lint*) RETURN (SPECIAL-USE SUBSCRIBED CHILDREN)',
    'LIST (SUBSCRIBED) "" * RETURN (CHILDREN STATUS (MESSAGES UIDNEXT))',
    'LIST (RECURSIVEMATCH SUBSCRIBED) "" %',
    'LIST "" * RETURN (CHILDREN)',
    'LSUB "" *',
    'STATUS "Lint box" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)',
)
AFTER = (
    *(f"FETCH 1:* {items}" for items in FETCHED),
    *(f"UID FETCH 1:* {items}" for items in FETCHED[:2]),
    *(f"{kind}SEARCH {search}" for kind in ("", "UID ") for search in SEARCHES),
    *(f"SORT ({key}) UTF-8 ALL" for key in ("DATE", "REVERSE SUBJECT", "FROM", "TO", "SIZE", "ARRIVAL", "CC")),
    "SORT RETURN (ALL COUNT) (DATE) UTF-8 ALL",
    *(f"{kind}THREAD REFERENCES UTF-8 {search}" for kind in ("", "UID ") for search in ("ALL", "SUBJECT nothing")),
    "SORT (DATE) UTF-8 SUBJECT nothing",
    "STORE 1 +FLAGS (\\Flagged $Label new-one)",
    "STORE 1 -FLAGS.SILENT (\\Flagged)",
    "FETCH 1 FLAGS",
    "UID STORE 1:* +FLAGS (\\Seen)",
    "COPY 1:2 INBOX",
    'COPY 1 "Lint box"',
    "UID COPY 1 INBOX",
    "MOVE 11 INBOX",
    "NOOP",
    "CHECK",
    "SELECT nonexistent",
    'SELECT "Lint box"',
    'STATUS "Lint box" (MESSAGES RECENT)',
)
#: With a second session that changes the mailbox: what comes unasked.
TOGETHER = (
    ".session {url}",
    'SELECT "Lint box"',
    "STORE 2 +FLAGS (\\Deleted \\Answered another-one)",
    ".switch 1",
    "NOOP",
    "FETCH 1:* FLAGS",
    ".switch 2",
    "EXPUNGE",
    'APPEND "Lint box" @{message}',
    ".switch 1",
    "FETCH 2 (FLAGS UID)",
    "UID FETCH 1:* (FLAGS)",
    "SEARCH ALL",
    "NOOP",
    "FETCH 1:* (UID FLAGS)",
    "IDLE 0.2",
    ".switch 2",
    "LOGOUT",
    ".switch 1",
)
QRESYNC = (
    "UNSELECT",
    "ENABLE CONDSTORE",
    "ENABLE QRESYNC CONDSTORE",
    'SELECT "Lint box"',
    'SELECT "Lint box" (QRESYNC (1 1))',
    "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)",
    "STORE 2 +FLAGS (\\Deleted)",
    "EXPUNGE",
    "STORE 1 (UNCHANGEDSINCE 1) +FLAGS (\\Seen)",
    "UID SEARCH RETURN (ALL SAVE) ALL",
    "FETCH $ FLAGS",
    "NOTIFY SET (selected (MessageNew (FLAGS) MessageExpunge FlagChange)) (personal (MailboxName MessageNew))",
    "CREATE Lint/Öl",
    'APPEND "Lint box" @{message}',
    "NOOP",
    "NOTIFY NONE",
    "CLOSE",
    "ENABLE UTF8=ACCEPT",
    'LIST "" *',
    "LANGUAGE de",
)
#: They end the session, or what is typed behind them would be theirs; XFOREVER of Cyrus is never completed.
APART = {
    "imap": {"LOGOUT", "STARTTLS", "AUTHENTICATE", "LOGIN", "COMPRESS", "UNAUTHENTICATE", "XFOREVER"},
    "pop3": {"USER", "PASS", "APOP", "AUTH", "STLS", "QUIT"},
}


def _examples(protocol: str) -> list[str]:
    """The example of every command, each with one between that is right, so that no server loses patience."""
    lines = []
    for command in (CATALOGUE if protocol == "imap" else POP3).values():
        if command.name not in APART[protocol] and command.example and not command.example.endswith("}"):
            lines += ["IDLE 0.1" if command.name == "IDLE" else command.example, "NOOP"]
    return lines


def _heard(server: Server, protocol: str, test: str) -> list[HeardSession]:
    return [one for one in EARS.sessions(server) if one.protocol == protocol and test in one.test]


def _fill(server: Server, tmp_path: Path, box: str) -> list[str]:
    lines = []
    for number, message in enumerate(ODD):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(message)
        lines.append(f"APPEND {box} {SEEN if number % 2 else '()'} @{path}")
    return lines


def _run(server: Server, security: str, lines: list[str]) -> Run:
    run = mailshell(server, "imap", security, [*lines, "LOGOUT"], "--json", "--timeout", "20", "--yes")
    assert [result.get("status") for result in run.results][-1] == "OK", run.errors
    return run


ON_EACH = pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)


@pytest.mark.parametrize("security", ["clear", "tls", "starttls"])
@ON_EACH
def test_a_long_session(server: Server, security: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    filled = _fill(server, tmp_path, '"Lint box"')
    url = f"imap://{server.user}:{server.password}@localhost:{server.imap}"
    lines = [*BEFORE, *filled, 'SELECT "Lint box"', *AFTER, *TOGETHER, *QRESYNC]
    lines = [line.replace("{url}", url).replace("{message}", str(tmp_path / "1.eml")) for line in lines]
    run = _run(server, security, [*lines, *(f"DELETE {box}" for box in ('"Lint box"', "Lint/Übung", "Lint/Öl"))])
    assert sum(result.get("status") == "OK" for result in run.results) > 100, run.errors
    heard = _heard(server, "imap", request.node.name)
    assert len(heard) == 2
    assert max(len(one.events) for one in heard) > 200


@ON_EACH
def test_every_command(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    lines = [*_fill(server, tmp_path, "INBOX"), "SELECT INBOX", *_examples("imap")]
    _run(server, "clear", [*lines, "SELECT INBOX", *_examples("imap")])
    assert len(_heard(server, "imap", request.node.name)) == 1


@ON_EACH
def test_every_pop3_command(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    _run(server, "clear", _fill(server, tmp_path, "INBOX"))
    run = mailshell(server, "pop3", "clear", [*_examples("pop3"), "RSET", "QUIT"], "--json", "--yes")
    assert [result.get("status") for result in run.results][-1] == "+OK", run.errors
    assert len(_heard(server, "pop3", request.node.name)) == 1
