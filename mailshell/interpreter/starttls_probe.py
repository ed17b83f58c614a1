"""Whether a server runs commands that were sent in the clear behind STARTTLS or STLS, and before the handshake.

Such a server lets somebody on the way put commands into a session that is protected later (CVE-2011-0411 and its like;
RFC 9051 section 11.1 for the other direction). The probe takes a connection of its own, logs nobody in, and does not
check the certificate: nothing that it sends is worth hiding.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailshell.contract import ConnectionLost, SessionError, TimeLimit
from mailshell.exits import UsageError
from mailshell.interpreter.announce import Announcer
from mailshell.protocol.exchange import Exchange, Status
from mailshell.session import Session
from mailshell.text.escape import escape, escape_octets
from mailshell.transport.errors import TlsFailed

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: An answer to the command that was slipped in comes at once, or not at all (seconds).
_PATIENCE = 3.0
_SHOWN = 100


class _Witness(Announcer):
    """Keeps what came in the clear before the handshake, which answers the probe; how it ends, the probe tells."""

    clear = b""

    def injected(self, octets: bytes) -> None:
        self.clear = octets

    def closed(self, reason: str) -> None:
        return


async def probe(interpreter: Interpreter) -> list[str]:
    """What the server does with a command in the same packet as STARTTLS, in a few lines.

    Raises UsageError, and what opening a session raises.
    """
    endpoint = interpreter.endpoint
    if endpoint is None:
        raise UsageError("the probe needs a server; .open URL connects to one")
    if endpoint.implicit_tls:
        raise UsageError("with TLS from the first octet there is no STARTTLS to probe; .open the port in the clear")
    session = interpreter.new_session(endpoint)
    session.tls_options = replace(session.tls_options, insecure=True)
    session.listener = witness = _Witness(interpreter.console, interpreter.secrets)
    session.observers = [interpreter.new_trace(endpoint)]
    try:
        greeting = await session.open(interpreter.options.connect_timeout)
        if not greeting.ok:
            return [f"nothing was probed: the server turns the connection away: {_words(greeting)}"]
        return await _probe(session, witness)
    finally:
        session.abort()


async def _probe(session: Session, witness: _Witness) -> list[str]:
    imap = session.protocol == "imap"
    name = "STARTTLS" if imap else "STLS"
    octets = b"p1 STARTTLS\r\np2 NOOP\r\n" if imap else b"STLS\r\nNOOP\r\n"
    asked, slipped = session.write(octets)
    session.answers.attend(asked, None)
    session.answers.attend(slipped, None)
    agreed = await session.answers.completion(asked)
    if not agreed.ok:
        return [f"nothing was probed: the server refuses {name}: {_words(agreed)}"]
    if witness.clear:
        return _in_the_clear(name, escape_octets(witness.clear[:_SHOWN]))
    try:
        await session.start_tls()
    except TlsFailed as error:
        if error.plain_text:
            return _in_the_clear(name, escape_octets(error.plain_text[:_SHOWN]))
        return [
            f"good: NOOP, which was sent in the clear behind {name}, was not run under TLS: the handshake failed",
            f"({escape(str(error))}; {name} alone shows whether that was because of NOOP)",
        ]
    session.answers.timeout = _PATIENCE
    return await _wait_for(session, slipped, name)


def _in_the_clear(name: str, answer: str) -> list[str]:
    return [
        f"wrong, but no danger: the server went on in the clear after it had agreed to {name}, before the handshake",
        f"what it said there: {answer}",
    ]


async def _wait_for(session: Session, slipped: Exchange, name: str) -> list[str]:
    try:
        answer = await session.answers.completion(slipped)
    except TimeLimit:
        return [f"good: NOOP, which was sent in the clear behind {name}, was thrown away at the handshake"]
    except ConnectionLost as error:
        return [f"good: NOOP, which was sent in the clear behind {name}, was not run: {escape(str(error))}"]
    except SessionError as error:
        return [f"nothing can be said: {escape(str(error))}"]
    return [
        f"CRITICAL: the server ran NOOP under TLS, though it was sent in the clear behind {name}: {_words(answer)}",
        "somebody on the way can put commands into a protected session; have the server updated",
    ]


def _words(status: Status) -> str:
    return escape(f"{status.status} {status.text.decode('utf-8', 'replace')}")
