"""The style ``imaplib`` against the module itself: the same octets must give the same text."""

from __future__ import annotations

import contextlib
import imaplib
import io
import re
from collections.abc import Callable, Sequence

import pytest
from trace_support import EOF, READ, Player, ScriptedServer

from mailshell.trace.untagged import MOST, UntaggedResponses

GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS AUTH=PLAIN] It's ready.\r\n"
CAPABILITY = [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN idle\r\n{tag} OK Pre-login capabilities listed\r\n"]
LOGIN = [b"{tag} OK [CAPABILITY IMAP4rev1 UNSELECT IDLE] Logged in\r\n"]
SELECT = [
    b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
    b"* OK [PERMANENTFLAGS (\\Answered \\Seen \\*)] Flags permitted.\r\n* 3 EXISTS\r\n* 0 RECENT\r\n"
    b"* OK [UNSEEN 2] First unseen.\r\n* OK [UIDVALIDITY 1700000000] UIDs valid\r\n",
    b"{tag} OK [READ-WRITE] Select completed (0.001 + 0.000 secs).\r\n",
]
LOGOUT = [b"* BYE Logging out\r\n{tag} OK Logout completed.\r\n"]

Run = Callable[[imaplib.IMAP4], None]


def quiet(action: Callable[[], object]) -> None:
    with contextlib.suppress(imaplib.IMAP4.error, OSError):
        action()


def fetch(m: imaplib.IMAP4) -> None:
    m.login("ana", "pass word")
    m.select()
    m.fetch("1:2", "(FLAGS BODY[HEADER] BODY[TEXT])")
    m.noop()
    m.uid("FETCH", "7", "(BODY[])")
    m.uid("SEARCH", "ALL")
    m.logout()


FETCH: list[object] = [
    b"* 1 FETCH (FLAGS (\\Seen) BODY[HEADER] {14}\r\nSubject: a\r\n\r\n BODY[TEXT] {5}\r\nhello)\r\n",
    b"* 2 FETCH (FLAGS () BODY[HEADER] {0}\r\n BODY[TEXT] {8}\r\n\xff'\"\x00\r\n{3)\r\n* 4 EXISTS\r\n",
    b"{tag} OK Fetch completed.\r\n",
]
UID_FETCH = [b"* 1 FETCH (UID 7 BODY[] {", b"10}\r\n01234", b"56789)\r\n{tag} OK done\r\n"]


def flags(m: imaplib.IMAP4) -> None:
    m.login("ana", "secret")
    m.select("INBOX")
    m.search(None, "ALL")
    m.store("1", "+FLAGS", "(\\Flagged)")
    m.store("1", "+FLAGS.SILENT", "\\Seen")
    m.noop()
    m.noop()
    m.expunge()
    m.status("INBOX", "(MESSAGES UIDNEXT)")
    m.list()
    m.lsub("", "*")
    m.sort("DATE", "UTF-8", "ALL")
    m.thread("REFERENCES", "UTF-8", "ALL")
    m.namespace()
    m.getacl("INBOX")
    m.getquotaroot("INBOX")
    m.check()
    m.noop()
    m.close()
    m.noop()
    m.logout()


FLAGS: list[Sequence[object]] = [
    [b"* SEARCH 1 2 3\r\n{tag} OK Search completed\r\n"],
    [b"* 1 FETCH (FLAGS (\\Flagged))\r\n{tag} OK Store completed\r\n"],
    [b"{tag} OK Store completed\r\n"],
    [b"* 4 EXISTS\r\n* 1 RECENT\r\n{tag} OK NOOP completed\r\n"],
    [b"* OK Still here\r\n* NO [ALERT] disk full\r\n* NO really\r\n{tag} OK NOOP completed\r\n"],
    [b"* 2 EXPUNGE\r\n* 2 EXPUNGE\r\n{tag} OK Expunge completed\r\n"],
    [b"* STATUS INBOX (MESSAGES 2 UIDNEXT 9)\r\n{tag} OK Status completed\r\n"],
    [b'* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST () "/" {5}\r\nWork"\r\n{tag} OK List completed\r\n'],
    [b"{tag} NO [CANNOT] not here\r\n"],
    [b"* SORT 2 1\r\n{tag} OK Sort completed\r\n"],
    [b"* THREAD (1)(2)\r\n{tag} OK Thread completed\r\n"],
    [b'* NAMESPACE (("" "/")) NIL NIL\r\n{tag} OK done\r\n'],
    [b"* ACL INBOX ana lrswipkxtecda\r\n{tag} OK done\r\n"],
    [b'* QUOTAROOT INBOX "u"\r\n* QUOTA "u" (STORAGE 1 10)\r\n{tag} OK done\r\n'],
    [b"{tag} OK Check completed\r\n"],
    [b"{tag} OK NOOP completed\r\n"],
    [b"{tag} OK Close completed\r\n"],
    [b"{tag} OK [X-LONG with data] NOOP completed\r\n"],
]


def refused(m: imaplib.IMAP4) -> None:
    quiet(lambda: m.login("ana", "wrong"))
    quiet(lambda: m.login("ana", "wrong again"))
    quiet(lambda: m.login("ana", "bad"))
    quiet(lambda: m.authenticate("PLAIN", lambda _: None))
    m.authenticate("PLAIN", lambda _: b"\0ana\0secret")
    m.append("Drafts", "(\\Draft)", None, b"Subject: x\n\nhello\n")
    m.append("Drafts", None, None, b"")
    quiet(lambda: m.select("Nowhere"))
    m.select("INBOX", readonly=True)
    m.noop()
    quiet(m.select)


REFUSED: list[Sequence[object]] = [
    [b"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"],
    [b"{tag} NO Login failed: it's wrong\r\n"],
    [b"{tag} BAD what?\r\n"],
    [b"+\r\n", READ, b"{tag} BAD cancelled\r\n"],
    [b"+ \r\n", READ, b"* CAPABILITY IMAP4rev1 MOVE\r\n{tag} OK Logged in\r\n"],
    [b"* 4 EXISTS\r\n{tag} OK [APPENDUID 1 7] Append completed\r\n"],
    [b"{tag} OK Append completed\r\n"],
    [b"{tag} NO [NONEXISTENT] no such mailbox\r\n"],
    [b"* 3 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n{tag} OK [READ-ONLY] Examine completed\r\n"],
    [b"{tag} OK NOOP completed\r\n"],
    [b"* 3 EXISTS\r\n{tag} OK [READ-ONLY] Select completed\r\n"],
]


SCENARIOS: dict[str, tuple[bytes, list[Sequence[object]], Run]] = {
    "fetch": (
        GREETING,
        [CAPABILITY, LOGIN, SELECT, FETCH, [b"{tag} OK x\r\n"], UID_FETCH, FLAGS[0], LOGOUT],
        fetch,
    ),
    "flags": (GREETING, [CAPABILITY, LOGIN, SELECT, *FLAGS, LOGOUT], flags),
    "refused": (b"* OK hello\r\n", [CAPABILITY, *REFUSED], refused),
    "stray line": (b"* OK hello\r\n", [CAPABILITY, [b"* 1 EXISTS\r\nwhat is this?\r\n"]], lambda m: quiet(m.noop)),
    "end": (b"* PREAUTH hello\r\n", [CAPABILITY, [b"* 1 EXISTS\r\n", EOF]], lambda m: quiet(m.noop)),
    "goodbye": (
        b"* OK hello\r\n",
        [CAPABILITY, [b"* BYE too long idle\r\n", EOF]],
        lambda m: quiet(m.noop),
    ),
}


def compare(
    monkeypatch: pytest.MonkeyPatch, level: int, greeting: bytes, answers: Sequence[Sequence[object]], run: Run
) -> tuple[str, str, ScriptedServer]:
    monkeypatch.setattr(imaplib, "Debug", level)
    printed = io.StringIO()
    with ScriptedServer(greeting, answers) as server, contextlib.redirect_stderr(printed):
        m = imaplib.IMAP4("127.0.0.1", server.port, timeout=10)
        run(m)
        with contextlib.suppress(OSError):
            m.shutdown()
    player = Player(level=level, style="imaplib", show_secrets=True, tag_prefix=server.tag_prefix)
    player.play(server.recorded)
    return without_clock(printed.getvalue()), without_clock(player.text), server


def without_clock(text: str) -> str:
    return re.sub(r"^  \d\d:\d\d\.\d\d ", "  MM:SS.hh ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_prints_what_imaplib_prints(monkeypatch: pytest.MonkeyPatch, scenario: str, level: int) -> None:
    theirs, ours, _ = compare(monkeypatch, level, *SCENARIOS[scenario])
    assert ours == theirs
    assert ours


def test_level_5_is_level_4() -> None:
    recorded = [("S", b"* OK hi\r\n"), ("C", b"A1 NOOP\r\n"), ("S", b"A1 OK done\r\n")]
    four = Player(level=4, style="imaplib").play(recorded).text
    assert without_clock(Player(level=5, style="imaplib").play(recorded).text) == without_clock(four)


def lines(player: Player) -> list[str]:
    return [row.removeprefix("  MM:SS.hh ") for row in without_clock(player.text).splitlines()]


def test_masks_secrets() -> None:
    player = Player(level=4, style="imaplib").connect().server(b"* OK hi\r\n")
    player.client(b'A0 LOGIN ana "secret99"\r\n').server(b"A0 NO not secret99\r\n")
    player.client(b"A1 LOGIN ana {8}\r\n").server(b"+ go\r\n").client(b"secret99", b"\r\n").server(b"A1 BAD x\r\n")
    player.client(b"A2 AUTHENTICATE PLAIN\r\n").server(b"+ \r\n").client(b"AGFuYQBzZWNyZXQ5OQ==\r\n")
    player.server(b"* X-ECHO secret99\r\nA2 OK AGFuYQBzZWNyZXQ5OQ==\r\n").client(b"A3 NOOP\r\n")
    assert lines(player)[3:] == [
        "> b'A0 LOGIN ana ⟦password⟧'",
        "< b'A0 NO not ⟦password⟧'",
        "NO response: b'not ⟦password⟧'",
        "> b'A1 LOGIN ana {⟦length⟧}'",
        "< b'+ go'",
        "write literal size ⟦length⟧",
        "< b'A1 BAD x'",
        "BAD response: b'x'",
        "> b'A2 AUTHENTICATE PLAIN'",
        "< b'+ '",
        "write literal size ⟦length⟧",
        "< b'* X-ECHO ⟦password⟧'",
        "< b'A2 OK ⟦response⟧'",
        "untagged responses dump:X-ECHO: [b'⟦password⟧']",
        "> b'A3 NOOP'",
    ]


def test_idle_and_what_imaplib_would_not_send() -> None:
    player = Player(level=4, style="imaplib").connect().server(b"* OK hi\r\n")
    player.client(b"A0 IDLE\r\n").server(b"+ idling\r\n* 5 EXISTS\r\n").client(b"DONE\r\n").server(b"A0 OK done\r\n")
    player.client(b"A1 APPEND x {1+}\r\nab (y) {2+}\r\ncd z\r\n").server(b"* OK see {5}\r\nA1 BAD no\r\n")
    assert lines(player)[3:] == [
        "> b'A0 IDLE'",
        "< b'+ idling'",
        "< b'* 5 EXISTS'",
        "> b'DONE'",
        "< b'A0 OK done'",
        "> b'A1 APPEND x {1+}'",
        "write literal size 1",
        "> b'b (y) {2+}'",
        "write literal size 2",
        "> b' z'",
        "< b'* OK see {5}'",
        "< b'A1 BAD no'",
        "BAD response: b'no'",
    ]


def test_pop3_in_this_style() -> None:
    player = Player("pop3", level=4, style="imaplib").connect().server(b"+OK hi\r\n")
    player.client(b"PASS secret99\r\n").server(b"+OK\r\n").client(b"LIST\r\n").server(b"+OK\r\n1 2", b"0\r\n.\r\n")
    assert lines(player)[2:] == [
        "< b'+OK hi'",
        "> b'PASS ⟦password⟧'",
        "< b'+OK'",
        "> b'LIST'",
        "< b'+OK'",
        "< b'1 20'",
        "< b'.'",
    ]


def test_untagged_responses_are_bounded() -> None:
    kept = UntaggedResponses()
    kept.add("FLAGS", b"(\\Seen)")
    for number in range(3000):
        kept.add("FETCH", (b"%d (BODY[] {1000}" % number, bytes(1000)))
    kept.add("FETCH", (b"x", bytes(MOST)))
    text = kept.dump(repr)
    assert "FLAGS: [b'(\\\\Seen)']" in text
    assert "b'0 (BODY" not in text
    assert "b'2999 (BODY" in text
    assert sum(len(item[1]) for item in kept.pop("FETCH") if isinstance(item, tuple)) < MOST
    assert "FETCH" not in kept
