"""What was chosen for a run: on the command line, or later with a local command."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailshell.interpreter.passwords import PasswordSource
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.transport.tls import TlsOptions


@dataclass(slots=True)
class Options:
    """Times in seconds. ``tls``: ``auto`` (as the URL says), ``implicit``, ``starttls`` or ``none``."""

    user: str | None = None
    password: PasswordSource = field(default_factory=PasswordSource)
    login: bool = True
    tls: str = "auto"
    tls_options: TlsOptions = field(default_factory=TlsOptions)
    timeout: float = 60.0
    connect_timeout: float = 15.0
    level: int = 0
    style: str = "mailshell"
    show_secrets: bool = False
    colour: bool = False
    limits: Limits = DEFAULT
