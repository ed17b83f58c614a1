"""No style shows a secret at any level, unless it is told to."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import pytest
from trace_support import Player

from mailshell.trace.trace import STYLES

SECRET = b"Tr0ub4dor&3"
PLAIN = base64.b64encode(b"\0ana\0" + SECRET)


def imap(**options: Any) -> Player:
    player = Player(**options).connect().server(b"* OK hi\r\n")
    player.client(b'a1 LOGIN ana "%s"\r\n' % SECRET).server(b"a1 NO not %s\r\n" % SECRET)
    player.client(b"a2 LOGIN ana {11}\r\n").server(b"+ go\r\n").client(SECRET[:4], SECRET[4:] + b"\r\n")
    player.server(b"a2 NO see Tr0ub", b"4dor&3!\r\n")
    player.client(b"a3 AUTHENTICATE PLAIN\r\n").server(b"+ \r\n").client(PLAIN[:7], PLAIN[7:] + b"\r\n")
    player.server(b"a3 NO %s\r\n" % PLAIN).client(b"a4 AUTHENTICATE PLAIN %s\r\n" % PLAIN)
    player.server(
        b"* 1 FETCH (BODY[] {33}\r\npassword: Tr0ub", b"4dor&3\r\nthat's it)\r\n* NO %s\r\na4 OK\r\n" % SECRET
    )
    player.client(b"a5 APPEND x {11}\r\n").server(b"+ \r\n").client(SECRET, b"\r\n")
    player.server(b"a5 OK\r\n").client(b"a6 NOOP\r\n").server(b"%s\r\na6 OK\r\n" % SECRET)
    return player.client(b"LOGIN ana %s\r\n" % SECRET).close(reason=f"gone with {SECRET.decode()}")


def pop3(**options: Any) -> Player:
    player = Player("pop3", **options).connect().server(b"+OK hi\r\n")
    player.client(b"USER ana\r\n").server(b"+OK\r\n").client(b"PASS %s\r\n" % SECRET)
    player.server(b"-ERR not %s\r\n" % SECRET).client(b"AUTH PLAIN\r\n").server(b"+ \r\n")
    player.client(PLAIN[:7], PLAIN[7:] + b"\r\n").server(b"+OK\r\n").client(b"STAT\r\n")
    player.server(b"+OK 1 %s\r\n" % SECRET).client(b"RETR 1\r\n")
    player.server(b"+OK\r\nsee Tr0ub", b"4dor&3 here\r\n.\r\n").client(b"PASS %s\r\n" % SECRET)
    return player.server(b"%s\r\n" % SECRET).close(reason=f"gone with {SECRET.decode()}")


@pytest.mark.parametrize("level", range(1, 6))
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("play", [imap, pop3])
def test_secrets_are_masked(play: type[Player], style: str, level: int) -> None:
    for colour in (False, True):
        text = play(level=level, style=style, colour=colour).text
        assert SECRET.decode() not in text
        assert PLAIN.decode() not in text
        assert PLAIN.decode()[-12:] not in text
        assert SECRET[:5].decode() not in text
        assert SECRET[-5:].decode() not in text
        assert SECRET.hex(" ")[:11] not in text
        assert SECRET.hex(" ")[-11:] not in text
        assert "⟦password⟧" in text or (style == "imaplib" and level < 4)


@pytest.mark.parametrize(("style", "level"), [*itertools.product(STYLES, [2]), ("mailshell", 5), ("imaplib", 4)])
def test_secrets_are_shown_if_that_is_wanted(style: str, level: int) -> None:
    text = imap(level=level, style=style, show_secrets=True).text
    assert "⟦" not in text
    assert SECRET.decode() in text


def test_masks_stand_once_and_sizes_leave_them_out() -> None:
    def rows(secret: bytes, level: int) -> list[str]:
        player = Player(level=level).server(b"* OK hi\r\n").client(b"a1 LOGIN ana %s\r\n" % secret)
        player.server(b"a1 NO %s\r\n" % secret).client(b"a2 LOGIN ana {%d}\r\n" % len(secret)).server(b"+\r\n")
        return player.client(secret, b"\r\n").server(b"a2 OK\r\n").client(b"a3 NOOP\r\n").server(b"a3 OK\r\n").rows

    for level in range(1, 6):
        assert rows(b"secret", level) == rows(b"a much longer secret, of 38 octets ...", level)
    assert rows(b"secret", 5)[3:7] == [
        "C:= 0.001000 write at 0: 15 octets + ⟦password⟧",
        "C:# 00000000  61 31 20 4c 4f 47 49 4e  20 61 6e 61 20           a1 LOGIN ana ",
        "C:# ⟦password⟧",
        "C:# 0000000d  0d 0a                                             ..",
    ]


def test_masks_in_the_dump_of_an_echo_cut_between_two_reads() -> None:
    player = Player(level=5).server(b"* OK hi\r\n").client(b"a1 LOGIN ana secret99\r\n")
    player.written.clear()
    player.server(b"a1 NO secr", b"et99\r\n")
    assert [row for row in player.rows if row[2] in "#="] == [
        "S:= 0.012500 read at 9: 6 octets + ⟦secret⟧",
        "S:# 00000009  61 31 20 4e 4f 20                                 a1 NO ",
        "S:# ⟦secret⟧",
        "S:= 0.024000 read at 15: 2 octets + ⟦password⟧",
        "S:# ⟦password⟧",
        "S:# 0000000f  0d 0a                                             ..",
    ]
    assert player.rows[-1] == "S:  a1 NO ⟦password⟧"
