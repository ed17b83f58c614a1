"""``.starttls --probe``: whether a server runs what was sent in the clear behind STARTTLS or STLS.

What is tried stands in ``mailshell.check.injection``. The probe takes a connection of its own, logs nobody in, and does
not check the certificate.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailshell.check.injection import PATIENCE, Fate, Slipped, slip_in
from mailshell.exits import UsageError
from mailshell.interpreter.announce import Announcer
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_PATIENCE = PATIENCE
#: The lines for each fate of the command.
_LINES = {
    Fate.NOT_AGREED: ("nothing was probed: the server refuses {name}: {words}",),
    Fate.IN_THE_CLEAR: (
        "wrong, but no danger: the server went on in the clear after it had agreed to {name}, before the handshake",
        "what it said there: {words}",
    ),
    Fate.NO_HANDSHAKE: (
        "good: NOOP, which was sent in the clear behind {name}, was not run under TLS: the handshake failed",
        "({words}; {name} alone shows whether that was because of NOOP)",
    ),
    Fate.DROPPED: ("good: NOOP, which was sent in the clear behind {name}, was thrown away at the handshake",),
    Fate.CLOSED: ("good: NOOP, which was sent in the clear behind {name}, was not run: {words}",),
    Fate.UNKNOWN: ("nothing can be said: {words}",),
    Fate.RUN: (
        "CRITICAL: the server ran NOOP under TLS, though it was sent in the clear behind {name}: {words}",
        "somebody on the way can put commands into a protected session; have the server updated",
    ),
}


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
            words = escape(f"{greeting.status} {greeting.text.decode('utf-8', 'replace')}")
            return [f"nothing was probed: the server turns the connection away: {words}"]
        return _lines(await slip_in(session, witness, patience=_PATIENCE))
    finally:
        session.abort()


def _lines(found: Slipped) -> list[str]:
    return [line.format(name=found.name, words=found.words) for line in _LINES[found.fate]]
