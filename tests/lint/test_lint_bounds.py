"""Octets that no server should send: time is linear in them, findings are few and short, and nothing is raised."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from linted import Fed

from mailshell.lint.finding import Finding
from mailshell.lint.linter import MOST_OF_A_RULE
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Side
from mailshell.wire import Closed, Connected

PIECE = 64 << 10
BEGIN = {
    "imap": (
        b"* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n",
        b'a1 SELECT INBOX\r\na2 FETCH 1:* (UID FLAGS BODY[] ENVELOPE)\r\na3 SEARCH ALL\r\na4 LIST "" *\r\n',
    ),
    "pop3": (b"+OK ready\r\n", b"USER ana\r\nPASS secret\r\nRETR 1\r\n"),
}
_LOGIN = b"+OK\r\n+OK\r\n"
#: By what they are: for a million up to a megabyte of one thing, or up to 100,000 short lines.
IMAP = {
    "open parentheses": lambda n: b"* 1 FETCH (" + b"(" * n + b"\r\n",
    "closed parentheses": lambda n: b"* 1 FETCH (" + b")" * (n // 4) + b"\r\n",
    "pairs of parentheses": lambda n: b"* 1 FETCH (ENVELOPE " + b"()" * (n // 2) + b")\r\n",
    "lists with a space between": lambda n: b"* 1 FETCH (ENVELOPE (NIL NIL (" + b") ((" * (n // 4) + b"\r\n",
    "spaces": lambda n: b'* LIST () "/" ' + b" " * n + b"\r\n",
    "spaces in a status": lambda n: b"* OK [UIDNEXT" + b" " * n + b"5] ok\r\n",
    "quotes": lambda n: b"* 1 FETCH (ENVELOPE (" + b'"' * n + b"\r\n",
    "backslashes": lambda n: b'* LIST () "/" "' + b"\\" * n + b"\r\n",
    "tiny lines": lambda n: b"x\r\n" * (n // 10),
    "empty lines": lambda n: b"\r\n" * (n // 10),
    "lines of LF": lambda n: b"* 1 EXISTS\n" * (n // 40),
    "CR": lambda n: b"* OK " + b"\r" * n + b"\r\n",
    "NUL": lambda n: b"* OK " + b"\0" * n + b"\r\n",
    "8-bit octets": lambda n: b"* OK " + b"\xc3 " * (n // 2) + b"\r\n",
    "flags": lambda n: b"* FLAGS (" + b" ".join(b"k%d" % number for number in range(n // 7)) + b")\r\n",
    "illegal flags": lambda n: b"* FLAGS (" + b"50% " * (n // 4) + b")\r\n",
    "flags of a message": lambda n: b"* 1 FETCH (FLAGS (" + b"\\Q " * (n // 3) + b"))\r\n",
    "response codes": lambda n: b"* OK " + b"[UIDNEXT 5] " * (n // 12) + b"\r\n",
    "nested response codes": lambda n: b"* OK " + b"[" * (n // 2) + b"]" * (n // 2) + b" ok\r\n",
    "statuses with a code": lambda n: b"* OK [UIDNEXT 0]\r\n" * (n // 60),
    "permanent flags": lambda n: b"* OK [PERMANENTFLAGS (" + b"a] " * (n // 3) + b")] ok\r\n",
    "capabilities": lambda n: b"* CAPABILITY IMAP4rev1 " + b"AUTH= " * (n // 6) + b"\r\n",
    "numbers": lambda n: b"* SEARCH " + b"7 " * (n // 2) + b"\r\n",
    "digits": lambda n: b"* " + b"9" * n + b" EXISTS\r\n",
    "a set": lambda n: b"* VANISHED " + b"1:5," * (n // 4) + b"9\r\n",
    "announcements": lambda n: b"* 1 FETCH (BODY[] {5}\r\n" + b"{5}\r\n" * (n // 20),
    "literals": lambda n: b"* 1 FETCH (" + b"BODY[] {1}\r\n) " * (n // 50) + b")\r\n",
    "sections": lambda n: b"* 1 FETCH (" + b"BODY[ " * (n // 6) + b"\r\n",
    "items": lambda n: b"* 1 FETCH (" + b"UID 5 " * (n // 6) + b"UID 6)\r\n",
    "a name": lambda n: b'* LIST () "/" ' + b"&AAA-" * (n // 5) + b"\r\n",
    "continuations": lambda n: b"+\r\n" * (n // 20),
    "completions": lambda n: b"a1 OK\r\n" * (n // 20),
    "messages": lambda n: b"".join(b"* %d FETCH (UID 5)\r\n" % number for number in range(n // 60)),
    "expunges": lambda n: b"* 9 EXISTS\r\n* 1 EXPUNGE\r\n" * (n // 25),
    "parts": lambda n: b"* 1 FETCH (BODYSTRUCTURE (" + b'("A" "B")' * (n // 25) + b' "MIXED"))\r\n',
}
POP3 = {
    "a header": lambda n: _LOGIN + b"+OK\r\n" + b"Subject: x\r\n" * (n // 12) + b".\r\n",
    "a line": lambda n: _LOGIN + b"+OK\r\n" + b"x" * n + b"\r\n.\r\n",
    "empty lines of a message": lambda n: _LOGIN + b"+OK\r\n" + b"\r\n" * (n // 2) + b".\r\n",
    "dots": lambda n: _LOGIN + b"+OK\r\n" + b".." * (n // 2) + b"\r\n.\r\n",
    "lines of dots": lambda n: _LOGIN + b"+OK\r\n" + b"..x\r\n" * (n // 5) + b".\r\n",
    "dots that are not doubled": lambda n: _LOGIN + b"+OK\r\n" + b".x\r\n" * (n // 4) + b".\r\n",
    "bare LF": lambda n: _LOGIN + b"+OK\r\n" + b"x\n" * (n // 2) + b"\r\n.\r\n",
    "bare CR": lambda n: _LOGIN + b"+OK\r\n" + b"x\r" * (n // 2) + b"\r\n.\r\n",
    "long lines": lambda n: _LOGIN + b"+OK\r\n" + (b"x" * 1023 + b"\r\n") * (n // 1025) + b".\r\n",
    "NUL in a message": lambda n: _LOGIN + b"+OK\r\n" + b"\0" * n + b"\r\n.\r\n",
    "statuses": lambda n: _LOGIN + b"+OK\r\n.\r\n" + b"-ERR\r\n" * (n // 10),
    "stray lines": lambda n: _LOGIN + b"-ERR no\r\n" + b"x\r\n" * (n // 10),
    "a status": lambda n: _LOGIN + b"-ERR " + b"\xe2\x9f\xa6" * (n // 3) + b"\r\n",
}
SHAPES = [("imap", name, make) for name, make in IMAP.items()] + [("pop3", name, make) for name, make in POP3.items()]


def run(protocol: str, octets: bytes) -> tuple[float, list[Finding], Counter[str]]:
    """The seconds of the processor, what is reported, and how often each rule was broken."""
    greeting, commands = BEGIN[protocol]
    engine = make_engine(protocol)
    found: list[Finding] = []
    linter = linter_for(engine, found.append)
    begun = time.process_time()
    linter.wire(Connected(0.0, "192.0.2.1:143"))
    fed = Fed(engine, linter)
    pieces = [octets[at : at + PIECE] for at in range(0, len(octets), PIECE)]
    for side, piece in [(Side.SERVER, greeting), (Side.CLIENT, commands), *((Side.SERVER, one) for one in pieces)]:
        fed.pass_on(side, piece)
    linter.idle(60.0)
    linter.wire(Closed(60.0, True, "the server closed the connection"))
    return time.process_time() - begun, found, linter.counts


@pytest.fixture(name="own_objects")
def without_the_objects_of_other_tests() -> Iterator[None]:
    """The collector looks at what is made here, not at all that thousands of tests have left in memory."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("own_objects")
@pytest.mark.parametrize(("protocol", "make"), [pytest.param(one, make, id=name) for one, name, make in SHAPES])
def test_time_is_linear_and_findings_are_few(protocol: str, make: Callable[[int], bytes]) -> None:
    small, large = make(125_000), make(1_000_000)
    once = min(run(protocol, small)[0] for _ in range(2))
    seconds, found, counts = run(protocol, large)
    seconds = min(seconds, run(protocol, large)[0])
    # Eight times as many octets; quadratic time would be 64 times as long.
    assert seconds < 0.05 + once * 8 * 3
    told = Counter(finding.rule.name for finding in found)
    assert told.keys() <= counts.keys()
    assert max(told.values(), default=0) <= MOST_OF_A_RULE
    for finding in found:
        assert 0 <= finding.start <= finding.end
        assert len(finding.line) + len(finding.message) + len(finding.expected) + len(finding.otherwise) < 4_000


def test_most_of_these_break_a_rule() -> None:
    silent = {name for protocol, name, make in SHAPES if not run(protocol, make(10_000))[1]}
    assert silent == set()
