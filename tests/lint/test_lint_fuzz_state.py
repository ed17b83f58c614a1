"""The checkers of what a session knows take whatever comes: in linear time, in bounded memory, without raising."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_support import octets_of
from linted import Fed

from mailshell.lint.finding import Finding
from mailshell.lint.imap import rules_state, state
from mailshell.lint.imap.asked import Numbers, fetch_asked
from mailshell.lint.imap.listed import matches
from mailshell.lint.imap.view import Messages
from mailshell.lint.linter import Linter
from mailshell.lint.rule import Rules
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Exchange
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.wire import Closed

RULES = Rules("imap", rules_state.TABLE)
TOPICS = ("tagging", "selected", "counts", "messages", "flags", "results", "capabilities")
LINES = sorted(
    {
        line
        for topic in TOPICS
        for line in (Path(__file__).parent / f"cases_imap_{topic}.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith(("S: ", "S> ", "C: ", "C> "))
    }
)
STEPS = [(Side.SERVER if line[0] == "S" else Side.CLIENT, octets_of(line)) for line in LINES]
#: Numbers of any size in the place of those of the cases.
NUMBERS = st.sampled_from([b"0", b"1", b"4294967295", b"4294967296", b"9" * 30, b"*", b"1:4294967295", b"NIL"])


def findings(steps: list[tuple[Side, bytes]]) -> list[Finding]:
    """What is found in the exchange; all within what the server said."""
    engine = ImapConnection()
    found: list[Finding] = []
    linter = Linter(engine, RULES, state.checkers(), found.append)
    fed, clock = Fed(engine, linter), 0.0
    for side, octets in [(Side.SERVER, b"* PREAUTH [CAPABILITY IMAP4rev1 QRESYNC] ready\r\n"), *steps]:
        clock += 1
        fed.pass_on(side, octets, clock)
        linter.idle(clock + 50)
    linter.wire(Closed(clock, True, "the server closed the connection"))
    for finding in found:
        assert 0 <= finding.start <= finding.end <= fed.offsets[Side.SERVER], finding
    return found


@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_the_lines_of_the_cases_in_any_order(steps: list[tuple[Side, bytes]]) -> None:
    findings(steps)


@given(st.lists(st.tuples(st.sampled_from(STEPS), NUMBERS, st.integers(0, 60), st.binary(max_size=3)), max_size=12))
def test_mutations(mutations: list[tuple[tuple[Side, bytes], bytes, int, bytes]]) -> None:
    steps = []
    for (side, octets), number, at, instead in mutations:
        for digit in (b" 1", b" 5", b"(5"):
            octets = octets.replace(digit, digit[:1] + number, 1)
        at = min(at, len(octets))
        steps.append((side, octets[:at] + instead + octets[at + len(instead) :]))
    findings(steps)


@given(st.lists(st.tuples(st.sampled_from(Side), st.binary(max_size=60)), max_size=12))
def test_any_octets(steps: list[tuple[Side, bytes]]) -> None:
    findings(steps)


@pytest.mark.parametrize(
    ("command", "unit"),
    [
        (b"FETCH 1:* (UID FLAGS BODY.PEEK[]<0.5>)", b"* %d FETCH (UID %d FLAGS (\\Seen $A%d))\r\n"),
        (b"STORE 1:* +FLAGS (\\Seen)", b"* %d FETCH (FLAGS ($B%d) MODSEQ (%d))\r\n"),
        (b"NOOP", b'* %d FETCH (UID %d RFC822.SIZE %d BODY[] "abc" BODY[HEADER] "ab")\r\n'),
        (b"NOOP", b"* %d EXISTS\r\n* %d EXPUNGE\r\n* VANISHED %d:4294967295\r\n"),
        (b"UID SEARCH ALL", b"* SEARCH %d %d %d\r\n"),
        (b'LIST "" "*a*a*a*a*a*a*a*a*b"', b'* LIST () "/" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%d%d%d\r\n'),
        (b"SELECT INBOX", b"* OK [UIDVALIDITY %d] ok\r\n* OK [X%d] x\r\n* FLAGS (\\A%d)\r\n"),
        (b"CAPABILITY", b"* CAPABILITY A%d B%d C%d\r\n"),
    ],
)
def test_time_is_linear(command: bytes, unit: bytes) -> None:
    def spent(count: int) -> float:
        said = b"".join(unit % (number, number, number) for number in range(1, count))
        begin = time.process_time()
        findings([(Side.CLIENT, b"a1 " + command + b"\r\n"), (Side.SERVER, said), (Side.SERVER, b"a1 OK done\r\n")])
        return time.process_time() - begin

    spent(200)
    few, many = spent(1500), spent(6000)
    assert many < 12 * few + 0.2


def test_the_expunges_of_a_full_mailbox() -> None:
    messages = Messages()
    messages.count = 60_000
    for number in range(1, 60_001):
        messages.learn(number, number * 2)
    begin = time.process_time()
    for _ in range(60_000):
        messages.expunge(1)
    assert messages.count == 0
    assert time.process_time() - begin < 3


def test_a_view_keeps_up_with_what_vanishes() -> None:
    messages = Messages()
    messages.count = 4
    for number, uid in enumerate((3, 5, 7, 9), start=1):
        messages.learn(number, uid)
    assert messages.vanish(Numbers("5,7", 9)) is None
    assert (messages.count, messages.uid(1), messages.uid(2), messages.complete) == (2, 3, 9, True)
    assert messages.vanish(Numbers("4", 9)) == (4, 4)
    messages.count = 1 << 40
    messages.vanish(Numbers("1:4294967295", 9))
    assert not messages.complete


@pytest.mark.parametrize(
    ("pattern", "name", "delimiter", "matching"),
    [
        ("*", "", None, True),
        ("%", "a/b", "/", False),
        ("%", "a/b", ".", True),
        ("%/%", "a/b", "/", True),
        ("%/%", "a/b/c", "/", False),
        ("a%*", "a/b", "/", True),
        ("a", "a", "/", True),
        ("a", "ab", "/", False),
        ("*b", "aab", "/", True),
        ("", "", "/", True),
        ("%%", "abc", "/", True),
    ],
)
def test_patterns(pattern: str, name: str, delimiter: str | None, matching: bool) -> None:
    assert matches(pattern, name, delimiter) is matching


@pytest.mark.parametrize(
    ("words", "items"),
    [
        ("FETCH 1 FLAGS", {"FLAGS"}),
        ("FETCH 1 full", {"FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"}),
        ("FETCH 1:* (uid body.peek[1.mime]<0.9> EMAILID)", {"UID", "BODY[1.MIME]<0>"}),
        ('FETCH 1 BODY[HEADER.FIELDS (To "From")]', {"BODY[HEADER.FIELDS {FROM TO}]"}),
        ("UID FETCH 1 BINARY.PEEK[1]", {"UID", "BINARY[1]"}),
    ],
)
def test_what_a_fetch_asks_for(words: str, items: set[str]) -> None:
    asked = fetch_asked(Exchange(1, "a", words[: words.index(" 1")], None, words))
    assert asked is not None
    assert asked.items == items


def test_a_fetch_of_which_not_all_is_known_asks_for_nothing() -> None:
    assert fetch_asked(Exchange(1, "a", "FETCH", None, "FETCH 1 BODY[HEADER.FIELDS ({3}")) is None
    assert fetch_asked(Exchange(1, "a", "FETCH", None, "FETCH 1 (" + "FLAGS " * 200)) is None
