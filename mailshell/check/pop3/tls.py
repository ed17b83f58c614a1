"""STLS: whether TLS begins, with which certificate, and what the server offers under it (RFC 2595 section 4)."""

from __future__ import annotations

from mailshell.check.advertised import has
from mailshell.check.bench import Bench
from mailshell.check.client import Client
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask
from mailshell.check.pop3.capabilities import look
from mailshell.check.probe import Probe
from mailshell.check.tls import begin_tls, implicit_tls, tell_tls


async def _stls(bench: Bench) -> None:
    if not bench.known.advertises("STLS"):
        await _not_advertised(bench)
        return
    client = await begin_tls(bench, await bench.connect(login=False, starttls=False), "STLS", ask)
    if client is not None:
        tell_tls(bench, client)
        await _under_tls(bench, client)


async def _not_advertised(bench: Bench) -> None:
    client = await bench.connect(login=False, starttls=False)
    reply = await ask(client, "STLS")
    if reply.ok:
        client.session.abort()
        bench.tell(Verdict.NOTE, "STLS is accepted, though CAPA does not list it", reply, about="STLS")
    else:
        bench.tell(Verdict.NOT_OFFERED, "the server has no STLS: all that is said can be read", reply, about="STLS")


async def _under_tls(bench: Bench, client: Client) -> None:
    await look(bench, client, "tls")
    listed = has(bench.known.capabilities["tls"], "STLS")
    reply = await ask(client, "STLS")
    if reply.ok:
        client.session.abort()
        bench.warn("STLS is accepted a second time, under TLS", reply, about="STLS")
    elif listed:
        bench.warn("CAPA lists STLS under TLS, where it is refused", reply, about="STLS")
    else:
        bench.good("under TLS it is not listed any more, and refused", reply, about="STLS")


async def _in_the_clear(bench: Bench) -> None:
    """Which ways to log in show the password to whoever listens."""
    names = [line.upper().split() for line in bench.known.capabilities.get("clear", ())]
    open_ways = [name for name, *_ in names if name == "USER"]
    open_ways += [f"SASL {one}" for name, *rest in names if name == "SASL" for one in rest if one in ("PLAIN", "LOGIN")]
    if open_ways:
        bench.tell(
            Verdict.NOTE,
            f"{', '.join(open_ways)}: offered in the clear, where a password can be read on the way",
            advice="have the server offer them under TLS only",
        )
    else:
        bench.good("no way to log in that shows the password is listed in the clear")


async def _implicit(bench: Bench) -> None:
    await implicit_tls(bench)


PROBES = (
    Probe("stls", "STLS, and CAPA under TLS", "security", "RFC 2595 4", _stls, needs=("tls-possible",), seconds=15.0),
    Probe(
        "login-in-the-clear",
        "ways to log in that show the password",
        "security",
        "RFC 2595 2.3",
        _in_the_clear,
        needs=("tls-possible",),
    ),
    Probe("tls", "TLS from the first octet", "security", "RFC 8314 3.2", _implicit, needs=()),
)
