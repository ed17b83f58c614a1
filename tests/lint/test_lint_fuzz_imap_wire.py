"""The checkers of octets, framing, tokens, time and TLS take whatever comes, in linear time and without raising."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_support import octets_of
from linted import Fed

from mailshell.lint.finding import Finding
from mailshell.lint.imap import (
    framing,
    octets,
    rules_framing,
    rules_octets,
    rules_time,
    rules_tls,
    rules_tokens,
    timing,
    tls,
    tokens,
)
from mailshell.lint.imap.footing import Footing
from mailshell.lint.linter import Linter
from mailshell.lint.rule import Rules
from mailshell.protocol.events import Side
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.wire import Closed, Connected

TABLES = (rules_octets, rules_framing, rules_tokens, rules_time, rules_tls)
RULES = Rules("imap", [rule for table in TABLES for rule in table.TABLE])
#: What the cases let the servers say.
SAID = sorted(
    {
        octets_of(line)
        for topic in ("octets", "framing", "tokens", "time", "tls")
        for line in (Path(__file__).parent / f"cases_imap_{topic}.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith(("S: ", "S> "))
    }
)
COMMANDS = (b"a1 FETCH 1:* BODY[]\r\na2 IDLE\r\n", b"a1 STARTTLS\r\na2 NOOP\r\n", b"a1 LOGOUT\r\n")


def findings(commands: bytes, pieces: list[bytes]) -> list[Finding]:
    """What is found if the server says these pieces, one read each; all within what it said."""
    engine = ImapConnection()
    found: list[Finding] = []
    footing = Footing()
    checkers = [*octets.checkers(), *framing.checkers(footing), *tokens.checkers(footing)]
    linter = Linter(engine, RULES, [*checkers, *timing.checkers(), *tls.checkers()], found.append)
    linter.wire(Connected(0.0, "192.0.2.1:143"))
    fed, clock = Fed(engine, linter), 0.0
    greeting = b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"
    for side, piece in [(Side.SERVER, greeting), (Side.CLIENT, commands), *((Side.SERVER, one) for one in pieces)]:
        clock += 1
        fed.pass_on(side, piece, clock)
        linter.idle(clock + 50)
    linter.wire(Closed(clock + 100, True, "the server closed the connection"))
    for finding in found:
        assert 0 <= finding.start <= finding.end <= fed.offsets[Side.SERVER], finding
    return found


@given(st.sampled_from(COMMANDS), st.lists(st.binary(max_size=60), max_size=8))
def test_any_octets(commands: bytes, pieces: list[bytes]) -> None:
    findings(commands, pieces)


@given(st.sampled_from(COMMANDS), st.lists(st.sampled_from(SAID), min_size=1, max_size=5), st.data())
def test_mutations_of_the_cases(commands: bytes, said: list[bytes], data: st.DataObject) -> None:
    octets = bytearray(b"".join(said)[:5000])
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(octets)))
        until = data.draw(st.integers(at, min(len(octets), at + 8)))
        octets[at:until] = data.draw(
            st.sampled_from([b"", b" ", b")", b"(", b'"', b"\\", b"\r", b"\n", b"{3}\r\n", b"\0"])
        )
    cut = data.draw(st.integers(0, len(octets)))
    findings(commands, [bytes(octets[:cut]), bytes(octets[cut:])])


@pytest.mark.parametrize(
    "unit",
    [
        b' "a"b',
        b' "\\"',
        b" (",
        b") ",
        b") (",
        b"  ",
        b" BODY[",
        b" FLAGS(",
        b" UID 5M",
        b"\xc3",
        b"\r",
        b"{5}",
        b'"',
        b"\xe2\x9f\xa6",
    ],
    ids=repr,
)
def test_time_is_linear(unit: bytes) -> None:
    def seconds(count: int) -> float:
        line = b"* 1 FETCH (ENVELOPE" + unit * count + b"\r\n"
        start = time.process_time()
        findings(b"a1 NOOP\r\n", [line])
        return time.process_time() - start

    small = min(seconds(2_000) for _ in range(3))
    # Quadratic time would be twenty times that of linear time.
    assert min(seconds(40_000) for _ in range(2)) < 0.05 + small * 20 * 6
