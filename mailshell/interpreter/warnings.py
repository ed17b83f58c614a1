"""What is sure to go wrong with a command, said in one line before it is sent all the same."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from mailshell.assist.knowledge import Knowledge
from mailshell.assist.situation import HURTS, Caution, Situation
from mailshell.interpreter.line import TypedLine
from mailshell.protocol.catalogue import Command, Effect
from mailshell.protocol.imap.state import ImapState, Phase
from mailshell.sasl.table import MECHANISMS
from mailshell.session import Session

_SENDS_PASSWORD = {"LOGIN", "PASS"}
_SENDS_SASL = {"AUTHENTICATE", "AUTH"}


def situation(session: Session, knowledge: Knowledge | None = None) -> Situation:
    """What the checks are told of a session, and of what it has seen."""
    state = session.engine.state
    capabilities = state.capabilities
    if isinstance(state, ImapState):
        read_only = state.mailbox is not None and state.mailbox.read_only
        deleted = knowledge.deleted if knowledge is not None else 0
        return Situation("imap", state.phase.letter, capabilities, deleted, read_only, utf8=state.utf8)
    return Situation("pop3", state.phase.letter, capabilities, deleted=len(state.deleted))


def destroys(record: Command | None, cautions: Sequence[Caution], where: Situation) -> bool:
    """Whether a command removes something for good; DELE does not: QUIT after it does."""
    if any(caution.severity == HURTS for caution in cautions):
        return True
    return record is not None and record.effect is Effect.DESTROY and record.name != "DELE" and not where.read_only


def warnings_for(typed: TypedLine, session: Session, cautions: Sequence[Caution]) -> list[str]:
    """The warnings for a command in this session's state, each a sentence without its full stop."""
    state = session.engine.state
    warnings = [caution.text for caution in cautions]
    if risk := revealed(typed, session):
        warnings.append(risk)
    if isinstance(state, ImapState) and state.phase is Phase.LOGOUT:
        warnings.append("the server has said BYE")
    return warnings


def revealed(typed: TypedLine, session: Session) -> str:
    """Which secret a command would show to whoever listens, as a sentence without its full stop; empty if none."""
    return _sent_in_the_clear(typed) if in_the_clear(session) else ""


def _sent_in_the_clear(typed: TypedLine) -> str:
    what = "password" if typed.name in _SENDS_PASSWORD else ""
    if typed.name in _SENDS_SASL:
        mechanism = MECHANISMS.get(typed.arguments.strip().partition(" ")[0].upper())
        what = mechanism.needs if mechanism is not None and mechanism.reveals else ""
    return f"the {what} goes over the network in the clear" if what else ""


def login_risk(typed: TypedLine, session: Session) -> str:
    """Why a command that logs in is not sent with ``--strict``; empty if it is.

    This machine is no exception there: a tunnel may begin on it, and its other end be in the clear.
    """
    state = session.engine.state
    if typed.name == "LOGIN" and isinstance(state, ImapState) and state.has("LOGINDISABLED"):
        return "the server announces LOGINDISABLED"
    return _sent_in_the_clear(typed) if not session.tls and session.endpoint.kind == "tcp" else ""


def in_the_clear(session: Session) -> bool:
    """Whether what is sent can be read on a network: no TLS, and not this machine."""
    endpoint = session.endpoint
    if session.tls or endpoint.kind != "tcp" or endpoint.host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(endpoint.host.partition("%")[0]).is_loopback
    except ValueError:
        return True
