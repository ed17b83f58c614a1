"""Whose mailboxes are remembered, and where the file is."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from mailshell.folders import state_folder
from mailshell.transport.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Account:
    """A server as a session reaches it. ``server``: ``host:port``, the path of a socket, or a command line.

    ``user``: the one that is meant to log in, for sessions that don't tell (PREAUTH, a mechanism without a name).
    """

    protocol: str
    server: str
    user: str = ""


def account_of(endpoint: Endpoint, user: str | None = None) -> Account:
    """The account that an endpoint means; ``user`` wins over the one that it names."""
    if endpoint.kind == "unix":
        server = os.path.abspath(endpoint.path)
    elif endpoint.kind == "exec":
        server = shlex.join(endpoint.command)
    else:
        server = f"{endpoint.host.rstrip('.').lower()}:{endpoint.port}"
    return Account(endpoint.protocol, server, user or endpoint.user or "")


def memory_path() -> Path:
    """``$XDG_STATE_HOME/mailshell/memory.sqlite``."""
    return state_folder() / "memory.sqlite"
