"""The style ``mailshell``, level by level."""

from __future__ import annotations

import re
from typing import Any

import pytest
from trace_support import Player

from mailshell.protocol.limits import Limits
from mailshell.trace.trace import LEVELS, STYLES, Trace
from mailshell.wire import Diagnostic, Injected

MESSAGE = b"".join(b"line %d\r\n" % number for number in range(1, 41))


def imap(level: int, **options: Any) -> Player:
    player = Player(level=level, **options).connect(attempts=("::1: refused", "mail.example:143: connected"))
    player.server(b"* OK hi \x1b[31m\r\n").client(b"a1 STARTTLS\r\n").server(b"a1 OK go\r\n").start_tls()
    player.client(b"a2 FETCH 1 (FLAGS BODY[])\r\n")
    player.server(b"* 1 FETCH (FLAGS (\\Seen) BODY[] {%d}\r\n" % len(MESSAGE), MESSAGE[:100], MESSAGE[100:])
    player.server(b" X {5}\r\nhello)\r\n* 4 EXISTS\r\na2 OK [X y] done\r\n")
    player.client(b"a3 LOGOUT\r\n").server(b"* BYE bye\r\na3 OK done\r\n")
    return player.close()


def test_level_0_shows_nothing() -> None:
    assert imap(0).written == []


def test_level_1_is_a_row_for_each_request() -> None:
    assert imap(1).rows == [
        "--- connected to mail.example:143",
        "=:  a1 STARTTLS → OK go  11.5 ms  sent 13, received 10 octets",
        "--- TLS started: TLSv1.3, TLS_AES_256_GCM_SHA384",
        "=~  a2 FETCH 1 (FLAGS BODY[]) → OK [X y] done  46.0 ms  sent 27, received 436 octets",
        "=~  a3 LOGOUT → OK done  11.5 ms  sent 11, received 23 octets",
        "--- the server closed the connection",
    ]


def test_level_2_folds() -> None:
    assert imap(2).rows == [
        "--- ::1: refused",
        "--- mail.example:143: connected",
        "--- connected to mail.example:143",
        "S:  * OK hi \\x1b[31m",
        "C:  a1 STARTTLS",
        "S:  a1 OK go",
        "--- TLS started: TLSv1.3, TLS_AES_256_GCM_SHA384",
        "C~  a2 FETCH 1 (FLAGS BODY[])",
        "S~  * 1 FETCH (FLAGS (\\Seen) BODY[] {351}",
        "S~| line 1",
        "S~| line 2",
        "S~| line 3",
        "S~- … 37 more of 40 lines, 327 more of 351 octets",
        "S~   X {5}",
        "S~| hello\\",
        "S~  )",
        "S~  * 4 EXISTS",
        "S~  a2 OK [X y] done",
        "C~  a3 LOGOUT",
        "S~  * BYE bye",
        "S~  a3 OK done",
        "--- the server closed the connection",
    ]


def test_level_3_is_everything() -> None:
    rows = imap(3).rows
    assert [row for row in rows if row.startswith("S~|")] == [
        *(f"S~| line {number}" for number in range(1, 41)),
        "S~| hello\\",
    ]
    assert not any("…" in row for row in rows)


def test_level_4_adds_boundaries() -> None:
    rows = imap(4).rows
    assert rows[:10] == [
        "--- 0.000000 ::1: refused",
        "--- 0.000000 mail.example:143: connected",
        "--- 0.000000 connected to mail.example:143",
        "S:= 0.011500 read at 0: 15 octets",
        "S:  * OK hi \\x1b[31m",
        "C:= 0.012500 write at 0: 13 octets",
        "C:  a1 STARTTLS",
        "S:= 0.024000 read at 15: 10 octets",
        "S:  a1 OK go",
        "--- 0.024000 TLS started: TLSv1.3, TLS_AES_256_GCM_SHA384",
    ]
    assert "S~= 0.048000 read at 64: 100 octets" in rows
    plain = [re.sub(r"^(---) \d+\.\d{6} ", r"\1 ", row) for row in rows if row[2] != "="]
    plain.remove("--- the certificate of mail.example was verified")
    assert plain == imap(3).rows


def test_level_5_adds_a_dump() -> None:
    rows = imap(5).rows
    assert rows[4:6] == [
        "S:# 00000000  2a 20 4f 4b 20 68 69 20  1b 5b 33 31 6d 0d 0a     * OK hi .[31m..",
        "S:  * OK hi \\x1b[31m",
    ]
    dumped = "".join(row[14:63] for row in rows if row.startswith("S~#"))
    assert MESSAGE in bytes.fromhex(dumped)


def test_pop3_bodies() -> None:
    player = Player("pop3").connect()
    player.trace.level = 2
    player.server(b"+OK hi\r\n").client(b"RETR 1\r\n").server(b"+OK\r\n..a\r\nb", b"\nc\r\n.\r", b"\n")
    player.client(b"LIST\r\n").server(b"+OK\r\n" + b"1 2\r\n" * 7 + b".\r\n").client(b"QUIT\r\n").close()
    assert player.rows == [
        "S:  +OK hi",
        "C:  RETR 1",
        "S:  +OK",
        "S:| ..a",
        "S:| b\\n",
        "S:| c",
        "S:  .",
        "C:  LIST",
        "S:  +OK",
        "S:| 1 2",
        "S:| 1 2",
        "S:| 1 2",
        "S:- … 4 more of 7 lines, 20 more of 35 octets",
        "S:  .",
        "C:  QUIT",
        "--- the server closed the connection",
    ]


@pytest.mark.parametrize(("level", "line"), [(1, None), (2, "S:  bogus\\n")])
def test_surprises(level: int, line: str | None) -> None:
    player = Player(level=level).connect().server(b"* OK hi\r\nbogus\n").client(b"a1 NOOP\r\n")
    player.server(b"a9 OK what\r\n* BYE I'm off\r\n").close(reason="the server closed the connection \x1b")
    surprises = [row for row in player.rows if row[2] == "!"]
    expected = []
    if level == 1:
        expected += ["S:! * BYE I'm off", "=:! a1 NOOP → no answer  11.5 ms  sent 9, received 15 octets"]
    assert surprises == [*expected, "--! the server closed the connection \\x1b"]
    assert line is None or line in player.rows


@pytest.mark.parametrize(("explain", "below"), [(False, []), (True, ["  · what to do: have it mended"])])
def test_a_finding_stands_below_the_line_that_caused_it(explain: bool, below: list[str]) -> None:
    player = Player(level=2, explain=explain).connect().server(b"* OK hi\r\n")
    lines = ["warning F09 spaces: 2 spaces", "    *  OK hi"]
    player.trace.finding(lines, "have it mended", tls=False)
    player.trace.finding(lines[:1], tls=True)
    at = player.rows.index("S:! warning F09 spaces: 2 spaces")
    assert player.rows[at:] == [
        "S:! warning F09 spaces: 2 spaces", "S:!     *  OK hi", *below, "S~! warning F09 spaces: 2 spaces"
    ]  # fmt: skip
    assert player.trace.shows_findings
    player.trace.style = "imaplib"
    assert not player.trace.shows_findings
    player.trace.finding(lines, tls=False)
    assert player.rows[at + 2 + len(below) + 1 :] == []


def test_injected_octets_tls_and_diagnostics() -> None:
    player = Player(level=2).connect().start_tls(verified=False)
    player.trace.wire(Injected(100.0, b"a1 OK \x1b fake\r\n"))
    player.trace.wire(Diagnostic(100.0, "tunnel\x07: ready"))
    player.close(by_server=False, reason="the connection was closed")
    assert player.rows[1:] == [
        "--- TLS started: TLSv1.3, TLS_AES_256_GCM_SHA384",
        "--! the certificate of mail.example was not verified",
        "S:! 14 octets in the clear after TLS was agreed, discarded: a1 OK \\x1b fake",
        "--- stderr: tunnel\\x07: ready",
        "--- the connection was closed",
    ]


def test_lines_are_clipped_at_level_2_only() -> None:
    line = b"* SEARCH" + b" 1234" * 1000
    for level, row in [(2, f"S:  {line[:2000].decode()} … 3,010 more octets"), (3, f"S:  {line.decode()}")]:
        assert Player(level=level).server(b"* OK hi\r\n", line + b"\r\n").rows[1] == row


def test_a_line_beyond_the_limit() -> None:
    limits = Limits(line=100)
    chunks = [b"* OK hi\r\n", b"* SEARCH", b" 1234" * 100, b" 5\r\n* 1 EXISTS\r\n"]
    rows = Player(level=3, limits=limits).server(*chunks).rows
    assert rows[1].startswith("S:! the server sends a line of more than 100 octets")
    assert rows[2:] == ["S:  * SEARCH" + " 1234" * 100 + " 5", "S:  * 1 EXISTS"]
    chunks[2] *= 100
    rows = Player(level=2, limits=limits).server(*chunks).rows
    assert rows[2] == "S:  * SEARCH" + (" 1234" * 400)[:1992] + " … 48,012 more octets"
    rows = Player(level=3, limits=limits).server(*chunks, b"* SEARCH" + b" 1234" * 20000 + b"\r\n").rows
    assert [len(row) - 4 for row in rows[-2:]] == [65537, 100008 - 65536]
    assert rows[-2].endswith("\\")


def test_contents_cut_off_by_the_end() -> None:
    player = Player(level=2).server(b"* OK hi\r\n* 1 FETCH (BODY[] {100}\r\nabc\r\nde").close()
    assert player.rows[2:] == ["S:| abc", "S:| de\\", "--! the server closed the connection"]


def test_requests_at_once_and_what_goes_on_with_them() -> None:
    player = Player(level=1).server(b"* OK hi\r\n").client(b"a1 NOOP\r\na2 CAPABILITY\r\n")
    player.server(b"* CAPABILITY IMAP4rev1\r\na2 OK\r\na1 NO [X] no\r\n")
    player.client(b"a3 APPEND x {5}\r\n").server(b"+ go\r\n").client(b"hello\r\n").server(b"a3 OK\r\n")
    player.client(b"a4 IDLE\r\n").server(b"+ \r\n* 1 EXISTS\r\n").client(b"DONE\r\n").server(b"a4 OK\r\n")
    assert player.rows == [
        "=:  a2 CAPABILITY → OK  11.5 ms  sent 15, received 31 octets",
        "=:  a1 NOOP → NO [X] no  11.5 ms  sent 9, received 14 octets",
        "=:  a3 APPEND x {5} → OK  24.0 ms  sent 24, received 13 octets",
        "=:  a4 IDLE → OK  24.0 ms  sent 15, received 23 octets",
    ]


def test_pop3_requests() -> None:
    player = Player("pop3", level=1).server(b"+OK hi\r\n")
    player.client(b"STAT\r\nLIST\r\n").server(b"+OK 1 2\r\n+OK\r\n1 2\r\n.\r\n").client(b"DELE 9\r\n")
    player.server(b"-ERR [SYS/TEMP] no\r\n").client(b"AUTH PLAIN\r\n").server(b"+ \r\n")
    player.client(b"AGFuYQBzZWNyZXQ5OQ==\r\n").server(b"+OK\r\n")
    assert player.rows == [
        "=:  STAT → +OK 1 2  11.5 ms  sent 6, received 9 octets",
        "=:  LIST → +OK  11.5 ms  sent 6, received 13 octets",
        "=:  DELE 9 → -ERR [SYS/TEMP] no  11.5 ms  sent 8, received 20 octets",
        "=:  AUTH PLAIN → +OK  24.0 ms  sent 14 + ⟦response⟧, received 9 octets",
    ]


def test_settings_are_checked() -> None:
    trace = Player().trace
    for level in (-1, 6, "3", None):
        with pytest.raises(ValueError, match="the trace level is a number from 0 to 5, not "):
            trace.level = level  # type: ignore[assignment]
    with pytest.raises(ValueError, match="the trace style is one of mailshell, poplib, imaplib, not 'curl'"):
        trace.style = "curl"
    trace.level, trace.style, trace.show_secrets = 5, "poplib", True
    assert (trace.level, trace.style, trace.show_secrets) == (5, "poplib", True)
    assert not trace.masks
    trace.style = "mailshell"
    assert not trace.masks
    trace.show_secrets = False
    assert trace.masks
    trace.level = 3
    assert not trace.masks
    assert STYLES == ("mailshell", "poplib", "imaplib")
    assert [level for level, _ in LEVELS] == list(range(6))


@pytest.mark.parametrize("style", STYLES)
def test_may_be_switched_on_in_the_middle_of_anything(style: str) -> None:
    for level in range(1, 6):
        player = Player(style=style).server(b"* OK hi\r\n").client(b"a1 NOOP\r\n")
        player.server(b"* 1 FETCH (BODY[] {10}\r\nabc\r\n")
        player.trace.level = level
        player.server(b"de\r\n", b"f X {2}\r\nab)\r\na1 OK\r\n").client(b"a2 APPEND x {3}\r\n").server(b"+ \r\n")
        player.trace.level = 0
        player.client(b"a")
        player.trace.level = level
        player.client(b"bc\r\n").server(b"a2 OK\r\n")
        assert player.text.endswith("\n")


def test_colour_only_adds_escapes() -> None:
    for level in range(1, 6):
        plain, coloured = imap(level), imap(level, colour=True)
        assert "\x1b[" in coloured.text
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.text) == plain.text
    trace: Trace = coloured.trace
    trace.colour = False
    coloured.written.clear()
    coloured.server(b"* 5 EXISTS\r\n")
    assert "\x1b" not in coloured.text
