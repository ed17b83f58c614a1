"""``AUTHENTICATE ?`` and ``AUTH ?``: which ways to log in the server offers, and what mailshell can do with each."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter.line import TypedLine
from mailshell.interpreter.local.command import finish
from mailshell.interpreter.result import Result
from mailshell.interpreter.warnings import in_the_clear
from mailshell.interpreter.ways import OWN_WAYS, chosen_way, find_way, known_before_login, offered_ways
from mailshell.protocol.imap.state import Phase as ImapPhase
from mailshell.protocol.pop3.state import Phase as Pop3Phase
from mailshell.protocol.terms import Terms
from mailshell.sasl.mechanism import Mechanism
from mailshell.sasl.offers import offered
from mailshell.sasl.table import MECHANISMS
from mailshell.session import Session
from mailshell.text.escape import escape
from mailshell.text.sentences import inner

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


def asks(typed: TypedLine) -> bool:
    """Whether a line asks for the mechanisms instead of naming one."""
    return typed.name in ("AUTHENTICATE", "AUTH") and typed.arguments.strip() == "?"


async def show(interpreter: Interpreter, typed: TypedLine) -> Result:
    """A line for each way. Nothing is sent but, if need be, the question for the capabilities."""
    session = interpreter.connected
    await ask_capabilities(interpreter)
    ways = offered_ways(session)
    twice = [name for name in ways if offered(session.protocol, known_before_login(session)).count(name) > 1]
    width = max(map(len, ways), default=0)
    lines = [
        f"{escape(name).ljust(width)}  {_about(name, session, interpreter.terms)}"
        f"{' (offered twice)' if name in twice else ''}"
        for name in ways
    ]
    if not any(name in OWN_WAYS or name in MECHANISMS for name in ways):
        lines.append("the server offers nothing that mailshell can log in with")
    if session.engine.state.phase not in (ImapPhase.NOT_AUTHENTICATED, Pop3Phase.AUTHORIZATION):
        lines.insert(0, "you are logged in; before the login the server offered")
    others = ", ".join(name for name in MECHANISMS if name not in ways)
    return finish(interpreter, typed.text, [*lines, f"not offered: {others}", _chosen(interpreter, session, ways)])


async def ask_capabilities(interpreter: Interpreter) -> None:
    """Have the server tell its capabilities, if it has not."""
    session = interpreter.connected
    if session.engine.state.capabilities is None:
        line = f"{interpreter.next_tag()} CAPABILITY\r\n" if session.protocol == "imap" else "CAPA\r\n"
        await session.command([line.encode()], None)


def missing(mechanism: Mechanism, session: Session) -> str:
    """Why a mechanism can't be carried out on this connection; empty if it can."""
    if mechanism.name.startswith("SCRAM-") and find_spec("scramp") is None:
        return "needs a library: pip install 'mailshell[scram]'"
    info = session.stream.tls if session.stream is not None else None
    if mechanism.binds and (info is None or not info.bindings):
        return "needs TLS to be tied to" if info is None else "this TLS connection gives nothing to be tied to"
    return ""


def _about(name: str, session: Session, terms: Terms) -> str:
    own = OWN_WAYS.get(name)
    if own is not None:
        return _told(own.help, own.rfc, own.reveals, session)
    mechanism = MECHANISMS.get(name)
    if mechanism is None:
        term = terms.find("sasl-mechanism", name)
        what = f" ({inner(term.help)})" if term is not None else ""
        return f"mailshell does not carry it out{what}; .raw sends anything"
    told = _told(mechanism.help, mechanism.rfc, mechanism.reveals, session)
    lacks = missing(mechanism, session)
    return f"{told}; {lacks}" if lacks else told


def _told(what: str, rfc: str, reveals: bool, session: Session) -> str:
    danger = ", here in the clear" if reveals and in_the_clear(session) else ""
    return f"{what}{danger} ({rfc})"


def _chosen(interpreter: Interpreter, session: Session, ways: list[str]) -> str:
    name, why = chosen_way(interpreter.options.auth, session.endpoint.auth)
    try:
        way = find_way(name, session.protocol)
    except UsageError as error:
        return f"chosen at the start ({why}): {escape(str(error))}"
    lacks = "" if way.name in ways else ", which the server does not offer"
    return f"chosen at the start ({why}): {way.name}{lacks}"
