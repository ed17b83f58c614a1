"""What the cases of POP3 can't show: how the server is reached, what TLS threw away, large maildrops, recordings."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_support import lint, names

from mailshell.lint.finding import Finding
from mailshell.lint.pop3.maildrop import MOST
from mailshell.lint.rule import Severity
from mailshell.lint.session import TABLES, find_rules, linter_for
from mailshell.lint.way import is_remote
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Side
from mailshell.recording.reader import open_recording
from mailshell.replay.linted import FindingFilter, lint_recording
from mailshell.wire import Closed, Connected, Injected, Octets

RECORDINGS = Path(__file__).parents[2] / "recordings"
LOGIN = "C: USER ana\nS: +OK\nC: PASS secret\nS: +OK\n"


def of_peer(peer: str | None, *steps: tuple[Side, bytes], injected: bytes = b"") -> list[Finding]:
    """The findings of a session with this peer; ``injected`` is what was thrown away before TLS."""
    engine = make_engine("pop3")
    found: list[Finding] = []
    linter = linter_for(engine, found.append)
    offsets = {Side.CLIENT: 0, Side.SERVER: 0}
    if peer is not None:
        linter.wire(Connected(0.0, peer))
    for side, octets in ((Side.SERVER, b"+OK ready\r\n"), *steps):
        linter.wire(Octets(side, octets, 1.0, False, offsets[side]))
        offsets[side] += len(octets)
        rest = octets.removesuffix(injected) if injected else octets
        for event in engine.sent(rest) if side is Side.CLIENT else engine.received(rest):
            linter.event(event, 1.0, False)
    if injected:
        linter.wire(Injected(1.0, injected))
    return found


def test_what_is_thrown_away_before_tls_is_told_once_and_marked() -> None:
    injected = b"+OK 1 1\r\n"
    found = of_peer(
        "192.0.2.1:110", (Side.CLIENT, b"STLS\r\n"), (Side.SERVER, b"+OK\r\n" + injected), injected=injected
    )
    assert [finding.rule.name for finding in found] == ["response-injection"]
    assert found[0].rule.severity is Severity.CRITICAL
    assert (found[0].start, found[0].end) == (16, 25)
    assert found[0].line[found[0].at : found[0].until] == injected


@pytest.mark.parametrize(
    ("peer", "fires"),
    [
        ("192.0.2.1:110", True),
        ("[2001:db8::1]:110", True),
        ("[fe80::1%eth0]:110", True),
        ("127.0.0.1:110", False),
        ("[::1]:110", False),
        ("pid 4711", False),
        ("/run/pop3", False),
        (None, False),
    ],
)
def test_a_password_in_the_clear_matters_where_others_can_read_it(peer: str | None, fires: bool) -> None:
    exchange = [(Side.CLIENT, b"USER ana\r\nPASS secret\r\n"), (Side.SERVER, b"+OK\r\n+OK\r\n")]
    found = [finding.rule.name for finding in of_peer(peer, *exchange)]
    assert ("password-in-the-clear" in found) is fires
    assert peer is None or is_remote(peer) is fires


def test_guessed_commands_prove_nothing() -> None:
    """Of a server's octets alone only that is told for which no command has to be known."""
    engine = make_engine("pop3")
    found: list[Finding] = []
    linter = linter_for(engine, found.append, guessed=True)
    guessed = b"LIST\r\nRETR 1\r\nNOOP\r\n"
    octets = b"+OK ready\r\n+OK\r\n1 4\r\n.\r\n+OK\r\n.Subject: a\r\n.\r\n+OK 7 7\r\nEND\r\n"
    for event in [*engine.sent(guessed), *engine.received(octets)]:
        linter.event(event, 0.0, False)
    linter.wire(Closed(0.0, True, ""))
    assert [finding.rule.name for finding in found] == ["dot-not-stuffed"]


def test_a_maildrop_too_large_to_remember_is_left_alone() -> None:
    lines = "\n".join(f"S: {number} 400" for number in range(1, MOST + 2))
    listing = f"{LOGIN}C: LIST\nS: +OK\n{lines}\nS: .\n"
    assert names("pop3", f"{listing}C: STAT\nS: +OK 7 7\n") == ["password-in-the-clear"]
    shorter = listing.replace(f"S: {MOST + 1} 400\n", "")
    assert names("pop3", f"{shorter}C: STAT\nS: +OK 7 7\n") == ["password-in-the-clear", "stat-differs-from-list"]


def test_a_message_is_judged_alone() -> None:
    """Nothing of one message is taken for the next: sizes, lines, headers and what was told."""
    messages = "".join(
        f"C: RETR {number}\nS: +OK\nS: Subject: {'x' * number}\nS:\nS: ..dot\nS: a line\nS: .\n" for number in (1, 2, 3)
    )
    sizes = "".join(f"S: {number} {11 + number + 2 + 6 + 8}\n" for number in (1, 2, 3))
    exchange = f"{LOGIN}C: LIST\nS: +OK\n{sizes}S: .\n{messages}"
    assert names("pop3", exchange) == ["password-in-the-clear"]
    found = [finding.rule.name for finding in lint("pop3", exchange.replace("S: ..dot", "S: .dot"))]
    assert found.count("dot-not-stuffed") == 3


def of_recording(name: str) -> dict[str, Severity]:
    found: list[Finding] = []
    lint_recording(open_recording(RECORDINGS / f"{name}.mwire"), found.append, FindingFilter())
    return {finding.rule.name: finding.rule.severity for finding in found}


@pytest.mark.parametrize("name", ["pop3-first-session", "pop3-auth-plain", "pop3-auth-login", "pop3-cram-md5", "stls"])
def test_recordings_of_dovecot_are_silent(name: str) -> None:
    assert of_recording(name) == {}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("pop3-dot-not-stuffed", "dot-not-stuffed"),
        ("pop3-stat-and-list", "stat-differs-from-list"),
        ("pop3-error-without-reason", "error-without-reason"),
    ],
)
def test_recordings_of_misbehaviours_show_them(name: str, rule: str) -> None:
    assert rule in of_recording(name)


def test_rules_are_found_by_id_and_name() -> None:
    for rule in TABLES["pop3"].values():
        assert ("pop3", rule) in find_rules(rule.id)
        assert ("pop3", rule) in find_rules(rule.name)
