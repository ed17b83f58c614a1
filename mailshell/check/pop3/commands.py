"""Commands in other forms than usual: case, unknown, incomplete, long, at the wrong time."""

from __future__ import annotations

from mailshell.check.bench import Bench
from mailshell.check.client import Client
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask, refused, together
from mailshell.check.pop3.connection import leave_well
from mailshell.check.pop3.maildrop import listing
from mailshell.check.probe import Probe
from mailshell.contract import ConnectionLost
from mailshell.protocol.exchange import Status
from mailshell.text.sentences import some

#: The longest command that a server with CAPA has to take, and one that no server has to (octets with CRLF).
_LONG, _TOO_LONG = 255, 400


async def _forms(bench: Bench) -> None:
    client = await bench.client()
    for command, what in (("NOOP", ""), ("noop", " in lower case"), ("NoOp", " in mixed case"), ("stat", "")):
        reply = await ask(client, command)
        if not reply.ok:
            bench.wrong(f"{command}{what} is refused: {reply.words}", reply, advice="send commands in upper case")
            return
    bench.good("NOOP and STAT are accepted in upper, lower and mixed case", reply)
    await listing(bench)
    before = await ask(client, "STAT")
    reply = await ask(client, "RSET")
    after = await ask(client, "STAT")
    if not reply.ok:
        bench.wrong(f"RSET, with nothing to take back, is refused: {reply.words}", reply)
    elif before.status.text.split()[:2] != after.status.text.split()[:2]:
        bench.wrong(f"STAT says {before.words} before RSET and {after.words} after, and nothing was deleted", after)
    else:
        bench.good("RSET is accepted, and changes nothing where nothing was deleted", reply)


async def _unknown(bench: Bench) -> None:
    for command, reply in await refused(bench, ("XMSH", "FOO bar", "STATS", "LISTX 1"), "unknown commands"):
        bench.wrong(f"{command}, which is no command, is accepted", reply)


async def _loose(bench: Bench) -> None:
    """What the grammar does not have, and a server may be lenient about."""
    client = await bench.client()
    taken = []
    last = None
    for command in ("NOOP ", "STAT 1", "NOOP x", " NOOP"):
        reply = await ask(client, command)
        if reply.ok:
            taken.append(f'"{command}"')
            last = reply
    if taken:
        bench.tell(
            Verdict.NOTE,
            f"{some(taken, most=6)}: accepted, though the grammar does not allow the space or the argument",
            last,
            source="RFC 1939 3; RFC 2449 3",
            advice="don't count on it elsewhere",
        )
    else:
        bench.good("a space too many and arguments too many are refused")


async def _wrong_state(bench: Bench) -> None:
    """Commands for before the login, after it (RFC 1939 section 3)."""
    commands = [f"USER {bench.user or 'mailshell'}"]
    client = await bench.client()
    if not client.session.tls and bench.known.advertises("STLS"):
        commands.append("STLS")
    for command, reply in await refused(bench, commands, "commands for before the login"):
        bench.warn(f"{command.split()[0]} is accepted after the login", reply)
        if command == "STLS":
            client.session.abort()


async def _before_login(bench: Bench) -> None:
    """Commands for after the login, before it; what a server gives then, it gives to anybody."""
    opened: list[Client] = []
    # A few wrong commands may end a connection without login, unless right ones stand between.
    alive = "CAPA" if any(bench.known.capabilities.values()) else "QUIT"

    async def reach() -> Client:
        if alive == "QUIT" or not opened or not opened[-1].session.is_open:
            opened.append(await bench.connect(login=False))
        return opened[-1]

    commands = ("STAT", "LIST", "RETR 1", "TOP 1 0", "RSET")
    what = "commands for after the login, sent before it,"
    for command, reply in await refused(bench, commands, what, reach=reach, alive=alive):
        reads = command.startswith(("RETR", "TOP"))
        bench.tell(
            Verdict.CRITICAL if reads else Verdict.WARNING,
            f"{command} is accepted before anybody has logged in",
            reply,
            advice="anybody who can connect can read mail" if reads else "",
        )


async def _long_lines(bench: Bench) -> None:
    command = b"LIST " + b"1".rjust(_LONG - len("LIST \r\n"), b"0")
    if statuses := await _with_noop(bench, command, Verdict.WARNING if bench.known.capabilities else Verdict.NOTE):
        if statuses[1].ok:
            bench.good(f"a command of {_LONG} octets gets one answer, and the session goes on")
        else:
            bench.wrong(f"after a command of {_LONG} octets NOOP is refused", (await bench.client()).seen())
    if statuses := await _with_noop(bench, b"LIST ".ljust(_TOO_LONG - 2, b"1"), Verdict.NOTE):
        if not statuses[0].ok and statuses[1].ok:
            bench.good(f"a command of {_TOO_LONG} octets is refused, and the session goes on")
        else:
            seen = (await bench.client()).seen()
            bench.warn(f"a command of {_TOO_LONG} octets is not refused, or NOOP is after it", seen)


async def _with_noop(bench: Bench, command: bytes, lost: Verdict) -> list[Status]:
    """The answers to a long command and to NOOP after it; none if the connection ends, which is told as ``lost``."""
    client = await bench.client()
    try:
        if bench.known.advertises("PIPELINING"):
            return (await together(client, command + b"\r\nNOOP\r\n")).statuses
        return [(await ask(client, command)).status, (await ask(client, "NOOP")).status]
    except ConnectionLost:
        has_to = ", which a server with CAPA has to take" if len(command) < _LONG else ""
        bench.tell(lost, f"the connection ends at a command of {len(command) + 2} octets{has_to}", client.seen())
        return []


async def _incomplete(bench: Bench) -> None:
    """USER and PASS without what belongs to them, and an empty line, on a connection of its own; no password."""
    client = await bench.connect(login=False)
    for command, what in (("PASS", "PASS without USER and without a password"), ("", "an empty line")):
        if not client.session.is_open:
            client = await bench.connect(login=False)
        try:
            reply = await ask(client, command)
        except ConnectionLost:
            bench.tell(Verdict.NOTE, f"the server closes the connection at {what}", client.seen())
            continue
        if reply.ok:
            bench.warn(f"{what} is accepted", reply)
        else:
            bench.good(f"{what} is refused", reply)


async def _quit(bench: Bench) -> None:
    client = await bench.client()
    await leave_well(bench, client, "after the login")


PROBES = (
    Probe("forms", "NOOP and STAT in any case, RSET", "commands", "RFC 1939 3; RFC 1939 5", _forms),
    Probe("unknown-commands", "unknown commands", "commands", "RFC 1939 3", _unknown),
    Probe("loose-forms", "spaces and arguments too many", "commands", "RFC 1939 3", _loose),
    Probe("after-login", "commands for before the login, after it", "commands", "RFC 1939 3", _wrong_state),
    Probe("long-lines", "long commands", "commands", "RFC 2449 4", _long_lines, seconds=15.0),
    Probe("before-login", "commands for after the login, before it", "security", "RFC 1939 3", _before_login, needs=()),
    Probe("incomplete", "PASS alone, and an empty line", "commands", "RFC 1939 3", _incomplete, needs=()),
)
#: It ends the session, so it comes last.
LAST = (Probe("quit-after-login", "QUIT after the login", "connection", "RFC 1939 6", _quit),)
