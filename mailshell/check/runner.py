"""Runs the probes one after the other within a budget of seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from mailshell.check.bench import FAREWELL, Bench, ProbeFailed
from mailshell.check.client import Reply
from mailshell.check.outcome import ProbeResult, Verdict
from mailshell.check.probe import Probe
from mailshell.check.transcript import Flooded
from mailshell.contract import AnswerUnusable, ConnectionLost, SessionError, TimeLimit
from mailshell.exits import UsageError
from mailshell.transport.errors import ConnectFailed

#: With less than this a probe is not begun (seconds).
LEAST = 0.2
#: Is told before each probe: how many were dealt with, how many there are, and the next one.
Progress = Callable[[int, int, Probe], None]


async def run_probes(
    bench: Bench,
    probes: Sequence[Probe],
    *,
    budget: float = 60.0,
    spent: float = 0.0,
    progress: Progress | None = None,
) -> list[ProbeResult]:
    """The results of all probes, in their order; those for which there was no time say so.

    Never takes much longer than ``budget`` seconds, of which so many are ``spent`` already, and raises nothing that a
    server or the network causes. If it is cancelled the probe that runs ends, the others are left out, and all is left
    in good order: ``bench.interrupted``; ``bench.out_of_time`` if the budget was too small.
    """
    end = time.monotonic() + budget - spent
    results: list[ProbeResult] = []
    for number, probe in enumerate(probes):
        if progress is not None:
            progress(number, len(probes), probe)
        bench.result = ProbeResult(probe.id, probe.title, probe.group)
        bench.source = probe.source
        results.append(bench.result)
        left = end - time.monotonic()
        if probe.writes and not bench.allow_writes:
            # Told first: no larger budget would run it.
            bench.tell(Verdict.LEFT_OUT, "it changes a mailbox; --allow-writes runs it in a scratch mailbox")
        elif bench.interrupted:
            bench.tell(Verdict.LEFT_OUT, "the check was interrupted before it")
        elif left < LEAST:
            bench.out_of_time = True
            bench.tell(Verdict.LEFT_OUT, f"the budget of {budget:g} s was used up; --budget allows more")
        elif reason := _lacks(bench, probe):
            bench.tell(*reason)
        else:
            begun = time.monotonic()
            try:
                await _run(bench, probe, min(left, probe.seconds))
                await _farewell(bench.tidy, end)
            except asyncio.CancelledError:
                _interrupted(bench)
                bench.tell(Verdict.UNDECIDED, "the check was interrupted")
            bench.result.seconds = time.monotonic() - begun
    try:
        await _farewell(bench.close, end)
    except asyncio.CancelledError:
        _interrupted(bench)
    return results


def _interrupted(bench: Bench) -> None:
    bench.interrupted = True
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


def _lacks(bench: Bench, probe: Probe) -> tuple[Verdict, str] | None:
    """Why a probe is not run."""
    if probe.writes and bench.left_behind:
        return (
            Verdict.LEFT_OUT,
            f"the scratch mailbox {bench.left_behind} could not be removed: nothing more is written",
        )
    if bench.no_login and {"login", "messages"} & set(probe.needs):
        return Verdict.LEFT_OUT, bench.no_login
    if "messages" in probe.needs and bench.known.messages == 0:
        return Verdict.LEFT_OUT, f"{bench.known.mailbox} is empty"
    if "tls-possible" in probe.needs and not bench.connector.clear:
        return Verdict.LEFT_OUT, "TLS stands from the first octet"
    if probe.capabilities and not bench.known.advertises(*probe.capabilities):
        return Verdict.NOT_OFFERED, f"the server does not advertise {' or '.join(probe.capabilities)}"
    return None


async def _farewell(leave: Callable[[], Awaitable[None]], end: float) -> None:
    """Leave what is open; a server that does not let go is left all the same, 1 s behind the ``end`` at the latest."""
    try:
        async with asyncio.timeout(min(FAREWELL, end + FAREWELL - time.monotonic())):
            await leave()
    except (TimeoutError, SessionError, ConnectFailed, ConnectionError):
        pass


async def _run(bench: Bench, probe: Probe, seconds: float) -> None:
    """Run one probe; whatever ends it early is an outcome."""
    try:
        async with asyncio.timeout(seconds):
            await probe.run(bench)
    except TimeoutError:
        bench.out_of_time |= seconds < probe.seconds
        bench.tell(Verdict.UNDECIDED, f"no result within {seconds:.1f} s")
        await _drop(bench)
    except ProbeFailed as error:
        bench.tell(Verdict.UNDECIDED, str(error), error.reply)
    except TimeLimit as error:
        bench.warn(f"the server does not answer: {error}")
        await _drop(bench)
    except Flooded as error:
        bench.warn(str(error), Reply([], evidence=error.evidence))
        await _drop(bench)
    except (ConnectionLost, AnswerUnusable, SessionError, ConnectFailed, ConnectionError, UsageError) as error:
        bench.tell(Verdict.UNDECIDED, f"it could not be ended: {error}")
        await _drop(bench)
    except (ArithmeticError, LookupError, ValueError, TypeError, AttributeError) as error:
        # What a server said was more than the probe is made for; the others are tried all the same.
        bench.tell(Verdict.UNDECIDED, f"what the server said can't be judged ({type(error).__name__})")
        await _drop(bench)
    if not bench.result.outcomes:
        bench.tell(Verdict.UNDECIDED, "nothing came of it")


async def _drop(bench: Bench) -> None:
    """The session may still wait for something: the next probe gets a new one."""
    client = bench.forget()
    if client is not None:
        client.session.abort()
