"""The greeting, and the end of a session that nobody has logged in to."""

from __future__ import annotations

import asyncio

from mailshell.check.bench import Bench
from mailshell.check.client import Client, words_of
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask
from mailshell.check.probe import Probe
from mailshell.contract import TimeLimit
from mailshell.sasl.apop import find_timestamp, is_message_id

#: After QUIT the server closes the connection within this time (seconds), or is slow to do so.
_CLOSES = 2.0
#: QUIT is answered within this time (seconds), or hardly at all.
_PATIENCE = 3.0
_LONGEST = 512


async def _greeting(bench: Bench) -> None:
    first = await bench.connect(login=False, starttls=False)
    greeting = first.session.greeting
    assert greeting is not None
    bench.known.greeting = words_of(greeting)
    bench.good(f"the server greets with {bench.known.greeting}")
    if len(bench.known.greeting.encode()) + 2 > _LONGEST:
        bench.tell(Verdict.WARNING, f"the greeting is longer than {_LONGEST} octets", source="RFC 2449 4")
    await _apop(bench, first)


async def _apop(bench: Bench, first: Client) -> None:
    """The timestamp, which is all that tells of APOP, and differs in each greeting (RFC 1939 section 7)."""
    timestamp = _timestamp(first)
    if timestamp is None:
        bench.tell(Verdict.NOT_OFFERED, "the greeting has no timestamp, so APOP is not offered", about="APOP")
        return
    again = _timestamp(await bench.connect(login=False, starttls=False))
    shown, good = timestamp.decode("utf-8", "replace"), is_message_id(timestamp)
    if good and again != timestamp:
        bench.good(f"the timestamp {shown} has the form of a msg-id, and the next greeting has another", about="APOP")
    elif good:
        bench.tell(
            Verdict.WARNING,
            f"two greetings have the same {shown}: if that is the timestamp for APOP, who has heard one login can "
            "repeat it",
            about="APOP",
            source="RFC 1939 7",
            advice="don't use APOP here; have the server send another timestamp each time, or none",
        )
    elif again != timestamp:
        bench.tell(
            Verdict.WARNING,
            f"the timestamp {shown} is no msg-id",
            about="APOP",
            source="RFC 1939 7",
            advice="don't use APOP here: who may choose what is digested can work out the password (CVE-2007-1558)",
        )
    else:
        says = f"what stands in brackets, {shown}, is no timestamp, so APOP is not offered"
        bench.tell(Verdict.NOT_OFFERED, says, about="APOP")


def _timestamp(client: Client) -> bytes | None:
    greeting = client.session.greeting
    return find_timestamp(greeting.text) if greeting is not None else None


async def _quit(bench: Bench) -> None:
    client = await bench.connect(login=False, starttls=False)
    await leave_well(bench, client, "before the login")


async def leave_well(bench: Bench, client: Client, when: str) -> None:
    """Send QUIT, and see that it is accepted and that the server closes the connection (RFC 1939 sections 4 and 6)."""
    session = client.session
    try:
        reply = await ask(client, "QUIT", patience=_PATIENCE)
    except TimeLimit:
        bench.warn(
            f"QUIT {when} is not answered for {_PATIENCE:g} s",
            client.seen(),
            advice="a client that waits for the answer hangs at the end; close the connection instead",
        )
        session.abort()
        return
    if not reply.ok:
        bench.warn(f"QUIT {when} is answered with {reply.words}", reply)
        return
    try:
        async with asyncio.timeout(_CLOSES):
            await session.wait_closed()
    except TimeoutError:
        session.abort()
        bench.tell(Verdict.NOTE, f"the server leaves the connection open for {_CLOSES:g} s after QUIT {when}", reply)
    else:
        bench.good(f"QUIT {when} is accepted, and the server closes the connection", reply)


PROBES = (
    Probe("greeting", "the greeting, and its timestamp for APOP", "connection", "RFC 1939 4", _greeting, needs=()),
    Probe("quit", "QUIT before the login", "connection", "RFC 1939 4", _quit, needs=()),
)
