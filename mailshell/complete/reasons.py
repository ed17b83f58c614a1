"""Why something is likely to fail: the words that stand beside what is offered all the same."""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.assist.capabilities import announced
from mailshell.assist.situation import Situation
from mailshell.protocol.catalogue import Command
from mailshell.protocol.terms import Term

#: What a command needs, by the states of its record.
_NEEDS: Mapping[tuple[str, str], str] = {
    ("imap", "S"): "needs a selected mailbox",
    ("imap", "AS"): "needs a login",
    ("imap", "A"): "needs a login, and no selected mailbox",
    ("imap", "N"): "only before login",
    ("pop3", "T"): "needs a login",
    ("pop3", "A"): "only before login",
}


def against_command(record: Command, situation: Situation) -> str:
    """Why the command is likely to fail in this session; empty if nothing speaks against it."""
    if situation.phase and situation.phase not in record.states:
        return _NEEDS.get((situation.protocol, record.states), "not in this state")
    if record.name == "LOGIN" and announced("LOGINDISABLED", situation.capabilities or ()):
        return "server advertises LOGINDISABLED"
    return lacking(record.capability, situation) or ("obsolete" if record.obsolete else "")


def against_term(term: Term, situation: Situation) -> str:
    """Why a word of the protocol is likely to be refused; empty if nothing speaks against it."""
    return lacking(term.capability, situation) or ("obsolete" if term.obsolete else "")


def lacking(capability: str | None, situation: Situation) -> str:
    """Which capability the server does not advertise; empty if it does, or if nobody knows."""
    if capability is None or situation.capabilities is None or announced(capability.upper(), situation.capabilities):
        return ""
    return f"server does not advertise {capability.rstrip('=')}"
