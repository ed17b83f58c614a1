"""The style ``poplib`` against the module itself: the same octets must give the same text."""

from __future__ import annotations

import contextlib
import io
import poplib
from collections.abc import Callable, Sequence

import pytest
from trace_support import EOF, Player, ScriptedServer

BODY = b'Subject: dots\r\n\r\n..leading dot\r\n...\r\n\xff \x1b[31m it\'s "quoted"\r\nbare\nlf\r\n\r\n.\r\n'
CAPA = b"+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n"


def session(p: poplib.POP3) -> None:
    p.user("ana")
    with contextlib.suppress(poplib.error_proto):
        p.pass_("wrong it's")
    p.user("zoë")
    p.pass_("secret99")
    p.stat()
    p.list()
    p.list(1)
    p.retr(1)
    p.top(1, 0)
    p.uidl()
    p.uidl(1)
    p.capa()
    with contextlib.suppress(poplib.error_proto):
        p.dele(99)
    with contextlib.suppress(poplib.error_proto):
        p.retr(99)
    p.dele(1)
    p.noop()
    p.rset()
    p.quit()


SESSION: list[Sequence[object]] = [
    [b"+OK\r\n"],
    [b"-ERR [AUTH] Authentication failed.\r\n"],
    [b"+OK\r\n"],
    [b"+OK Logged in.\r\n"],
    [b"+OK 2 640\r\n"],
    [b"+OK 2 messages:\r\n1 320\r\n2 320\r\n.\r\n"],
    [b"+OK 1 320\r\n"],
    [b"+OK 320 octets\r\n" + BODY[:20], BODY[20:-4], BODY[-4:]],
    [b"+OK\r\n" + BODY],
    [b"+OK\r\n1 abc'\r\n2 def\r\n.\r\n"],
    [b"+OK 1 abc\r\n"],
    [CAPA],
    [b"-ERR There's no message 99.\r\n"],
    [b"-ERR There's no message 99.\r\n"],
    [b"+OK Marked to be deleted.\r\n"],
    [b"+OK\r\n"],
    [b"+OK\r\n"],
    [b"+OK Logging out, messages deleted.\r\n"],
]


def refused(p: poplib.POP3) -> None:
    for _ in range(2):
        with contextlib.suppress(poplib.error_proto):
            p.stat()


def run(level: int, answers: Sequence[Sequence[object]], play: Callable[[poplib.POP3], None]) -> tuple[str, str]:
    printed = io.StringIO()
    with ScriptedServer(b"+OK ready <1.2@x>\r\n", answers) as server, contextlib.redirect_stdout(printed):
        p = poplib.POP3("127.0.0.1", server.port, timeout=10)
        p.encoding = "utf-8"
        p.set_debuglevel(level)
        play(p)
        p.close()
    player = Player("pop3", level=level, style="poplib", show_secrets=True).play(server.recorded)
    return printed.getvalue(), player.text


GREETING = "*get* b'+OK ready <1.2@x>\\r\\n'\n*resp* b'+OK ready <1.2@x>'\n"


@pytest.mark.parametrize("level", [1, 2])
def test_prints_what_poplib_prints(level: int) -> None:
    theirs, ours = run(level, SESSION, session)
    assert ours == (GREETING if level > 1 else "") + theirs


@pytest.mark.parametrize("level", [1, 2])
def test_refusal_and_end_of_the_stream(level: int) -> None:
    theirs, ours = run(level, [[b"-ERR no\r\n"], [EOF]], refused)
    assert ours == (GREETING if level > 1 else "") + theirs


@pytest.mark.parametrize("level", [3, 4, 5])
def test_higher_levels_are_level_2(level: int) -> None:
    recorded = [("S", b"+OK hi\r\n"), ("C", b"STAT\r\n"), ("S", b"+OK 1 2\r\n")]
    assert Player("pop3", level=level, style="poplib").play(recorded).rows == [
        "*get* b'+OK hi\\r\\n'",
        "*resp* b'+OK hi'",
        "*cmd* 'STAT'",
        "*put* b'STAT'",
        "*get* b'+OK 1 2\\r\\n'",
        "*resp* b'+OK 1 2'",
        "*stat* [b'+OK', b'1', b'2']",
    ]


def test_masks_secrets() -> None:
    player = Player("pop3", level=2, style="poplib").server(b"+OK hi\r\n")
    player.client(b"PASS it's 'secret'\r\n").server(b"-ERR not 'it's 'secret''\r\n")
    player.client(b"RETR 1\r\n").server(b"+OK\r\nsee it's 'sec", b"ret' there\r\n.\r\n")
    player.client(b"AUTH PLAIN\r\n").server(b"+ \r\n").client(b"AGFuYQBzZWNyZXQ5OQ==\r\n").server(b"+OK\r\n")
    assert player.rows[2:] == [
        "*cmd* 'PASS ⟦password⟧'",
        "*put* b'PASS ⟦password⟧'",
        "*get* b\"-ERR not '⟦password⟧'\\r\\n\"",
        "*resp* b\"-ERR not '⟦password⟧'\"",
        "*cmd* 'RETR 1'",
        "*put* b'RETR 1'",
        "*get* b'+OK\\r\\n'",
        "*resp* b'+OK'",
        "*get* b'see ⟦password⟧ there\\r\\n'",
        "*get* b'.\\r\\n'",
        "*cmd* 'AUTH PLAIN'",
        "*put* b'AUTH PLAIN'",
        "*get* b'+ \\r\\n'",
        "*resp* b'+ '",
        "*put* b'⟦response⟧'",
        "*get* b'+OK\\r\\n'",
        "*resp* b'+OK'",
    ]


def test_bare_line_feeds() -> None:
    player = Player("pop3", level=2, style="poplib").server(b"+OK hi\n\rxyz\n")
    assert player.rows == [
        "*get* b'+OK hi\\n'",
        "*resp* b'+OK hi'",
        "*get* b'\\rxyz\\n'",
        "*resp* b'xyz'",
    ]


def test_imap_in_this_style() -> None:
    player = Player("imap", level=2, style="poplib").server(b"* OK hi\r\n")
    player.client(b"A0 LOGIN ana {3}\r\n").server(b"+\r\n").client(b"abc", b"\r\n").server(
        b"A0 OK [X {2}\r\n\r\n] x\r\n"
    )
    assert player.rows[2:] == [
        "*cmd* 'A0 LOGIN ana {⟦length⟧}'",
        "*put* b'A0 LOGIN ana {⟦length⟧}'",
        "*get* b'+\\r\\n'",
        "*resp* b'+'",
        "*put* b'⟦password⟧'",
        "*put* b''",
        "*get* b'A0 OK [X {2}\\r\\n'",
        "*resp* b'A0 OK [X {2}'",
        "*get* b'\\r\\n'",
        "*get* b'] x\\r\\n'",
    ]
