"""How a connection ended is a fact of the event; its sentence may be any."""

from __future__ import annotations

import pytest

from mailshell.lint.finding import Finding
from mailshell.lint.session import linter_for
from mailshell.protocol.events import Side
from mailshell.protocol.imap.connection import ImapConnection
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
