"""Whatever octets a POP3 server sends: no checker raises, and each finding stands within what was sent."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lint_support import octets_of
from linted import Fed
from test_rules_fire import CASES, Case

from mailshell.lint.finding import Finding
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Side
from mailshell.wire import Closed, Connected, Injected, TlsStarted

POP3 = [case for case in CASES if case.protocol == "pop3"]
COMMANDS = (
    b"CAPA", b"STLS", b"AUTH", b"AUTH PLAIN", b"AUTH LOGIN AAAA", b"USER ana", b"PASS secret", b"APOP ana abc", b"STAT",
    b"LIST", b"LIST 1", b"UIDL", b"UIDL 2", b"RETR 1", b"TOP 1 0", b"TOP 1 2", b"DELE 1", b"RSET", b"NOOP", b"QUIT",
    b"UTF8", b"LANG", b"LANG de", b"XFROB", b"", b"*", b"RETR", b"TOP x y", b"LIST 99999999999999999999",
)  # fmt: skip
PIECES = (
    b"+OK", b"-ERR", b"+ ", b"+", b" ", b"\r\n", b"\n", b"\r", b".", b"..", b"...", b".\r\n", b"1 400", b"2 500", b"1 ",
    b"0", b"[AUTH]", b"<a@b>", b"From ", b"Status:", b"Subject: a\r\n", b"\r\n\r\n", b"\0", b"\xff",
    "⟦password⟧".encode(), b"STLS", b"EXPIRE 0", b"x" * 1023, b"y" * 600, b"Gpop ",
)  # fmt: skip


class Play:
    """A session whose server sends anything."""

    def __init__(self) -> None:
        self.engine = make_engine("pop3")
        self.found: list[Finding] = []
        self.linter = linter_for(self.engine, self.found.append)
        self.fed = Fed(self.engine, self.linter)
        self.time = 0.0
        self.tls = False
        self.linter.wire(Connected(0.0, "192.0.2.1:110"))

    def pass_on(self, side: Side, octets: bytes) -> None:
        self.time += 0.01
        self.fed.pass_on(side, octets, self.time, tls=self.tls)

    def idle(self) -> None:
        self.time += 30
        self.linter.idle(self.time)

    def start_tls(self) -> None:
        self.linter.wire(Injected(self.time, b"+OK injected\r\n"))
        self.tls = True
        self.engine.started_tls()
        self.linter.wire(TlsStarted(self.time, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "mail.example.org", True))

    def end(self) -> None:
        self.linter.wire(Closed(self.time, True, "the server closed the connection"))
        for finding in self.found:
            assert 0 <= finding.start <= finding.end <= self.fed.offsets[Side.SERVER]
            assert 0 <= finding.at <= len(finding.line)


STEPS = st.one_of(
    st.tuples(st.just("C"), st.sampled_from(COMMANDS)),
    st.tuples(st.just("S"), st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)),
    st.tuples(st.just("S"), st.binary(max_size=60)),
    st.tuples(st.sampled_from(["idle", "tls"]), st.just(b"")),
)


def play(steps: list[tuple[str, bytes]]) -> Play:
    one = Play()
    for kind, octets in steps:
        match kind:
            case "C":
                one.pass_on(Side.CLIENT, octets + b"\r\n")
            case "S":
                one.pass_on(Side.SERVER, octets)
            case "idle":
                one.idle()
            case _:
                one.start_tls()
    one.end()
    return one


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_octets(steps: list[tuple[str, bytes]]) -> None:
    play([("S", b"+OK ready\r\n"), *steps])


@given(st.lists(STEPS, max_size=10))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_greeting(steps: list[tuple[str, bytes]]) -> None:
    play(steps)


@pytest.mark.parametrize("case", POP3, ids=str)
def test_mutations_of_the_cases(case: Case) -> None:
    chance = random.Random(str(case))
    for _ in range(8):
        steps = [("S", b"+OK ready\r\n")]
        for step in case.exchange.strip("\n").split("\n"):
            if step[:1] not in ("S", "C") or step[1:2] not in (":", ">"):
                steps.append(("idle" if step.startswith("WAIT") else "tls", b"")) if step != "END" else None
                continue
            octets = bytearray(octets_of(step.lstrip()))
            if step[0] == "C":
                steps.append(("C", bytes(octets).rstrip(b"\r\n")))
                continue
            for _ in range(chance.choice((0, 0, 1, 3))):
                at = chance.randrange(len(octets) + 1)
                octets[at : at + chance.randrange(3)] = chance.choice(PIECES)
            steps.append(("S", bytes(octets)))
        play(steps)


def test_findings_are_bounded() -> None:
    one = play([("S", b"+OK ready\r\n"), *[("S", b"nothing\r\n")] * 5000])
    assert len(one.found) == 100
    assert one.linter.counts["no-status"] == 5000


@pytest.mark.parametrize(
    "unit", [b"\r", b"\n", b"x", b"..", b"\r\n..", b"a\r\n", b"1 2\r\n", b" ", b"\r\n", b"1  \xff\r\n"], ids=repr
)
@pytest.mark.parametrize("command", [b"RETR 1", b"LIST", b"UIDL", b"CAPA", b"NOOP"], ids=repr)
def test_time_is_linear(unit: bytes, command: bytes) -> None:
    """Ten times the octets take no more than about ten times as long, however they repeat."""

    def seconds(size: int) -> float:
        one = Play()
        one.pass_on(Side.SERVER, b"+OK ready\r\n")
        one.pass_on(Side.CLIENT, command + b"\r\n")
        one.pass_on(Side.SERVER, b"+OK\r\n")
        octets = unit * (size // len(unit))
        begin = time.process_time()
        for at in range(0, len(octets), 4096):
            one.pass_on(Side.SERVER, octets[at : at + 4096])
        return time.process_time() - begin

    seconds(10_000)
    small = min(seconds(10_000) for _ in range(2))
    assert seconds(100_000) < max(60 * small, 0.2)
