"""What was chosen for a run: on the command line, or later with a local command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailshell.config.aliases import Aliases
from mailshell.config.profiles import Profile
from mailshell.config.settings import SETTINGS, Value
from mailshell.interpreter.passwords import SecretSources
from mailshell.interpreter.ways import AUTO
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.transport.dial import DIRECT, Route
from mailshell.transport.tls import TlsOptions


def _default(setting: str) -> Any:
    return SETTINGS[setting].default


@dataclass(slots=True)
class Options:
    """Times in seconds. ``tls``: ``auto`` (as the URL says), ``implicit``, ``starttls`` or ``none``.

    What is a setting is told by the table in ``mailshell.config.settings``, and has its default there too.
    ``auth``: the way to log in, as ``--auth`` names it; ``authzid``: the authorization identity that SASL sends;
    ``initial_response``: ``auto``, ``always`` or ``never``; ``strict``: no command that reveals a secret goes in the
    clear. ``yes`` answers what ``confirm`` and ``readonly`` would ask. ``colour`` is what came of ``colour_choice`` on
    this terminal. ``fail_on``: the exit status tells if something as bad as this severity was found. ``notes``: what a
    person should be told of the configuration. ``record_folder``: each session is recorded there. ``given``: what the
    command line has given, by the names that profiles use. ``profile`` is in use (``interpreter.profile.use``);
    ``replaced``: of what it has set, the value before and its own.
    """

    user: str | None = None
    sources: SecretSources = field(default_factory=SecretSources)
    login: bool = True
    auth: str = AUTO
    authzid: str = ""
    initial_response: str = AUTO
    strict: bool = False
    tls: str = "auto"
    tls_options: TlsOptions = field(default_factory=TlsOptions)
    route: Route = DIRECT
    timeout: float = _default("timeout")
    connect_timeout: float = _default("connect_timeout")
    level: int = _default("debug")
    style: str = _default("style")
    show_secrets: bool = False
    colour: bool = False
    limits: Limits = DEFAULT
    colour_choice: str = _default("colour")
    explain: bool = _default("explain")
    confirm: bool = _default("confirm")
    readonly: bool = _default("readonly")
    yes: bool = False
    record: str | None = None
    unsafe_raw: bool = False
    title: str = ""
    lint: str = _default("lint")
    lint_ignore: str = _default("lint_ignore")
    remember: bool = _default("remember")
    fail_on: str | None = None
    time: bool = _default("time")
    fold: int = _default("fold")
    pager: str = _default("pager")
    hints: bool = _default("hints")
    suggestions: bool = _default("suggestions")
    complete_while_typing: bool = _default("complete_while_typing")
    background: bool = _default("background")
    editing: str = _default("editing")
    theme: str = _default("theme")
    plain: bool = _default("plain")
    history_size: int = _default("history")
    id_fields: str = _default("id")
    aliases: Aliases = field(default_factory=Aliases)
    record_folder: str | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    profile: Profile | None = None
    replaced: dict[str, tuple[Any, Any]] = field(default_factory=dict, repr=False)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notes = [*self.notes, *self.aliases.problems]
