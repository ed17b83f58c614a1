"""STLS: whether TLS begins, with which certificate, and what the server offers under it (RFC 2595 section 4)."""

from __future__ import annotations

from dataclasses import replace

from mailshell.check.bench import Bench, ProbeFailed
from mailshell.check.client import Client
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import advertises, ask
from mailshell.check.pop3.capabilities import look
from mailshell.check.probe import Probe
from mailshell.transport.errors import TlsFailed

#: Versions that nobody should use any more (RFC 8996).
_OLD = ("SSLv3", "TLSv1", "TLSv1.1")


async def _stls(bench: Bench) -> None:
    if not advertises(bench, "STLS"):
        await _not_advertised(bench)
        return
    client = await _begun(bench)
    try:
        await client.session.start_tls()
    except TlsFailed as error:
        if not error.check:
            bench.wrong(f"STLS is accepted, and TLS does not begin: {error}", client.seen(), about="STLS")
            return
        bench.warn(
            f"the certificate is not good: {error}",
            client.seen(),
            about="certificate",
            advice="clients that check it refuse to connect; --cafile FILE trusts an authority of your own",
        )
        client = await _begun(bench)
        client.session.tls_options = replace(client.session.tls_options, insecure=True)
        await client.session.start_tls()
    await _under_tls(bench, client)


async def _not_advertised(bench: Bench) -> None:
    client = await bench.connect(login=False, starttls=False)
    reply = await ask(client, "STLS")
    if reply.ok:
        client.session.abort()
        bench.tell(Verdict.NOTE, "STLS is accepted, though CAPA does not list it", reply, about="STLS")
    else:
        bench.tell(Verdict.NOT_OFFERED, "the server has no STLS: all that is said can be read", reply, about="STLS")


async def _begun(bench: Bench) -> Client:
    """A connection on which the server has agreed to TLS. ProbeFailed if it refuses."""
    client = await bench.connect(login=False, starttls=False)
    reply = await ask(client, "STLS")
    if not reply.ok:
        bench.warn(f"CAPA lists STLS, and it is refused: {reply.words}", reply, about="STLS")
        raise ProbeFailed("without STLS nothing more can be tried")
    return client


async def _under_tls(bench: Bench, client: Client) -> None:
    info = client.session.stream.tls if client.session.stream is not None else None
    assert info is not None
    checked = "its certificate is good" if info.verified else "its certificate was not checked"
    said = f"STLS begins TLS: {info.version}, {info.cipher}; {checked}"
    if info.version in _OLD:
        bench.warn(f"{said}; nobody should use this version any more (RFC 8996)", about="STLS")
    else:
        bench.good(said, about="STLS")
    await look(bench, client, "tls")
    listed = any(line.split(" ", 1)[0].upper() == "STLS" for line in bench.known.capabilities["tls"])
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
    if bench.connector.clear:
        bench.tell(Verdict.LEFT_OUT, "the connection begins in the clear; pop3s:// checks the other port")
        return
    client = await bench.connect(login=False, starttls=False)
    info = client.session.stream.tls if client.session.stream is not None else None
    if info is None:
        bench.tell(Verdict.LEFT_OUT, "this way to the server has no TLS")
        return
    said = f"{info.version}, {info.cipher}; {'the certificate is good' if info.verified else 'it was not checked'}"
    if info.version in _OLD:
        bench.warn(f"{said}; nobody should use this version any more (RFC 8996)")
    else:
        bench.good(said)


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
