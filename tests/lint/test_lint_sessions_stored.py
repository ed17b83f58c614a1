"""The rules across sessions, with the memory that is kept in a file: the same cases, and any octets."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lint_support import lint, octets_of
from linted import Fed
from plain_memory import PlainMemory
from test_rules_fire import CASES, Case

from mailshell.lint.finding import Finding
from mailshell.lint.memory import Memory
from mailshell.lint.pop3.maildrop import MOST
from mailshell.lint.session import TABLES, linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Side
from mailshell.remember.place import Account
from mailshell.remember.store import RememberedServer

RULES = {rule.name for rules in TABLES.values() for rule in rules.values() if rule.layer == "sessions"}
OF_SESSIONS = [case for case in CASES if case.rule in RULES]
LINES = {
    protocol: sorted(
        {
            line
            for case in OF_SESSIONS
            for line in case.exchange.splitlines()
            if case.protocol == protocol and line.startswith(("S: ", "C: "))
        }
    )
    for protocol in TABLES
}
NUMBERS = st.sampled_from([b"0", b"1", b"4294967296", b"9" * 17, b"9" * 25, b"9" * 40, b"-1", b"NIL", b"*"])


class Stored:
    """Opens the file anew for each session."""

    def __init__(self, folder: Path, protocol: str) -> None:
        self.folder = folder
        self.account = Account(protocol, "192.0.2.1:143")
        self.open: list[RememberedServer] = []

    def again(self) -> RememberedServer:
        self.close()
        self.open.append(RememberedServer(self.folder / "state" / "memory.sqlite", self.account))
        return self.open[-1]

    def close(self) -> None:
        for one in self.open:
            one.close()
            assert one.problem == ""
        self.open.clear()


@pytest.mark.parametrize("case", OF_SESSIONS, ids=str)
def test_the_same_with_a_file(case: Case, tmp_path: Path) -> None:
    stored = Stored(tmp_path, case.protocol)
    found = [(one.rule, one.start, one.end, one.message) for one in lint(case.protocol, case.exchange, memory=stored)]
    stored.close()
    plain = lint(case.protocol, case.exchange)
    assert found == [(one.rule, one.start, one.end, one.message) for one in plain]
    assert (case.rule in {rule.name for rule, *_ in found}) is case.fires


STEP = st.tuples(st.integers(0, 10_000), NUMBERS, st.integers(0, 60), st.binary(max_size=3))


@settings(max_examples=60)
@given(st.sampled_from(sorted(TABLES)), st.lists(st.lists(STEP, max_size=12), min_size=2, max_size=3))
def test_any_octets(protocol: str, sessions: list[list[tuple[int, bytes, int, bytes]]]) -> None:
    with TemporaryDirectory() as folder:
        stored, plain = Stored(Path(folder), protocol), PlainMemory()
        for steps in sessions:
            found = [
                [(one.rule.name, one.start, one.message) for one in _play(protocol, steps, memory.again())]
                for memory in (stored, plain)
            ]
            assert found[0] == found[1]
        stored.close()


@pytest.mark.parametrize(
    ("protocol", "lines"),
    [
        (
            "imap",
            "C: a1 STATUS x (MESSAGES UIDVALIDITY UIDNEXT)\n"
            "S: * STATUS x (MESSAGES 99999999999999999999999999 UIDVALIDITY 5 UIDNEXT 6)\nS: a1 OK done",
        ),
        ("pop3", "C: LIST\nS: +OK\nS: 1 9999999999999999999\nS: .\nC: UIDL\nS: +OK\nS: 1 abc\nS: ."),
        (
            "pop3",
            "C: UIDL\nS: +OK\nS: 1 abc\nS: .\nC: LIST 1\nS: +OK 1 9999999999999999999\n"
            "C: RETR 1\nS: +OK\nS: Message-ID: <a@b>\nS:\nS: x\nS: .",
        ),
    ],
)
def test_numbers_too_large_to_be_kept(protocol: str, lines: str, tmp_path: Path) -> None:
    greeting = "S: * PREAUTH [CAPABILITY IMAP4rev1] hi" if protocol == "imap" else "S: +OK hi"
    stored = Stored(tmp_path, protocol)
    lint(protocol, f"{greeting}\n{lines}", memory=stored)
    stored.close()


def test_what_a_long_listing_tells_again_is_not_forgotten(tmp_path: Path) -> None:
    stored = Stored(tmp_path, "pop3")
    engine, memory = make_engine("pop3"), stored.again()
    linter = linter_for(engine, lambda _: None, memory=memory)
    listing = [b"%d id%d\r\n" % (number, number) for number in range(1, MOST + 6)]
    steps = [(Side.SERVER, b"+OK\r\n"), *_uidl(listing), *_uidl(listing), *_uidl(listing)]
    for side, octets in steps:
        for event in engine.received(octets) if side is Side.SERVER else engine.sent(octets):
            linter.event(event, 0.0, False)
    stored.close()
    box = stored.again().box("", "")
    assert box.message(memory.fingerprint(b"id1")) is not None
    assert box.before is not None
    assert box.before.messages is None
    stored.close()


def test_the_time_is_linear(tmp_path: Path) -> None:
    count = 5000
    listing = [b"%d id%d\r\n" % (number, number) for number in range(1, count + 1)]
    moved = [b"%d id%d\r\n" % (number, number % count + 1) for number in range(1, count + 1)]
    stored = Stored(tmp_path, "pop3")
    for _ in range(2):
        engine = make_engine("pop3")
        linter = linter_for(engine, lambda _: None, memory=stored.again())
        began = time.process_time()
        for side, octets in [
            (Side.SERVER, b"+OK\r\n"),
            *((side, octets) for lines in (listing, moved, listing) for side, octets in _uidl(lines)),
            *(step for number in range(1, count + 1) for step in _dele(number)),
        ]:
            for event in engine.received(octets) if side is Side.SERVER else engine.sent(octets):
                linter.event(event, 0.0, False)
        assert time.process_time() - began < 4
    stored.close()


def _uidl(lines: list[bytes]) -> list[tuple[Side, bytes]]:
    return [(Side.CLIENT, b"UIDL\r\n"), (Side.SERVER, b"+OK\r\n" + b"".join(lines) + b".\r\n")]


def _dele(number: int) -> list[tuple[Side, bytes]]:
    return [(Side.CLIENT, b"DELE %d\r\n" % number), (Side.SERVER, b"+OK\r\n")]


def _play(protocol: str, steps: list[tuple[int, bytes, int, bytes]], memory: Memory) -> list[Finding]:
    engine = make_engine(protocol)
    found: list[Finding] = []
    linter = linter_for(engine, found.append, memory=memory)
    fed = Fed(engine, linter)
    greeting = b"* PREAUTH [CAPABILITY IMAP4rev1 QRESYNC] ready\r\n" if protocol == "imap" else b"+OK ready\r\n"
    lines = [(Side.SERVER, greeting)]
    for which, number, at, instead in steps:
        line = LINES[protocol][which % len(LINES[protocol])]
        octets = octets_of(line)
        for digit in (b" 3", b" 1", b" 9", b" 7"):
            octets = octets.replace(digit, b" " + number, 1) if at % 2 else octets
        octets = octets[:at] + instead + octets[at + len(instead) :]
        lines.append((Side.SERVER if line[0] == "S" else Side.CLIENT, octets))
    for side, octets in lines:
        fed.pass_on(side, octets)
        linter.idle(50.0)
    for finding in found:
        assert 0 <= finding.start <= finding.end <= fed.offsets[Side.SERVER], finding
    return found
