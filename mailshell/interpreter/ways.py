"""The ways to log in: the protocols' own commands and the SASL mechanisms; which are offered, and which is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailshell.exits import UsageError
from mailshell.protocol.announcement import AFTER_LOGIN
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Pop3State
from mailshell.sasl.apop import find_timestamp
from mailshell.sasl.mechanism import Mechanism
from mailshell.sasl.offers import offered
from mailshell.sasl.table import MECHANISMS
from mailshell.session import Session
from mailshell.text.escape import escape

#: What ``--auth`` is if nothing is chosen: the protocol's own command of user and password.
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class OwnWay:
    """A way that is no SASL mechanism. ``command``: the one that gives the secret."""

    name: str
    protocol: str
    command: str
    reveals: bool
    rfc: str
    help: str


#: By the name that ``--auth`` gives them; LOGIN alone is the mechanism.
OWN_WAYS: Mapping[str, OwnWay] = {
    way.name: way
    for way in (
        OwnWay("LOGIN-COMMAND", "imap", "LOGIN", True, "RFC 9051 6.2.3", "the command LOGIN sends user and password"),
        OwnWay("USER", "pop3", "PASS", True, "RFC 1939 7", "the commands USER and PASS send user and password"),
        OwnWay("APOP", "pop3", "APOP", False, "RFC 1939 7", "the command APOP proves the password by an MD5"),
    )
}
_USUAL = {"imap": "LOGIN-COMMAND", "pop3": "USER"}


def find_way(name: str, protocol: str) -> OwnWay | Mechanism:
    """The way of a name, as ``--auth`` and ``;AUTH=`` give it: ``auto``, ``APOP``, ``+APOP`` (RFC 2384), ``PLAIN`` ...

    UsageError for a name that nothing has, or that the protocol has not.
    """
    wanted = _USUAL[protocol] if name.lower() == AUTO else name.upper().removeprefix("+")
    own = OWN_WAYS.get(wanted)
    if own is not None and own.protocol != protocol:
        other = _USUAL[protocol]
        raise UsageError(f"{own.name} is no way to log in to a server of {protocol.upper()}; {other} is one")
    found = own or MECHANISMS.get(wanted)
    if found is None:
        known = [way.name for way in OWN_WAYS.values() if way.protocol == protocol] + list(MECHANISMS)
        shown = escape(name)
        raise UsageError(f"mailshell can't log in with {shown}, only with {', '.join(known)}; .raw sends anything")
    return found


def chosen_way(option: str, in_url: str | None) -> tuple[str, str]:
    """The name of the way for the start, and by what it was chosen: the option comes before the URL."""
    if option.lower() != AUTO:
        return option, "--auth"
    return (in_url, "the URL") if in_url is not None else (AUTO, "--auth chooses another")


def needs_user(way: OwnWay | Mechanism) -> bool:
    """Whether there has to be a user name."""
    return isinstance(way, OwnWay) or bool(way.needs)


def known_before_login(session: Session) -> tuple[str, ...]:
    """The capabilities that the server announced last before the login: after it, it need not tell ways to log in."""
    announced = [one.names for one in session.engine.state.announcements.all if one.when != AFTER_LOGIN]
    return announced[-1] if announced else session.engine.state.capabilities or ()


def offered_ways(session: Session) -> list[str]:
    """The names of the ways that the server offers, in its order and its own commands last, each once.

    As far as is known: capabilities that were not asked for offer nothing.
    """
    state = session.engine.state
    known = known_before_login(session)
    names = offered(session.protocol, known)
    capabilities = {name.upper().partition(" ")[0] for name in known}
    if isinstance(state, ImapState) and "LOGINDISABLED" not in capabilities:
        names.append("LOGIN-COMMAND")
    if isinstance(state, Pop3State):
        # Before CAPA there was USER, and servers without CAPA have it still.
        names += ["USER"] if "USER" in capabilities or not known else []
        names += ["APOP"] if apop_timestamp(session) is not None else []
    return list(dict.fromkeys(names))


def apop_timestamp(session: Session) -> bytes | None:
    """What APOP digests: the greeting's timestamp, or what stands between angle brackets where one would stand."""
    state = session.engine.state
    if not isinstance(state, Pop3State) or session.greeting is None:
        return None
    return state.timestamp or find_timestamp(session.greeting.text)
