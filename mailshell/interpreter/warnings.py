"""What is sure to go wrong with a command, said in one line before it is sent all the same."""

from __future__ import annotations

import ipaddress

from mailshell.interpreter.line import TypedLine
from mailshell.protocol.imap.state import ImapState, Phase
from mailshell.session import Session

_PHASES = {
    "N": "before login",
    "A": "after login",
    "S": "with a mailbox selected",
    "AS": "after login",
    "NAS": "at any time",
}
_POP3_PHASES = {"A": "before login", "T": "after login", "AT": "at any time"}
_IN_CLEAR = {"LOGIN", "USER", "PASS"}


def warnings_for(typed: TypedLine, session: Session) -> list[str]:
    """The warnings for a command in this session's state, each a sentence without its full stop."""
    warnings = []
    record, state = typed.record, session.engine.state
    if record is None:
        warnings.append(f"{typed.word} is not in the catalogue; it is sent as it is")
    elif state.phase.letter and state.phase.letter not in record.states:
        phases = _PHASES if isinstance(state, ImapState) else _POP3_PHASES
        when = phases.get(record.states, "in another state")
        warnings.append(f"{record.name} belongs {when}, and the session is in the state {state.phase.value!r}")
    if typed.name in _IN_CLEAR and typed.name != "USER" and in_the_clear(session):
        warnings.append("the password goes over the network in the clear")
    if isinstance(state, ImapState) and typed.name == "LOGIN" and state.has("LOGINDISABLED"):
        warnings.append("the server advertises LOGINDISABLED: it refuses LOGIN (RFC 9051 6.2.3)")
    if isinstance(state, ImapState) and state.phase is Phase.LOGOUT:
        warnings.append("the server has said BYE")
    return warnings


def in_the_clear(session: Session) -> bool:
    """Whether what is sent can be read on a network: no TLS, and not this machine."""
    endpoint = session.endpoint
    if session.tls or endpoint.kind != "tcp" or endpoint.host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(endpoint.host.partition("%")[0]).is_loopback
    except ValueError:
        return True
