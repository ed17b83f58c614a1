"""How the probes of POP3 ask: with patience for one answer, and with commands that a server has to refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from mailshell.check.bench import Bench
from mailshell.check.client import Client, Reply
from mailshell.contract import ConnectionLost, TimeLimit

#: An answer to a short command comes within this time (seconds), or hardly at all.
PATIENCE = 5.0


def parameters(bench: Bench, capability: str) -> list[str] | None:
    """What stands behind the name of a capability, after login if it is told there; None if it is not advertised."""
    for moment in ("login", "tls", "clear"):
        for line in bench.known.capabilities.get(moment, ()):
            name, *words = line.split()
            if name.upper() == capability:
                return words
    return None


def may_read(bench: Bench) -> bool:
    """Whether RETR changes nothing: with EXPIRE 0, what was read may be deleted at QUIT (RFC 2449 section 6.7)."""
    return (parameters(bench, "EXPIRE") or [""])[0] != "0"


async def ask(client: Client, command: str | bytes, *, patience: float | None = None) -> Reply:
    """Send a command and wait for its answer. Raises TimeLimit if none comes within ``patience`` (default: PATIENCE),
    and what ``Client.ask`` raises.
    """
    octets = command if isinstance(command, bytes) else command.encode("utf-8", "surrogateescape")
    return await together(client, octets + b"\r\n", patience=patience)


async def together(client: Client, octets: bytes, *, patience: float | None = None) -> Reply:
    """Send octets as they are, in one write, and wait for all commands that they begin; raises likewise."""
    patience = PATIENCE if patience is None else patience
    try:
        async with asyncio.timeout(patience):
            return await client.together(octets)
    except TimeoutError:
        first = octets.split(b"\r\n", 1)[0][:40].decode("utf-8", "replace")
        raise TimeLimit(f"no answer to {first or 'an empty line'} for {patience:g} s") from None


async def refused(
    bench: Bench,
    commands: Sequence[str],
    what: str,
    *,
    reach: Callable[[], Awaitable[Client]] | None = None,
    alive: str = "NOOP",
) -> list[tuple[str, Reply]]:
    """Send commands that have to be answered with ``-ERR`` (RFC 1939 section 3); those that were not, with the reply.

    ``reach`` gives the connection for each (default: the one that is logged in). After each that is refused it has to
    go on: ``alive`` is asked, in the same write if the server takes several (but not behind STLS, which has to be the
    last); servers count wrong commands that follow each other. What is wrong with the connection is told here; that all
    were refused is told as good, with ``what`` they were.
    """
    accepted: list[tuple[str, Reply]] = []
    answered = True
    at_once = bench.known.advertises("PIPELINING")
    reply = None
    for command in commands:
        client = await (reach or bench.client)()
        answer = None
        try:
            if at_once and command != "STLS":
                reply = await together(client, f"{command}\r\n{alive}\r\n".encode())
                status = reply.statuses[0]
            else:
                reply = answer = await ask(client, command)
                status = reply.status
                if not status.ok:
                    await ask(client, alive)
        except ConnectionLost:
            _ended(bench, command, answer or client.seen())
            answered = False
            continue
        if status.ok:
            accepted.append((command, reply))
    if answered and not accepted:
        bench.good(f"{what} are refused with -ERR, and the session goes on ({len(commands)} tried)", reply)
    return accepted


def _ended(bench: Bench, command: str, evidence: Reply) -> None:
    """Tell that the connection ended at a command that was to be refused."""
    if any("-ERR" in line for line in evidence.evidence):
        bench.warn(
            f"the server refuses {command} and then closes the connection",
            evidence,
            advice="a client that tries it loses its session; send only what CAPA lists",
        )
    else:
        bench.wrong(
            f"the server closes the connection instead of answering {command}",
            evidence,
            advice="a client that sends it loses its session without being told why",
        )
