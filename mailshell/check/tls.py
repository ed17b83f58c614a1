"""What the probes of TLS have in common in both protocols: how it begins, and what was agreed on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from mailshell.check.bench import Bench
from mailshell.check.client import Client, Reply
from mailshell.check.outcome import Verdict
from mailshell.check.transcript import Transcript
from mailshell.nobody import Nobody
from mailshell.session import Session
from mailshell.text.sentences import counted
from mailshell.transport.errors import TlsFailed

#: Versions that nobody should use any more (RFC 8996 section 1).
_OLD = ("SSLv3", "TLSv1", "TLSv1.1")
#: The handshake that is tried once more may take so long (seconds).
_PATIENCE = 5.0
Ask = Callable[[Client, str], Awaitable[Reply]]


async def begin_tls(bench: Bench, client: Client, name: str, ask: Ask) -> Client | None:
    """Begin TLS in a session that is in the clear, with the command ``name`` (STARTTLS, STLS).

    The session with TLS: another one, in which the certificate is not checked, if it did not pass in the first. None
    if no TLS came about. What happens is told.
    """
    insecure = client.session.tls_options.insecure
    # With --insecure too: what it lets pass is to be told.
    client.session.tls_options = replace(client.session.tls_options, insecure=False)
    stands = await _handshake(bench, client, name, ask, accepted=insecure)
    if stands is None:
        # A certificate that does not pass is an outcome, and not the end: the rest is looked at without.
        client = await bench.connect(login=False, starttls=False)
        client.session.tls_options = replace(client.session.tls_options, insecure=True)
        stands = await _handshake(bench, client, name, ask)
    return client if stands else None


async def _handshake(bench: Bench, client: Client, name: str, ask: Ask, *, accepted: bool = False) -> bool | None:
    """The command and the handshake. Whether TLS stands; None if only the certificate was in the way, or whatever else
    if that is ``accepted``."""
    reply = await ask(client, name)
    if not reply.ok:
        bench.wrong(
            f"{name} is advertised and refused: {reply.words}",
            reply,
            about=name,
            advice="don't log in here: either TLS is not set up, or somebody on the way prevents it; try the port "
            "that begins with TLS",
        )
        return False
    try:
        await client.session.start_tls()
    except TlsFailed as error:
        if error.check or accepted:
            _tell_failed(bench, client, error)
            return None
        bench.wrong(f"no TLS comes about after {name}: {error}", client.seen(), about=name)
        return False
    bench.good(f"{name} works", reply, about=name)
    return True


def _tell_failed(bench: Bench, client: Client, error: TlsFailed) -> None:
    """Tell why no TLS comes about that could be trusted."""
    if error.check:
        bench.warn(
            f"the certificate does not pass: {error}",
            client.seen(),
            about="certificate",
            advice="have it replaced, or give the authority that has issued it with --cafile",
        )
    else:
        bench.warn(f"without --insecure no TLS comes about: {error}", client.seen(), about="tls")


def tell_tls(bench: Bench, client: Client) -> None:
    """Tell what was agreed on in a session with TLS."""
    info = client.session.stream.tls if client.session.stream is not None else None
    assert info is not None
    chain = counted(len(info.chain), "certificate") if info.chain else "no certificate"
    checked = "its certificate is good" if info.verified else "its certificate was not checked"
    says = f"{info.version}, {info.cipher}, {chain}; {checked}"
    if info.version in _OLD:
        bench.warn(f"an old version of TLS was agreed on: {says}", advice="let the server speak TLS 1.2 and 1.3")
    else:
        bench.good(says)


async def implicit_tls(bench: Bench) -> Client | None:
    """A session on a port that begins with TLS, nobody logged in, and what was agreed on told; None without TLS."""
    if bench.connector.clear:
        bench.tell(Verdict.LEFT_OUT, "the connection begins in the clear; the port that begins with TLS is another")
        return None
    client = await bench.connect(login=False, starttls=False)
    if not client.session.tls:
        bench.tell(Verdict.LEFT_OUT, "this way to the server has no TLS")
        return None
    tell_tls(bench, client)
    if client.session.tls_options.insecure:
        await _try_secure(bench, client.session)
    return client


async def _try_secure(bench: Bench, like: Session) -> None:
    """Tell what --insecure lets pass: the same connection, with the certificate checked."""
    options = replace(like.tls_options, insecure=False)
    session = Session(like.endpoint, Nobody(), tls=options, route=like.route, secrets=like.engine.secrets)
    transcript = Transcript(session)
    session.observers = [transcript]
    try:
        await session.open(_PATIENCE)
    except TlsFailed as error:
        _tell_failed(bench, Client(session, transcript), error)
    else:
        bench.good("the certificate passes, without --insecure too", about="certificate")
    finally:
        session.abort()
