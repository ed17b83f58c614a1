"""Whether a server runs a command that was sent in the clear behind STARTTLS or STLS, and before the handshake.

Such a server lets somebody on the way put commands into a session that is protected later (CVE-2011-0411 and its like;
RFC 9051 sections 6.2.1 and 11.1). Nobody logs in, and nothing that is sent is worth hiding: the certificate need not
be checked.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from mailshell.check.bench import Bench
from mailshell.check.client import words_of
from mailshell.check.outcome import Verdict
from mailshell.contract import ConnectionLost, SessionError, TimeLimit
from mailshell.nobody import Nobody
from mailshell.protocol.exchange import Exchange
from mailshell.session import Session
from mailshell.transport.errors import TlsFailed

#: An answer to the command that was slipped in comes at once, or not at all (seconds).
PATIENCE = 3.0
#: A probe has less time than a person.
_BRIEF = 2.0
_SHOWN = 100


class InjectionResult(enum.Enum):
    """What became of the command. ``NOT_AGREED``: the server refused TLS, so that nothing was tried."""

    NOT_AGREED = "TLS was refused"
    IN_THE_CLEAR = "it was answered before the handshake"
    NO_HANDSHAKE = "the handshake failed"
    DROPPED = "it was thrown away"
    CLOSED = "the connection ended"
    UNKNOWN = "nothing can be said"
    RUN = "it was run under TLS"


@dataclass(frozen=True, slots=True)
class Slipped:
    """``name``: STARTTLS or STLS. ``result``: what became of the command. ``words``: what the server said, or why it
    ended, as it came: control octets are not escaped.
    """

    name: str
    result: InjectionResult
    words: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """``says``: a sentence; ``more``: another one that goes with it; ``advice``: what a person can do. In all of them
    ``{name}`` and ``{words}`` stand for those of ``Slipped``.
    """

    verdict: Verdict
    says: str
    more: str = ""
    advice: str = ""


JUDGEMENTS = {
    InjectionResult.NOT_AGREED: Judgement(Verdict.UNDECIDED, "nothing was probed: the server refuses {name}: {words}"),
    InjectionResult.IN_THE_CLEAR: Judgement(
        Verdict.WARNING,
        "the server went on in the clear after it had agreed to {name}, before the handshake",
        "what it said there: {words}",
        "what comes behind {name} has to be thrown away, or taken for the handshake",
    ),
    InjectionResult.NO_HANDSHAKE: Judgement(
        Verdict.GOOD,
        "NOOP, which was sent in the clear behind {name}, was not run under TLS: the handshake failed",
        "{words}; {name} alone shows whether that was because of NOOP",
    ),
    InjectionResult.DROPPED: Judgement(
        Verdict.GOOD, "NOOP, which was sent in the clear behind {name}, was thrown away at the handshake"
    ),
    InjectionResult.CLOSED: Judgement(
        Verdict.GOOD, "NOOP, which was sent in the clear behind {name}, was not run: {words}"
    ),
    InjectionResult.UNKNOWN: Judgement(Verdict.UNDECIDED, "nothing can be said: {words}"),
    InjectionResult.RUN: Judgement(
        Verdict.CRITICAL,
        "the server ran NOOP under TLS, though it was sent in the clear behind {name}: {words}",
        advice="somebody on the way can put commands into a protected session; have the server updated",
    ),
}


class KeepsInjected:
    """Part of a listener: keeps what came in the clear after TLS was agreed on, and before the handshake."""

    clear = b""

    def injected(self, octets: bytes) -> None:
        self.clear = octets


class _Witness(KeepsInjected, Nobody):
    """A listener that does so, and no more."""


async def slip_in(session: Session, witness: KeepsInjected, *, patience: float = PATIENCE) -> Slipped:
    """Send NOOP in the same packet as STARTTLS or STLS, and see what becomes of it.

    ``witness`` listens to the session; ``patience``: how many seconds to wait for an answer under TLS.
    Raises what a session raises, if the server does not answer STARTTLS itself.
    """
    imap = session.protocol == "imap"
    name = "STARTTLS" if imap else "STLS"
    octets = b"p1 STARTTLS\r\np2 NOOP\r\n" if imap else b"STLS\r\nNOOP\r\n"
    asked, slipped = session.write(octets)
    session.answers.attend(asked, None)
    session.answers.attend(slipped, None)
    agreed = await session.answers.completion(asked)
    if not agreed.ok:
        return Slipped(name, InjectionResult.NOT_AGREED, words_of(agreed))
    if witness.clear:
        return Slipped(name, InjectionResult.IN_THE_CLEAR, _text(witness.clear[:_SHOWN]))
    try:
        await session.start_tls()
    except TlsFailed as error:
        if error.plain_text:
            return Slipped(name, InjectionResult.IN_THE_CLEAR, _text(error.plain_text[:_SHOWN]))
        return Slipped(name, InjectionResult.NO_HANDSHAKE, str(error))
    session.answers.timeout = patience
    return await _wait_for(session, slipped, name)


async def _wait_for(session: Session, slipped: Exchange, name: str) -> Slipped:
    try:
        answer = await session.answers.completion(slipped)
    except TimeLimit:
        return Slipped(name, InjectionResult.DROPPED)
    except ConnectionLost as error:
        return Slipped(name, InjectionResult.CLOSED, str(error))
    except SessionError as error:
        return Slipped(name, InjectionResult.UNKNOWN, str(error))
    return Slipped(name, InjectionResult.RUN, words_of(answer))


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


async def probe_injection(bench: Bench) -> None:
    """A probe of either protocol: slip a command in on a connection of its own, and tell what became of it."""
    client = await bench.connect(login=False, starttls=False)
    session = client.session
    session.tls_options = replace(session.tls_options, insecure=True)
    session.listener = witness = _Witness()
    client.transcript.begin()
    try:
        found = await slip_in(session, witness, patience=_BRIEF)
    finally:
        session.abort()
    judgement = JUDGEMENTS[found.result]
    more = f"; {judgement.more}" if judgement.more else ""
    advice = judgement.advice.format(name=found.name)
    says = (judgement.says + more).format(name=found.name, words=found.words)
    bench.tell(judgement.verdict, says, client.seen(), advice=advice)
