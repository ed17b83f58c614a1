"""How Dovecot, Cyrus and the demonstration behave, as the probes find it out: nothing bad but what is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from check.check_support import Loopback, check, worse
from servers.cyrus import start_cyrus
from servers.dovecot import start_dovecot
from servers.server import Server

from mailshell.check.bench import Bench
from mailshell.check.imap import (
    capabilities,
    commands,
    connection,
    extensions,
    literals,
    numbers,
    pipelining,
    selecting,
    strays,
    tls,
)
from mailshell.check.outcome import ProbeResult, Verdict
from mailshell.transport.tls import TlsOptions

from .running import mailshell
from .started import started

PROBES = [
    probe
    for module in (
        connection, capabilities, tls, extensions, selecting, numbers, commands, literals, pipelining, strays,
    )
    for probe in module.PROBES
]  # fmt: skip
ALL = {probe.id for probe in PROBES}
Results = dict[str, ProbeResult]
#: These send on purpose what is wrong, and what is right and strange: what is linted elsewhere is not what they are.
SPOILT = {"tags", "wrong-commands", "stray-lines"}
#: The probe and words of what is worse than a note, and why it is right to say so.
CONFIRMED = {
    "dovecot": {},
    "cyrus": {
        # RFC 3501 section 6.4.4 requires an untagged SEARCH; a SEARCH without FUZZY has one, if it finds nothing too.
        "extension-search-fuzzy": "no SEARCH response came",
    },
    "demo": {},
}
#: What the servers are known to leave open, as notes: so that a change shows.
NOTES = {
    "dovecot": {"starttls", "extension-enable"},
    "cyrus": {
        "capabilities-before-login", "capabilities-after-login", "starttls", "extension-enable", "numbers-out-of-range",
    },
    "demo": {"starttls", "numbers-out-of-range", "long-lines"},
}  # fmt: skip
SPOILT_NOTES = {"dovecot": {"tags", "wrong-commands"}, "cyrus": set[str](), "demo": {"wrong-commands"}}


def fill(server: Server, folder: Path, count: int = 4) -> None:
    """Put some messages into INBOX."""
    lines = []
    for number in range(count):
        message = EmailMessage()
        message["From"], message["To"] = "Ana <ana@example.org>", "ben@example.org"
        message["Subject"], message["Date"] = f"number {number}", f"Mon, {5 + number} Jan 2026 10:00:00 +0000"
        message["Message-ID"] = f"<{number}@example.org>"
        message.set_content(f"The text of {number}.\n")
        path = folder / f"{number}.eml"
        path.write_bytes(message.as_bytes().replace(b"\n", b"\r\n"))
        lines.append(f"APPEND INBOX @{path}")
    done = mailshell(server, "imap", "clear", lines)
    assert done.status == 0, done.errors


def checked(server: Server, ids: set[str], *, clear: bool = True, mailbox: str = "INBOX") -> tuple[Bench, Results]:
    """The bench and the results of some of the probes."""
    connector = Loopback(
        server.imap if clear else server.imaps,
        user=server.user,
        password=server.password,
        tls=TlsOptions(cafile=str(server.cafile)) if server.cafile is not None else TlsOptions(),
        clear=clear,
        mailbox=mailbox,
    )
    return asyncio.run(check(connector, [probe for probe in PROBES if probe.id in ids], budget=50.0))


def noted(results: Results) -> set[str]:
    return {id_ for id_, result in results.items() for one in result.outcomes if one.verdict is Verdict.NOTE}


@pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)
def test_the_probes(server: Server, tmp_path: Path) -> None:
    if server.name != "demo":
        fill(server, tmp_path)
    bench, results = checked(server, ALL - SPOILT)
    bad = {id_: one.says for id_, one in worse(results)}
    confirmed = CONFIRMED[server.name]
    assert bad.keys() == confirmed.keys(), bad
    for id_, words in confirmed.items():
        assert words in bad[id_]
    # Two searches at once may be answered in either way: it depends on how quick the first one was.
    assert noted(results) - {"pipelining"} == NOTES[server.name]
    assert bench.known.messages is not None
    assert bench.known.messages >= 4
    assert {"greeting", "clear", "login"} <= bench.known.capabilities.keys()
    if server.secure:
        assert results["tls"].verdict is Verdict.LEFT_OUT
        assert results["starttls-injection"].verdict is Verdict.GOOD
        assert "tls" in bench.known.capabilities


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
def test_an_empty_mailbox_and_tls_from_the_start(server: Server) -> None:
    mailshell(server, "imap", "tls", ["CREATE Nothing"])
    _, results = checked(server, ALL - SPOILT, clear=False, mailbox="Nothing")
    assert worse(results) == []
    assert results["tls"].verdict is Verdict.GOOD
    assert results["uids-ascend"].outcomes[0].says == "Nothing is empty"


@pytest.fixture(params=["dovecot", "cyrus"])
def own_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of its own, that nobody overhears."""
    start: Callable[[], Server] = {"dovecot": start_dovecot, "cyrus": start_cyrus}[request.param]
    yield from started(start)


def test_what_is_wrong_on_purpose(own_server: Server, tmp_path: Path) -> None:
    fill(own_server, tmp_path)
    _, results = checked(own_server, SPOILT)
    assert worse(results) == []
    assert noted(results) == SPOILT_NOTES[own_server.name]


def test_what_is_wrong_on_purpose_on_the_demo(demo: Server) -> None:
    _, results = checked(demo, SPOILT)
    assert worse(results) == []
    assert noted(results) == SPOILT_NOTES["demo"]
