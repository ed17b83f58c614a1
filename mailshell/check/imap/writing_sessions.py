"""What one session changes, another sees (RFC 9051 sections 5.2 and 7), and CONDSTORE (RFC 7162)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Client, Reply
from mailshell.check.imap import letters
from mailshell.check.imap.found import numbers_in
from mailshell.check.imap.scratch import Scratch, accepted, code, letter, scratch
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe

#: News is waited for with so many NOOPs, and so long between them (seconds).
_TRIES, _PAUSE = 5, 0.3


async def _news(client: Client, there: Callable[[Reply], bool]) -> tuple[Reply, bool]:
    """The answer to the NOOP that tells of what is waited for, or the last; and whether it does."""
    reply = await client.ask("NOOP")
    for _ in range(_TRIES):
        if there(reply):
            return reply, True
        await asyncio.sleep(_PAUSE)
        reply = await client.ask("NOOP")
    return reply, there(reply)


async def _two_sessions(bench: Bench) -> None:
    async with scratch(bench) as place:
        await place.fill(3)
        other = await bench.connect()
        try:
            await place.select(3)
            await place.select(3, client=other)
            await _watch(bench, place, other)
        finally:
            await bench.leave(other)


async def _watch(bench: Bench, place: Scratch, other: Client) -> None:
    client = place.client
    await client.ask("STORE 1 +FLAGS (\\Flagged)")
    reply, seen = await _news(other, lambda reply: "\\flagged" in (letters.told_flags(reply.fetched, 1) or set()))
    _judge(bench, reply, seen, "a flag that another session has set", "flags")
    accepted(await place.append(letter(4)), "APPEND")
    reply, seen = await _news(other, lambda reply: 4 in reply.exists)
    _judge(bench, reply, seen, "a message that another session has appended", "EXISTS")
    await client.ask("NOOP")
    await client.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
    accepted(await client.ask("EXPUNGE"), "EXPUNGE")
    looking = await other.ask("FETCH 1:2 (UID)")
    if looking.named("EXPUNGE"):
        advice = "a client numbers the messages anew in the midst of an answer, and takes one for another"
        bench.wrong("EXPUNGE is told during FETCH", looking, about="EXPUNGE", advice=advice)
        return

    def gone(reply: Reply) -> bool:
        return [response.number for response in reply.named("EXPUNGE")] == [2] or bool(reply.named("VANISHED"))

    reply, seen = await _news(other, gone)
    _judge(bench, reply, seen, "a message that another session has removed", "EXPUNGE")


def _judge(bench: Bench, reply: Reply, seen: bool, what: str, about: str) -> None:
    if seen:
        bench.good(f"NOOP tells of {what}", reply, about=about)
    else:
        says = f"{_TRIES + 1} NOOPs in {_TRIES * _PAUSE:.1f} s did not tell of {what}"
        bench.tell(Verdict.NOTE, says, reply, about=about)


async def _condstore(bench: Bench) -> None:
    """STORE with UNCHANGEDSINCE changes nothing that has changed since (RFC 7162 section 3.1.3)."""
    async with scratch(bench) as place:
        await place.fill(2)
        client = place.client
        selected = accepted(await client.ask(f"SELECT {quoted(place.name)} (CONDSTORE)"), "SELECT (CONDSTORE)")
        if code(selected, "NOMODSEQ") is not None:
            bench.tell(Verdict.NOTE, "the mailbox keeps no mod-sequences (NOMODSEQ)", selected)
            return
        highest = (code(selected, "HIGHESTMODSEQ") or [""])[0]
        if not highest.isdecimal():
            bench.wrong("SELECT (CONDSTORE) tells neither HIGHESTMODSEQ nor NOMODSEQ", selected)
            return
        before = await _modseq(client)
        changed = await client.ask("STORE 1 +FLAGS (\\Flagged)")
        after = await _modseq(client)
        if before is None or after is None or after <= before:
            says = f"the MODSEQ of a message was {before}, and after a change of its flags it is {after}"
            bench.wrong(says, changed, about="MODSEQ")
            return
        bench.good("MODSEQ grows with each change", changed, about="MODSEQ")
        old = await client.ask(f"STORE 1:2 (UNCHANGEDSINCE {highest}) +FLAGS (\\Answered)")
        reply = await client.ask("FETCH 1:2 (FLAGS)")
        first, second = letters.told_flags(reply.fetched, 1), letters.told_flags(reply.fetched, 2)
        if first is None or "\\answered" in first:
            bench.wrong(
                "STORE (UNCHANGEDSINCE) changed a message that had changed since", reply, about="UNCHANGEDSINCE"
            )
        elif [numbers_in(word) for word in code(old, "MODIFIED") or []] != [[1]]:
            says = "STORE (UNCHANGEDSINCE) does not name in MODIFIED the message that it left alone"
            bench.wrong(says, old, about="UNCHANGEDSINCE")
        elif second is None or "\\answered" not in second:
            says = "STORE (UNCHANGEDSINCE) did not change the message that had not changed since"
            bench.warn(says, reply, about="UNCHANGEDSINCE")
        else:
            bench.good(
                "STORE (UNCHANGEDSINCE) leaves alone what has changed, and names it", old, about="UNCHANGEDSINCE"
            )


async def _modseq(client: Client) -> int | None:
    reply = await client.ask("FETCH 1 (MODSEQ)")
    for one in reply.fetched:
        for item in one.items:
            if item.name == "MODSEQ" and isinstance(item.value, int):
                return item.value
    return None


PROBES = (
    Probe(
        "two-sessions",
        "changes seen by another session",
        "writing",
        "RFC 9051 5.2",
        _two_sessions,
        writes=True,
        seconds=15,
    ),
    Probe(
        "unchangedsince",
        "STORE (UNCHANGEDSINCE)",
        "writing",
        "RFC 7162 3.1.3",
        _condstore,
        capabilities=("CONDSTORE", "QRESYNC"),
        writes=True,
    ),
)
