"""What was chosen for a run: on the command line, or later with a local command."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailshell.config.aliases import Aliases
from mailshell.interpreter.passwords import PasswordSource
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.transport.tls import TlsOptions


@dataclass(slots=True)
class Options:
    """Times in seconds. ``tls``: ``auto`` (as the URL says), ``implicit``, ``starttls`` or ``none``.

    What is a setting is told by the table in ``mailshell.config.settings``, and has its default there too.
    ``yes`` answers what ``confirm`` would ask. ``colour`` is what came of ``colour_choice`` on this terminal.
    ``notes``: what a person should be told of the configuration.
    """

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
    colour_choice: str = "auto"
    explain: bool = False
    confirm: bool = False
    yes: bool = False
    record: str | None = None
    unsafe_raw: bool = False
    title: str = ""
    time: bool = False
    fold: int = 60
    pager: str = "auto"
    hints: bool = True
    suggestions: bool = True
    complete_while_typing: bool = False
    background: bool = True
    editing: str = "emacs"
    theme: str = "auto"
    plain: bool = False
    history_size: int = 10_000
    aliases: Aliases = field(default_factory=Aliases)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notes = [*self.notes, *self.aliases.problems]
