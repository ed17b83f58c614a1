"""The engine of a protocol: what it is fed are octets of both sides, and what it yields are events."""

from __future__ import annotations

from typing import TypeAlias

from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.protocol.pop3.connection import Pop3Connection
from mailshell.protocol.secrecy import Secrets

Engine: TypeAlias = ImapConnection | Pop3Connection


def make_engine(protocol: str, limits: Limits = DEFAULT, secrets: Secrets | None = None) -> Engine:
    """The engine for ``imap`` or ``pop3``. ``secrets``: those that are known already, and where new ones go."""
    return ImapConnection(limits, secrets) if protocol == "imap" else Pop3Connection(limits, secrets)
