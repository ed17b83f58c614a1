"""How a connection ended is a fact of the event; its sentence may be any."""

from __future__ import annotations

import pytest
from linted import Fed

from mailshell.lint.finding import Finding
from mailshell.lint.session import linter_for
from mailshell.protocol.events import Side
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.pop3.connection import Pop3Connection
from mailshell.wire import Closed, Octets


def _rules(event: Closed) -> list[str]:
    engine = ImapConnection()
    found: list[Finding] = []
    linter = linter_for(engine, found.append)
    greeting = b"* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n"
    linter.wire(Octets(Side.SERVER, greeting, 0.0, True, 0))
    for one in engine.received(greeting):
        linter.event(one, 0.0, True)
    linter.wire(event)
    return [finding.rule.name for finding in found]


@pytest.mark.parametrize("reason", ["the server closed the connection", "Verbindung beendet"])
def test_a_server_that_ends_without_bye(reason: str) -> None:
    assert _rules(Closed(1.0, True, reason)) == ["end-without-bye"]


@pytest.mark.parametrize(
    "event",
    [
        Closed(1.0, True, "the server closed the connection", broken=True),
        Closed(1.0, False, "the connection was closed"),
    ],
)
def test_an_end_that_is_not_known_to_be_the_servers(event: Closed) -> None:
    assert _rules(event) == []


@pytest.mark.parametrize(
    ("command", "said", "rule"),
    [
        (b"RETR 1\r\n", b"+OK\r\nSubject: Lunch\r\n\r\nAt no", "reply-not-ended"),
        (b"RETR 1\r\n", b"+OK\r\nSubject: Lunch\r\n\r\nAt noon.\r\n", "dot-behind-text"),
        (b"CAPA\r\n", b"", "capa-not-answered"),
        (b"QUIT\r\n", b"", "quit-not-answered"),
        (b"USER ana\r\n", b"", "closed-at-login"),
    ],
)
def test_a_pop3_connection_that_breaks_is_not_blamed_on_the_server(command: bytes, said: bytes, rule: str) -> None:
    def rules(event: Closed) -> list[str]:
        engine = Pop3Connection()
        found: list[Finding] = []
        linter = linter_for(engine, found.append)
        fed = Fed(engine, linter)
        for side, octets in ((Side.SERVER, b"+OK ready\r\n"), (Side.CLIENT, command), (Side.SERVER, said)):
            fed.pass_on(side, octets, tls=True)
        linter.wire(event)
        return [finding.rule.name for finding in found]

    assert rule in rules(Closed(1.0, True, "the server closed the connection"))
    assert rules(Closed(1.0, True, "connection reset", broken=True)) == []
