"""What the server says before anybody has logged in, what it lets anybody do then, and how it says goodbye."""

from __future__ import annotations

import asyncio

from mailshell.check.bench import Bench
from mailshell.check.client import words_of
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.response import Response

#: Belongs behind a login (RFC 9051 section 3.1). No more than two: Dovecot ends the connection at the third.
_BEHIND_LOGIN = ('LIST "" "*"', "EXAMINE INBOX")
#: LOGOUT is answered within this time (seconds), or hardly at all.
_PATIENCE = 3.0


async def _greeting(bench: Bench) -> None:
    client = await bench.connect(login=False, starttls=False)
    greeting = client.session.greeting
    assert greeting is not None
    bench.known.greeting = words_of(greeting)
    if client.capabilities:
        bench.known.capabilities["greeting"] = client.capabilities
    if greeting.status == "PREAUTH" and not client.session.tls and bench.connector.clear:
        bench.warn(
            "the server greets with PREAUTH in the clear: TLS can't begin any more, and anybody on the way may have "
            "put it there",
            client.seen(),
            advice="let this address begin with OK, or use it only where nobody can listen",
        )
    else:
        bench.good(f"the server greets with {greeting.status}", client.seen())
    if not greeting.text.strip():
        bench.tell(Verdict.NOTE, "no text stands in the greeting; some clients expect one", client.seen())
    await bench.leave(client)


async def _before_login(bench: Bench) -> None:
    client = await bench.connect(login=False)
    if client.session.greeting is not None and client.session.greeting.status == "PREAUTH":
        bench.tell(Verdict.UNDECIDED, "the session is logged in from the start (PREAUTH)")
        return
    for command in _BEHIND_LOGIN:
        reply = await client.ask(command)
        if reply.ok or reply.named("LIST") or reply.named("EXISTS"):
            bench.tell(
                Verdict.CRITICAL,
                f"{command} is answered before anybody has logged in: {reply.words}",
                reply,
                advice="anybody can read this; have the server looked at",
            )
        else:
            bench.good(f"{command} is refused before login ({reply.status.status})", reply)
    await bench.leave(client)


async def _logout(bench: Bench) -> None:
    client = await bench.connect(login=False)
    try:
        async with asyncio.timeout(_PATIENCE):
            reply = await client.ask("LOGOUT")
    except TimeoutError:
        bench.warn(
            f"LOGOUT is not answered for {_PATIENCE:g} s",
            client.seen(),
            advice="a client that waits for the answer hangs at the end; close the connection instead",
        )
        client.session.abort()
        return
    byes = reply.named("BYE")
    if not reply.ok:
        bench.wrong(f"LOGOUT is refused: {reply.words}", reply)
    elif not byes:
        bench.warn("no BYE comes before the OK of LOGOUT; a client may take the end for a failure", reply)
    elif isinstance(reply.status, Response) and byes[0].offset > reply.status.offset:
        bench.warn("BYE comes behind the OK of LOGOUT instead of before it", reply)
    else:
        bench.good("LOGOUT is answered with BYE and OK", reply)


PROBES = (
    Probe("greeting", "the greeting", "connection", "RFC 9051 7.1", _greeting, needs=()),
    Probe(
        "before-login", "what belongs behind a login is refused before it", "security", "RFC 9051 3.1", _before_login,
        needs=(),
    ),
    Probe(
        "logout", "LOGOUT, with BYE", "connection", "RFC 9051 6.1.3; RFC 3501 6.1.3", _logout,
        needs=(),
    ),
)  # fmt: skip
