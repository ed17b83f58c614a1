"""STARTTLS: whether it works, what the certificate is like, what changes with it, and what it lets slip in."""

from __future__ import annotations

from mailshell.check.advertised import has
from mailshell.check.bench import Bench
from mailshell.check.client import Client
from mailshell.check.injection import probe_injection
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.check.tls import begin_tls, implicit_tls, tell_tls

#: Mechanisms that send the password as it is (RFC 4616; LOGIN has no RFC).
_PLAINTEXT = ("AUTH=PLAIN", "AUTH=LOGIN")


async def _starttls(bench: Bench) -> None:
    client = await bench.connect(login=False, starttls=False)
    names = await _capabilities(bench, client)
    _in_the_clear(bench, names)
    if not has(names, "STARTTLS"):
        bench.tell(
            Verdict.NOT_OFFERED,
            "STARTTLS is not advertised: all that is said on this port can be read and changed on the way",
            advice="a port in the clear has to offer STARTTLS (RFC 9051 6.1.1); use port 993",
        )
        return
    secured = await begin_tls(bench, client, "STARTTLS", Client.ask)
    if secured is None:
        return
    tell_tls(bench, secured)
    _under_tls(bench, await _capabilities(bench, secured, "tls"))
    await _once_more(bench, secured)


async def _capabilities(bench: Bench, client: Client, moment: str = "clear") -> tuple[str, ...]:
    """The capabilities at this moment: what is known, or is asked for now."""
    if moment not in bench.known.capabilities:
        await client.ask("CAPABILITY")
        bench.known.capabilities[moment] = client.capabilities
    return bench.known.capabilities[moment]


def _in_the_clear(bench: Bench, names: tuple[str, ...]) -> None:
    """Whether a password may be sent in the clear (RFC 9051 sections 6.2.3 and 11.7)."""
    open_ways = [name for name in names if name.upper() in _PLAINTEXT]
    if not has(names, "LOGINDISABLED"):
        open_ways.append("LOGIN")
    if open_ways:
        bench.tell(
            Verdict.NOTE,
            f"passwords may be sent in the clear: {', '.join(open_ways)}",
            source="RFC 9051 6.2.3; RFC 9051 11.7",
            advice="let the server advertise LOGINDISABLED, and no PLAIN or LOGIN, until TLS stands",
        )


def _under_tls(bench: Bench, names: tuple[str, ...]) -> None:
    """What must have changed with TLS."""
    if has(names, "STARTTLS"):
        bench.warn("STARTTLS is still advertised under TLS", about="tls", advice="a client may try it again")
    ways = [name for name in names if name.upper().startswith("AUTH=")]
    if has(names, "LOGINDISABLED") and not ways:
        bench.wrong("under TLS LOGINDISABLED is advertised and no AUTH=: nobody can log in", about="tls")
    elif ways:
        bench.good(f"ways to log in under TLS: {', '.join(ways)}", about="tls")
    else:
        bench.good("LOGIN is the way to log in under TLS", about="tls")


async def _under_implicit_tls(bench: Bench) -> None:
    client = await implicit_tls(bench)
    if client is not None:
        _under_tls(bench, await _capabilities(bench, client, "tls"))
        await _once_more(bench, client)


async def _once_more(bench: Bench, client: Client) -> None:
    """STARTTLS where TLS stands already is BAD (RFC 9051 section 6.2.1)."""
    reply = await client.ask("STARTTLS")
    if reply.ok:
        bench.warn("STARTTLS under TLS is answered with OK; a client would wait for a handshake in it", reply)
        # The server may wait for one now, and nothing else can be said to it.
        client.session.abort()
    elif reply.status.status == "BAD":
        bench.good("STARTTLS under TLS is answered with BAD", reply)
    else:
        bench.tell(Verdict.NOTE, f"STARTTLS under TLS is answered with {reply.status.status} instead of BAD", reply)


async def _injection(bench: Bench) -> None:
    names = bench.known.capabilities.get("clear")
    if names and not has(names, "STARTTLS"):
        bench.tell(Verdict.NOT_OFFERED, "the server does not advertise STARTTLS", about="STARTTLS")
        return
    await probe_injection(bench)


PROBES = (
    Probe(
        "starttls", "STARTTLS, the certificate, and what changes", "security", "RFC 9051 6.2.1", _starttls,
        needs=("tls-possible",),
    ),
    Probe(
        "starttls-injection", "a command slipped in behind STARTTLS", "security", "RFC 9051 6.2.1; RFC 9051 11.1",
        _injection, needs=("tls-possible",), waits=True,
    ),
    Probe(
        "tls", "TLS from the first octet, and STARTTLS within", "security", "RFC 9051 6.2.1", _under_implicit_tls,
        needs=(),
    ),
)  # fmt: skip
