"""DELE and RSET. Nothing is ever deleted: RSET takes the mark back, and without it the session ends without QUIT."""

from __future__ import annotations

from mailshell.check.bench import Bench
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask, refused
from mailshell.check.pop3.maildrop import listing, read_scan, read_unique
from mailshell.check.probe import Probe


async def _delete_and_reset(bench: Bench) -> None:
    await listing(bench)
    client = await bench.client()
    number, size = min(bench.known.sizes.items(), key=lambda item: item[1])
    try:
        marked = await ask(client, f"DELE {number}")
        if not marked.ok:
            bench.warn(f"DELE {number} is refused: {marked.words}", marked)
            return
        await _while_marked(bench, number, size)
        reply = await ask(client, "RSET")
        if not reply.ok:
            bench.wrong(f"RSET is refused, so that DELE can't be taken back: {reply.words}", reply)
            client.session.abort()
            return
    except BaseException:
        # Whatever has happened: without QUIT nothing may be deleted (RFC 1939 section 6).
        client.session.abort()
        raise
    listed = await client.ask("LIST")
    sizes, _ = read_scan(listed.lines)
    if sizes != bench.known.sizes:
        bench.wrong(f"after DELE {number} and RSET, LIST is not what it was", listed)
        client.session.abort()
    else:
        bench.good(f"DELE {number} and RSET: all messages are as they were; nothing was deleted", reply)


async def _while_marked(bench: Bench, number: int, size: int) -> None:
    """What is to be seen of a message that is marked deleted: nothing (RFC 1939 section 5)."""
    client = await bench.client()
    others = {one: octets for one, octets in bench.known.sizes.items() if one != number}
    stat = await ask(client, "STAT")
    if stat.status.text.split()[:2] != [str(len(others)).encode(), str(sum(others.values())).encode()]:
        bench.warn(f"STAT still counts message {number}, which is marked deleted: {stat.words}", stat)
    listed = await client.ask("LIST")
    sizes, _ = read_scan(listed.lines)
    if sizes != others:
        what = "still lists" if sizes.get(number) == size else "changes other messages than"
        bench.warn(f"LIST {what} message {number}, which is marked deleted", listed)
    unique = await client.ask("UIDL")
    if unique.ok and set(read_unique(unique.lines)[0]) != set(others):
        bench.warn(f"UIDL lists other messages than LIST while message {number} is marked deleted", unique)
    commands = [f"LIST {number}", f"RETR {number}", f"DELE {number}"]
    for command, reply in await refused(bench, commands, "commands for a message that is marked deleted"):
        verdict = Verdict.NOTE if command.startswith("DELE") else Verdict.WARNING
        bench.tell(verdict, f"{command} is accepted, though the message is marked deleted", reply)


PROBES = (
    Probe("delete-and-reset", "DELE and RSET; nothing stays deleted", "writing", "RFC 1939 5", _delete_and_reset,
          needs=("login", "messages"), writes=True, seconds=15.0),
)  # fmt: skip
