"""``.starttls --probe``: whether a server runs what was sent in the clear behind STARTTLS or STLS.

What is tried stands in ``mailshell.check.injection``. The probe takes a connection of its own, logs nobody in, and does
not check the certificate.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailshell.check.client import words_of
from mailshell.check.injection import JUDGEMENTS, PATIENCE, KeepsInjected, Slipped, slip_in
from mailshell.check.outcome import Verdict
from mailshell.exits import UsageError
from mailshell.interpreter.announce import Announcer
from mailshell.interpreter.opening import new_session, new_trace
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_PATIENCE = PATIENCE
#: What a line begins with, by what it amounts to.
_BEGINS = {Verdict.GOOD: "good: ", Verdict.WARNING: "wrong, but no danger: ", Verdict.CRITICAL: "CRITICAL: "}


class _Witness(KeepsInjected, Announcer):
    """Keeps what came in the clear before the handshake, which answers the probe; how it ends, the probe tells."""

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
    session = new_session(interpreter, endpoint)
    session.tls_options = replace(session.tls_options, insecure=True)
    session.listener = witness = _Witness(interpreter.console, interpreter.secrets)
    session.observers = [new_trace(interpreter, endpoint)]
    try:
        greeting = await session.open(interpreter.options.connect_timeout)
        if not greeting.ok:
            return [f"nothing was probed: the server turns the connection away: {escape(words_of(greeting))}"]
        return _lines(await slip_in(session, witness, patience=_PATIENCE))
    finally:
        session.abort()


def _lines(found: Slipped) -> list[str]:
    """What it came to, and where there is more to say, or something to do, that too."""
    judgement = JUDGEMENTS[found.result]
    lines = [_BEGINS.get(judgement.verdict, "") + judgement.says, judgement.more or judgement.advice]
    return [line.format(name=found.name, words=escape(found.words)) for line in lines if line]
