"""Servers that send without end, or do not let go: the check ends in time all the same, and says why."""

from __future__ import annotations

import asyncio
import time

from check.check_support import Loopback, check
from check.imap_responder import MUTE, Responder
from check.pop3_responder import MUTE as POP3_MUTE
from check.pop3_responder import Pop3Responder
from test_pop3_probes import check as check_pop3
from test_pop3_probes import told

from mailshell.check.bench import Bench
from mailshell.check.imap import connection
from mailshell.check.outcome import ProbeResult, Verdict
from mailshell.check.probe import Probe

PROBES = {probe.id: probe for probe in connection.PROBES}


def run(faults: dict[str, str], *probes: Probe) -> dict[str, ProbeResult]:
    async def inner() -> dict[str, ProbeResult]:
        async with Responder(faults) as server:
            return (await check(Loopback(server.port), probes))[1]

    return asyncio.run(inner())


async def _noop(bench: Bench) -> None:
    bench.good("NOOP", await (await bench.client()).ask("NOOP"))


NOOP = Probe("noop", "NOOP", "commands", "", _noop)


def test_a_flood_ends_the_session_and_not_the_check() -> None:
    (outcome,) = run({"NOOP": "\n".join(["* x"] * 100_001)}, NOOP)["noop"].outcomes
    assert outcome.verdict is Verdict.WARNING
    assert outcome.says == "more than 100,000 lines came in answer to one command"
    assert "NOOP" in outcome.evidence[0]


def test_many_lines_are_no_flood_and_the_last_are_shown() -> None:
    numbered = "\n".join(f"* {number} EXISTS" for number in range(5_000))
    (outcome,) = run({"NOOP": f"{numbered}\nTAG OK done"}, NOOP)["noop"].outcomes
    assert outcome.verdict is Verdict.GOOD
    assert "NOOP" in outcome.evidence[0]
    assert outcome.evidence[1].endswith("* 0 EXISTS")
    assert outcome.evidence[-2].endswith("* 4999 EXISTS")
    assert outcome.evidence[-1].endswith("OK done")


def test_logout_that_is_not_answered() -> None:
    begun = time.monotonic()
    results = run({"LOGOUT": MUTE}, *PROBES.values(), NOOP)
    # One farewell of 1 s, the probe's own patience of 3 s, and no farewell more.
    assert time.monotonic() - begun < 5.5
    assert results["greeting"].verdict is Verdict.GOOD
    (outcome,) = results["logout"].outcomes
    assert (outcome.verdict, outcome.says) == (Verdict.WARNING, "LOGOUT is not answered for 3 s")
    assert any("LOGOUT" in line for line in outcome.evidence)


def test_quit_that_is_not_answered() -> None:
    report = check_pop3(Pop3Responder({"QUIT": POP3_MUTE}))
    assert [(one.verdict, one.says) for _, one in told(report, "quit")] == [
        (Verdict.WARNING, "QUIT before the login is not answered for 3 s")
    ]
