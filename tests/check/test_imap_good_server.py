"""On a server that does as it should no probe finds more than a note; and each says that something is good."""

from __future__ import annotations

import asyncio

import pytest
from check.check_support import Loopback, check, worse
from check.imap_responder import Responder

from mailshell.check.bench import Bench
from mailshell.check.imap import (
    capabilities,
    commands,
    connection,
    literals,
    numbers,
    pipelining,
    selecting,
    strays,
)
from mailshell.check.outcome import ProbeResult, Verdict
from mailshell.check.runner import run_probes
from mailshell.session import Session
from mailshell.wire import Observer

MODULES = (connection, capabilities, selecting, numbers, commands, literals, pipelining, strays)
PROBES = [probe for module in MODULES for probe in module.PROBES]


async def _run(**options: object) -> dict[str, ProbeResult]:
    async with Responder(**options) as server:  # type: ignore[arg-type]
        return (await check(Loopback(server.port), PROBES))[1]


@pytest.fixture(scope="module")
def good() -> dict[str, ProbeResult]:
    return asyncio.run(_run())


def test_nothing_is_found(good: dict[str, ProbeResult]) -> None:
    assert worse(good, Verdict.GOOD) == []


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_each_probe_is_good(good: dict[str, ProbeResult], probe: object) -> None:
    result = good[probe.id]  # type: ignore[attr-defined]
    assert result.verdict is Verdict.GOOD, result.outcomes
    for outcome in result.outcomes:
        assert outcome.says[-1] != "."


def test_the_second_revision() -> None:
    results = asyncio.run(_run(before_login="IMAP4rev2 AUTH=PLAIN STARTTLS", after_login="IMAP4rev2 LITERAL-"))
    assert worse(results, Verdict.GOOD) == []
    assert results["extension-idle"].verdict is Verdict.GOOD


def test_an_empty_mailbox() -> None:
    results = asyncio.run(_run(uids=()))
    assert worse(results) == []
    assert results["uids-ascend"].outcomes[0].says == "INBOX is empty"
    assert results["examine-data"].verdict is Verdict.GOOD


def test_many_messages() -> None:
    results = asyncio.run(_run(uids=tuple(range(5, 1000, 2))))
    bad = worse(results)
    # UIDNEXT of the server is below these UIDs, and that is what is found.
    assert {id_ for id_, _ in bad} == {"uids-ascend"}
    assert "UIDNEXT is 30" in bad[0][1].says


def test_what_is_wrong_on_purpose_is_not_linted() -> None:
    watched: list[Session] = []

    def observe(session: Session) -> list[Observer]:
        watched.append(session)
        return []

    async def run() -> tuple[int, int]:
        async with Responder() as server:
            connector = Loopback(server.port)
            await run_probes(Bench(connector, observe), commands.PROBES + strays.PROBES)
            return len(connector.opened), len(watched)

    opened, seen = asyncio.run(run())
    # That which all probes share is watched; each of the four has one of its own besides.
    assert (opened, seen) == (5, 1)
