"""With ``explain`` on, each row has below it what it means; the other rows stay what they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_trace_any_octets import TALK
from test_trace_secrets import PLAIN, SECRET, imap, pop3
from trace_support import Player

from mailshell.protocol.limits import Limits
from mailshell.trace.prefix import EXPLANATION
from mailshell.trace.trace import STYLES, Trace

CLOCK = re.compile(r"^  \d\d:\d\d\.\d\d ")
MESSAGE = b"Subject: x\r\n\r\none\r\ntwo\r\nthree\r\nfour\r\n"


def talk(player: Player) -> Player:
    player.connect().server(b"* OK ready\r\n").client(b"a1 SELECT INBOX\r\n").server(b"* 3 EXISTS\r\na1 OK done\r\n")
    player.client(b"a2 FETCH 1 BODY[]\r\n").server(b"* 1 FETCH (BODY[] {%d}\r\n" % len(MESSAGE))
    player.server(MESSAGE[:7], MESSAGE[7:], b")\r\na2 OK done\r\nzz OK stray\r\n")
    return player.client(b"a3 LOGOUT\r\n").server(b"* BYE bye\r\n", b"a3 OK done\r\n").close()


def listing(player: Player) -> Player:
    player.connect().server(b"+OK ready\r\n").client(b"CAPA\r\n").server(b"+OK\r\nTOP\r\nUI", b"DL\r\nSTLS\r\n.\r\n")
    player.client(b"CAPA\r\n").server(b"+OK\r\nTOP\r\nUIDL\r\nSTLS\r\nUSER\r\nPIPELINING\r\nLANG\r\n.\r\n")
    player.client(b"RETR 1\r\n").server(b"+OK\r\n..x\r\nb\r\n.\r\n")
    return player.client(b"STAT\r\n").server(b"+OK 2 320\r\n").client(b"QUIT\r\n").server(b"+OK\r\n").close()


def test_at_level_2_each_line_is_explained_below_it() -> None:
    assert talk(Player(level=2, explain=True)).rows == [
        "--- connected to mail.example:143",
        "S:  * OK ready",
        "  · the greeting: the server is ready, and nobody is logged in",
        "C:  a1 SELECT INBOX",
        "  · a1 is the tag: the answer that begins with a1 ends this command",
        "  · SELECT: open a mailbox (RFC 9051 6.3.2)",
        "S:  * 3 EXISTS",
        "  · * marks an untagged response: the mailbox holds 3 messages now, numbered 1 to 3",
        "S:  a1 OK done",
        "  · a1 ends SELECT: done",
        "C:  a2 FETCH 1 BODY[]",
        "  · a2 is the tag: the answer that begins with a2 ends this command",
        "  · FETCH: get messages or parts and facts of them (RFC 9051 6.4.5)",
        "  · BODY[]: the text of a section, or of the whole message; marks it as seen",
        "S:  * 1 FETCH (BODY[] {37}",
        "  · message 1: BODY[] (the whole message) comes as a literal of 37 octets: it begins after this line end, "
        "and only counting tells where it ends",
        "S:| Subject: x",
        "S:| ",
        "S:| one",
        "S:- … 3 more of 6 lines, 18 more of 37 octets",
        "S:  )",
        "  · the literal is over; this ends what * 1 FETCH ( began",
        "  · message 1: BODY[], 37 octets",
        "S:  a2 OK done",
        "  · a2 ends FETCH: done",
        "S:  zz OK stray",
        "C:  a3 LOGOUT",
        "  · LOGOUT: end the session (RFC 9051 6.1.3)",
        "S:  * BYE bye",
        "  · * marks an untagged response: BYE: the server is about to close the connection",
        "S:  a3 OK done",
        "  · a3 ends LOGOUT: done; the server closes the connection",
        "--- the server closed the connection",
    ]


def test_lines_of_a_listing_are_explained_below_them_and_those_folded_away_below_the_count() -> None:
    rows = listing(Player("pop3", level=2, explain=True)).rows
    first = rows.index("S:| TOP")
    assert rows[first : first + 8] == [
        "S:| TOP",
        "  · TOP: TOP gets the header and some lines",
        "S:| UIDL",
        "  · UIDL: UIDL gives each message a lasting identifier",
        "S:| STLS",
        "  · STLS: STLS begins TLS on this connection; begin TLS before logging in, and send CAPA again",
        "S:  .",
        "  · the lone dot ends the reply",
    ]
    second = rows.index("S:| STLS", first + 8)
    assert [row[:11] for row in rows[second : second + 7]] == [
        "S:| STLS", "  · STLS: S", "S:- … 3 mor", "  · USER: U", "  · PIPELIN", "  · LANG: L", "S:  .",
    ]  # fmt: skip
    third = rows.index("S:| ..x")
    assert rows[third + 1 : third + 4] == [
        "  · a line that begins with a dot: the dot was doubled, and the first is taken away",
        "S:| b",
        "S:  .",
    ]


def test_at_level_1_a_request_is_explained_with_its_answer() -> None:
    rows = talk(Player(level=1, explain=True)).rows
    assert rows[1].startswith("=:  a1 SELECT INBOX → OK done  ")
    assert rows[2:5] == [
        "  · a1 is the tag: the answer that begins with a1 ends this command",
        "  · SELECT: open a mailbox (RFC 9051 6.3.2)",
        "  · a1 ends SELECT: done",
    ]
    assert not any("EXISTS" in row or "untagged response: the mailbox" in row for row in rows)


def test_at_level_0_nothing_is_shown() -> None:
    assert talk(Player(level=0, explain=True)).written == []


@pytest.mark.parametrize("level", range(6))
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("play", [talk, listing])
def test_the_other_rows_stay_what_they_are(play: type[Player], style: str, level: int) -> None:
    protocol = "imap" if play is talk else "pop3"
    plain = play(Player(protocol, level=level, style=style)).rows
    explained = play(Player(protocol, level=level, style=style, explain=True)).rows
    others = [row for row in explained if not row.startswith(EXPLANATION)]
    assert [CLOCK.sub("", row) for row in others] == [CLOCK.sub("", row) for row in plain]
    shows_lines = {"mailshell": 1, "poplib": 1, "imaplib": 4}[style]
    assert (len(explained) > len(plain)) == (level >= shows_lines)


@given(TALK, st.sampled_from(["imap", "pop3"]), st.sampled_from(STYLES), st.integers(1, 5))
@settings(max_examples=200, deadline=None)
def test_any_octets_explained(talk: list[tuple[bool, bytes]], protocol: str, style: str, level: int) -> None:
    rows = []
    for explain in (False, True):
        limits = Limits(line=60, literal=1000, response=500, outstanding=3)
        player = Player(protocol, limits, style=style, level=level, explain=explain).connect()
        for ours, octets in talk:
            (player.client if ours else player.server)(octets)
        found = [row for row in player.close().text.split("\n") if not row.startswith(EXPLANATION)]
        rows.append([CLOCK.sub("", row) for row in found])
    assert rows[0] == rows[1]


@pytest.mark.parametrize("level", range(1, 6))
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("play", [imap, pop3])
def test_secrets_are_masked_in_explanations(play: type[Player], style: str, level: int) -> None:
    text = play(level=level, style=style, explain=True).text
    for secret in (SECRET, PLAIN, PLAIN[-12:], SECRET[:5], SECRET[-5:]):
        assert secret.decode() not in text


def test_it_can_be_switched_in_the_middle_of_anything() -> None:
    player = Player(level=3).connect().server(b"* OK ready\r\n").client(b"a1 AUTHENTICATE CRAM-MD5\r\n")
    assert not player.trace.explain
    player.trace.explain = True
    player.server(b"+ PGE+\r\n")
    assert player.rows[-1].startswith("  · + is a continuation request: SASL challenge of CRAM-MD5, base64: <a>")
    player.trace.explain = False
    before = len(player.rows)
    player.client(b"*\r\n").server(b"a1 BAD no\r\n")
    assert len(player.rows) == before + 2
    player.trace.explain = True
    player.client(b"a2 FETCH 1 BODY[]\r\n").server(b"* 1 FETCH (BODY[] {3}\r\n")
    player.trace.explain = False
    player.trace.explain = True
    assert player.server(b"abc)\r\n").rows[-2] == "  · the literal is over; this ends the response"


def test_a_listing_begun_before_the_explanations_is_shown_as_ever() -> None:
    player = Player("pop3", level=3).connect().server(b"+OK\r\n").client(b"CAPA\r\n").server(b"+OK\r\nTOP\r\n")
    player.trace.explain = True
    assert player.server(b"UIDL\r\n.\r\n").rows[-3:] == ["S:| UIDL", "S:  .", "  · the lone dot ends the reply"]


def test_explanations_do_not_depend_on_colour() -> None:
    player = Player(level=2, explain=True, colour=True).connect().server(b"* OK ready\r\n")
    text = re.sub(r"\x1b\[[0-9;]*m", "", player.text)
    assert "\n  · the greeting: the server is ready" in text
    assert re.search(r"\x1b\[[0-9;]*m  · the greeting[^\x1b]*\x1b\[0m\n", player.text)


def test_explanations_in_the_styles_of_python() -> None:
    rows = talk(Player(level=4, style="imaplib", explain=True)).rows
    at = next(number for number, row in enumerate(rows) if row.endswith("< b'* 3 EXISTS'"))
    assert rows[at + 1].startswith("  · * marks an untagged response: ")
    assert not any("ends LOGOUT" in row for row in rows), "imaplib does not read the answer to LOGOUT"
    rows = listing(Player("pop3", level=2, style="poplib", explain=True)).rows
    at = rows.index(r"*get* b'TOP\r\n'")
    assert rows[at + 1] == "  · TOP: TOP gets the header and some lines"
    assert rows[at + 2] == r"*get* b'UIDL\r\n'"
    rows = listing(Player("pop3", level=1, style="poplib", explain=True)).rows
    assert rows[:2] == ["*cmd* 'CAPA'", "  · CAPA: list what the server can do (RFC 2449 5)"]


def test_a_trace_takes_it_as_an_argument_too() -> None:
    player = Player()
    trace = Trace("imap", player.written.append, secrets=player.engine.secrets, level=2, explain=True)
    assert trace.explain
    trace.explain = True
    assert trace.explain
