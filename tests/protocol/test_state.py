"""What a session knows of itself: phases, capabilities, the selected mailbox, deletions."""

from __future__ import annotations

import pytest
from protocol_support import imap, play, pop3

from mailshell.protocol.announcement import Announcement, Announcements
from mailshell.protocol.imap.state import Phase as ImapPhase
from mailshell.protocol.pop3.state import Phase as Pop3Phase

LOGGED_IN = """
C: a LOGIN fred secret1
S: a OK done
"""
SELECTED = """
C: b SELECT INBOX
S: * 17 EXISTS
S: * 2 RECENT
S: * FLAGS (\\Answered \\Seen $Work)
S: * OK [UNSEEN 8] first
S: * OK [UIDVALIDITY 3857529045] valid
S: * OK [UIDNEXT 4392] next
S: * OK [HIGHESTMODSEQ 715194045007] modseq
S: * OK [PERMANENTFLAGS (\\Seen \\*)] kept
S: b OK [READ-WRITE] done
"""


@pytest.mark.parametrize(
    ("greeting", "phase", "bye"),
    [
        (b"* OK hello\r\n", ImapPhase.NOT_AUTHENTICATED, False),
        (b"* ok hello\r\n", ImapPhase.NOT_AUTHENTICATED, False),
        (b"* PREAUTH hello\r\n", ImapPhase.AUTHENTICATED, False),
        (b"* BYE busy\r\n", ImapPhase.LOGOUT, True),
        (b"220 smtp.example.org ESMTP\r\n", ImapPhase.NOT_AUTHENTICATED, False),
    ],
)
def test_greeting(greeting: bytes, phase: ImapPhase, bye: bool) -> None:
    state = imap(greeting=greeting).state
    assert state.phase is phase
    assert state.said_bye is bye


def test_capabilities_of_the_greeting() -> None:
    state = imap(greeting=b"* OK [CAPABILITY IMAP4rev1 idle] hello\r\n").state
    assert state.capabilities == ("IMAP4rev1", "idle")
    assert state.announcements.all[-1].source == "greeting"
    assert state.has("Idle")
    assert not state.has("ENABLE")


@pytest.mark.parametrize(
    ("script", "capabilities"),
    [
        ("C: a CAPABILITY\nS: * CAPABILITY IMAP4rev2 STARTTLS\nS: a OK", ("IMAP4rev2", "STARTTLS")),
        ("C: a STARTTLS\nS: a OK begin", None),
        ("C: a STARTTLS\nS: a NO not now", ("OLD",)),
        # Sent in the clear, before TLS stands.
        ("C: a STARTTLS\nS: a OK [CAPABILITY EVIL] begin", None),
        ("C: a LOGIN u p\nS: a OK", None),
        ("C: a LOGIN u p\nS: a NO wrong", ("OLD",)),
        ("C: a LOGIN u p\nS: a OK [CAPABILITY NEW] in", ("NEW",)),
        ("C: a LOGIN u p\nS: * CAPABILITY NEW\nS: a OK in", ("NEW",)),
        ("C: a LOGIN u p\nS: * OK [CAPABILITY NEW] now\nS: a OK in", ("NEW",)),
        ("C: a AUTHENTICATE PLAIN\nS: +\nC: abcd\nS: a OK", None),
        ("C: a AUTHENTICATE PLAIN\nS: +\nC: abcd\nS: a OK [CAPABILITY NEW] in", ("NEW",)),
        ("C: a AUTHENTICATE PLAIN\nS: +\nC: abcd\nS: * CAPABILITY NEW\nS: a OK in", ("NEW",)),
        ("C: a NOOP\nS: a OK", ("OLD",)),
        ("C: a UNAUTHENTICATE\nS: a OK", None),
    ],
)
def test_when_capabilities_are_forgotten(script: str, capabilities: tuple[str, ...] | None) -> None:
    engine = imap(greeting=b"* OK [CAPABILITY OLD] hello\r\n")
    play(engine, script)
    assert engine.state.capabilities == capabilities


def test_select_and_what_it_says() -> None:
    engine = imap()
    play(engine, LOGGED_IN + SELECTED)
    state, view = engine.state, engine.state.mailbox
    assert state.phase is ImapPhase.SELECTED
    assert state.phase.letter == "S"
    assert state.user == "fred"
    assert view is not None
    assert (view.name, view.exists, view.recent, view.unseen) == ("INBOX", 17, 2, 8)
    assert (view.uidvalidity, view.uidnext, view.highestmodseq) == (3857529045, 4392, 715194045007)
    assert view.flags == ("\\Answered", "\\Seen", "$Work")
    assert view.permanent_flags == ("\\Seen", "\\*")
    assert not view.read_only


@pytest.mark.parametrize(
    ("script", "name", "read_only"),
    [
        ("C: s EXAMINE foo\nS: s OK [READ-ONLY] done", "foo", True),
        ('C: s SELECT "my \\"box\\"" (CONDSTORE)\nS: s OK [READ-WRITE]', 'my "box"', False),
        ("C: s SELECT {4}\nS: + go\nC: &-ab\nS: s OK", "&ab", False),
        ("C: s SELECT {6+}\nC: a b c \nS: s OK", "a b c ", False),
        ("C: s SELECT Entw&APw-rfe\nS: s OK [READ-ONLY]", "Entwürfe", True),
    ],
)
def test_name_of_the_mailbox(script: str, name: str, read_only: bool) -> None:
    engine = imap()
    for line in LOGGED_IN.strip().splitlines() + script.splitlines():
        octets = line[3:].encode() + (b"" if line == "C: a b c " else b"\r\n")
        if line.startswith("C: "):
            for at in range(len(octets)):
                engine.sent(octets[at : at + 1])
            if line == "C: a b c ":
                engine.sent(b"\r\n")
        else:
            list(engine.received(octets))
    assert engine.state.mailbox is not None
    assert (engine.state.mailbox.name, engine.state.mailbox.read_only) == (name, read_only)


@pytest.mark.parametrize(
    ("script", "phase", "selected"),
    [
        ("C: c SELECT nope\nS: c NO no such mailbox", ImapPhase.AUTHENTICATED, False),
        ("C: c SELECT \nS: c BAD what?", ImapPhase.SELECTED, True),
        ("C: c CLOSE\nS: c OK", ImapPhase.AUTHENTICATED, False),
        ("C: c CLOSE\nS: c NO", ImapPhase.SELECTED, True),
        ("C: c UNSELECT\nS: c OK", ImapPhase.AUTHENTICATED, False),
        ("C: c UNAUTHENTICATE\nS: c OK", ImapPhase.NOT_AUTHENTICATED, False),
        ("C: c LOGOUT\nS: * BYE bye\nS: c OK", ImapPhase.LOGOUT, False),
        ("S: * BYE shutting down", ImapPhase.SELECTED, True),
    ],
)
def test_leaving_a_mailbox(script: str, phase: ImapPhase, selected: bool) -> None:
    engine = imap()
    play(engine, LOGGED_IN + SELECTED + script)
    assert engine.state.phase is phase
    assert (engine.state.mailbox is not None) is selected
    assert engine.state.said_bye is ("BYE" in script)


def test_a_select_refused_before_login_logs_nobody_in() -> None:
    engine = imap()
    play(engine, "C: a SELECT INBOX\nS: a NO log in first")
    assert engine.state.phase is ImapPhase.NOT_AUTHENTICATED


def test_data_during_select_speaks_of_the_new_mailbox() -> None:
    engine = imap()
    play(engine, LOGGED_IN + SELECTED + "C: c SELECT other\nS: * 3 EXISTS")
    assert engine.state.view is not None
    assert engine.state.view.name == "other"
    assert engine.state.view.exists == 3
    assert engine.state.mailbox is not None
    assert engine.state.mailbox.exists == 17


@pytest.mark.parametrize(
    ("line", "exists"),
    [
        ("* 18 EXISTS", 18),
        ("* 3 EXPUNGE", 16),
        ("* VANISHED 5", 16),
        ("* VANISHED 405,407,410:420", 4),
        ("* VANISHED 12:10", 14),
        ("* vanished (earlier) 1:5", 17),
        ("* VANISHED 1:4294967295", 0),
        ("* VANISHED", 17),
        ("* VANISHED 1:99999999999999999999999999999999999999", 17),
        ("* 0 EXISTS", 0),
    ],
)
def test_count_of_messages(line: str, exists: int) -> None:
    engine = imap()
    play(engine, LOGGED_IN + SELECTED + f"S: {line}")
    assert engine.state.mailbox is not None
    assert engine.state.mailbox.exists == exists


def test_a_long_vanished_is_counted_to_its_end() -> None:
    engine = imap()
    play(engine, LOGGED_IN + "C: b SELECT x\nS: * 50000 EXISTS\nS: b OK")
    list(engine.received(b"* VANISHED " + b",".join(b"%d" % uid for uid in range(1, 80_001, 2)) + b"\r\n"))
    assert engine.state.mailbox is not None
    assert engine.state.mailbox.exists == 10_000


def test_enabled_extensions() -> None:
    engine = imap()
    play(engine, LOGGED_IN + "C: e ENABLE CONDSTORE QRESYNC\nS: * ENABLED CONDSTORE QResync\nS: e OK")
    assert engine.state.enabled == {"CONDSTORE", "QRESYNC"}
    play(engine, "C: u UNAUTHENTICATE\nS: u OK")
    assert not engine.state.enabled
    assert engine.state.user is None


@pytest.mark.parametrize(
    ("script", "user"),
    [
        ('C: a LOGIN "fr ed" x\nS: a OK', "fr ed"),
        ("C: a LOGIN {4+}\nC: fred x\nS: a OK", "fred"),
        ("C: a LOGIN fred x\nS: a NO\nC: b AUTHENTICATE PLAIN abcd\nS: b OK", None),
    ],
)
def test_user(script: str, user: str | None) -> None:
    engine = imap()
    play(engine, script)
    assert engine.state.user == user


# --- POP3


def test_pop3_phases() -> None:
    engine = pop3(greeting=b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n")
    state = engine.state
    assert state.phase is Pop3Phase.AUTHORIZATION
    assert state.timestamp == b"<1896.697170952@dbc.mtview.ca.us>"
    play(engine, "C: USER mrose\nS: +OK\nC: PASS secret\nS: -ERR no\nC: PASS tanstaaf\nS: +OK 2 messages")
    assert state.phase is Pop3Phase.TRANSACTION
    assert state.user == "mrose"
    play(engine, "C: STAT\nS: +OK 2 320")
    assert (state.messages, state.octets) == (2, 320)
    play(engine, "C: DELE 1\nC: DELE 2\nC: DELE 3\nS: +OK\nS: +OK\nS: -ERR no such message")
    assert state.deleted == {1, 2}
    play(engine, "C: RSET\nS: +OK")
    assert not state.deleted
    play(engine, "C: DELE 2\nS: +OK\nC: QUIT\nS: +OK bye")
    assert state.phase is Pop3Phase.UPDATE
    assert not state.deleted


@pytest.mark.parametrize(
    ("script", "user"),
    [
        ("C: APOP mrose c4c9334bac560ecc979e58001b3e22fb\nS: +OK", "mrose"),
        ("C: AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=\nS: +OK", None),
        ("C: USER mrose\nS: +OK\nC: RPOP mrose\nS: +OK", "mrose"),
    ],
)
def test_pop3_logins(script: str, user: str | None) -> None:
    engine = pop3()
    play(engine, script)
    assert engine.state.phase is Pop3Phase.TRANSACTION
    assert engine.state.user == user


def test_pop3_capabilities() -> None:
    engine = pop3()
    play(engine, "C: CAPA\nS: +OK\nS: TOP\nS: SASL PLAIN login\nS: ..DOT\nS: .")
    assert engine.state.capabilities == ("TOP", "SASL PLAIN login", ".DOT")
    assert engine.state.has("sasl")
    assert not engine.state.has("SASL PLAIN")
    play(engine, "C: STLS\nS: +OK")
    assert engine.state.capabilities is None
    play(engine, "C: CAPA\nS: +OK\nS: USER\nS: .\nC: USER a\nS: +OK\nC: PASS b\nS: +OK")
    assert engine.state.capabilities is None


@pytest.mark.parametrize("argument", [b"\xb2", b"-1", b"", b"x y", b"9" * 50, b"\xff"])
def test_odd_deletions_do_not_raise(argument: bytes) -> None:
    engine = pop3()
    engine.sent(b"DELE " + argument + b"\r\n")
    list(engine.received(b"+OK\r\n"))
    assert not engine.state.deleted


@pytest.mark.parametrize("argument", [b"7 x", b"7 8", b"  7", b"x 7"])
def test_a_deletion_that_a_sloppy_server_takes_is_counted(argument: bytes) -> None:
    engine = pop3()
    engine.sent(b"DELE " + argument + b"\r\n")
    list(engine.received(b"+OK\r\n"))
    assert engine.state.deleted == {7}


@pytest.mark.parametrize("text", [b"", b"2", b"two 320", b"2  320", b"9" * 30 + b" 1", b"\xb2 \xb3"])
def test_odd_stat_replies_do_not_raise(text: bytes) -> None:
    engine = pop3()
    engine.sent(b"STAT\r\n")
    list(engine.received(b"+OK " + text + b"\r\n"))
    assert engine.state.messages is None


@pytest.mark.parametrize(
    ("greeting", "stamp"),
    [
        (b"+OK hi\r\n", None),
        (b"+OK <a b@c>\r\n", None),
        (b"+OK <1@h> <2@h>\r\n", b"<1@h>"),
        (b"-ERR <1@h>\r\n", b"<1@h>"),
    ],
)
def test_pop3_timestamp(greeting: bytes, stamp: bytes | None) -> None:
    assert pop3(greeting=greeting).state.timestamp == stamp


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", [("greeting", "in the clear", ("OLD",))]),
        ("C: a CAPABILITY\nS: * CAPABILITY OLD\nS: a OK", [("greeting", "in the clear", ("OLD",))]),
        (
            "C: a LOGIN u p\nS: a OK [CAPABILITY NEW] in",
            [("greeting", "in the clear", ("OLD",)), ("response code", "after login", ("NEW",))],
        ),
        (
            "C: a LOGIN u p\nS: * CAPABILITY NEW\nS: a OK in",
            [("greeting", "in the clear", ("OLD",)), ("CAPABILITY", "after login", ("NEW",))],
        ),
        (
            "C: a LOGIN u p\nS: a OK in\nC: b CAPABILITY\nS: * CAPABILITY OLD\nS: b OK",
            [("greeting", "in the clear", ("OLD",)), ("CAPABILITY", "after login", ("OLD",))],
        ),
    ],
)
def test_when_capabilities_were_announced(script: str, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    engine = imap(greeting=b"* OK [CAPABILITY OLD] hello\r\n")
    play(engine, script)
    told = [(one.source, one.when, one.names) for one in engine.state.announcements.all]
    assert told == expected


def test_what_an_announcement_gained() -> None:
    before, after = Announcement(("A", "b"), "", ""), Announcement(("B", "C"), "", "")
    assert (after.gained(before), before.gained(after)) == (["C"], ["A"])


def test_announcements_are_bounded() -> None:
    announcements = Announcements()
    for number in range(100):
        announcements.add(Announcement((str(number),), "CAPABILITY", "after login"))
    assert len(announcements.all) == 16


def test_the_server_says_who_it_is_and_in_which_language() -> None:
    engine = imap()
    play(engine, 'C: a ID NIL\nS: * ID ("name" "Cyrus" "version" "3.6" "os" NIL)\nS: a OK done\n')
    assert engine.state.server == (("name", "Cyrus"), ("version", "3.6"))
    play(engine, "C: b LANGUAGE\nS: * LANGUAGE (EN DE IT)\nS: b OK supported\n")
    assert engine.state.language == ""
    play(engine, "C: c LANGUAGE DE\nS: * LANGUAGE (DE)\nS: c OK Sprache gewechselt\n")
    assert engine.state.language == "DE"
    play(engine, "C: d ID NIL\nS: * ID NIL\nS: * LANGUAGE broken\nS: d OK done\n")
    assert engine.state.server == ()


def test_pop3_keeps_its_language_and_utf8_in_mind() -> None:
    engine = pop3()
    assert not engine.state.utf8
    play(engine, "C: UTF8\nS: +OK on\nC: LANG de\nS: +OK de-AT Sprache gewechselt\n")
    assert engine.state.utf8
    assert engine.state.language == "de-AT"
    play(engine, "C: LANG xx\nS: -ERR none such\nC: LANG\nS: +OK these\nS: de\nS: en\nS: .\n")
    assert engine.state.language == "de-AT"
