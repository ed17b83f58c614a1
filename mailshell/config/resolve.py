"""What is in force: default < configuration file < command line, and where each value comes from.

A profile stands between the last two, as long as a session is opened with it (`mailshell.interpreter.profile`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailshell.config.aliases import Aliases
from mailshell.config.file import aliases_path, config_path, read_config
from mailshell.config.profiles import Profile
from mailshell.config.settings import SETTINGS, Value, find
from mailshell.exits import UsageError

#: Where a value comes from.
DEFAULT, FILE, COMMAND_LINE = "default", "file", "command line"


@dataclass(slots=True)
class Configuration:
    """``values`` and ``origins`` have every setting. ``problems``: what is wrong with the files, a sentence each; what
    is wrong with single aliases stands in ``aliases.problems``, with a profile in the profile, and hinders nobody who
    does not use them.
    """

    values: dict[str, Value]
    origins: dict[str, str]
    aliases: Aliases = field(default_factory=Aliases)
    profiles: dict[str, Profile] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def given(self) -> list[str]:
        """The settings that the command line has given."""
        return [name for name, origin in self.origins.items() if origin == COMMAND_LINE]


def resolve(given: Mapping[str, Value], *, reads: bool = True) -> Configuration:
    """The configuration with what the command line gives. ``reads``: whether the files count."""
    values = {name: setting.default for name, setting in SETTINGS.items()}
    origins = dict.fromkeys(values, DEFAULT)
    aliases, problems = Aliases(), []
    profiles: dict[str, Profile] = {}
    if reads:
        file = read_config(config_path())
        values |= file.settings
        origins |= dict.fromkeys(file.settings, FILE)
        kept = read_config(aliases_path())
        aliases = Aliases(kept.path, file.aliases, kept.aliases, file.notes + kept.problems + kept.notes)
        problems, profiles = file.problems, file.profiles
    values |= given
    origins |= dict.fromkeys(given, COMMAND_LINE)
    return Configuration(values, origins, aliases, profiles, problems)


def read_assignments(assignments: Sequence[str]) -> dict[str, Value]:
    """The settings that ``--set NAME=VALUE`` gives. UsageError."""
    given: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        setting = find(name.strip())
        if not equals:
            example = f"--set {setting.name}={setting.shown(setting.default)}"
            raise UsageError(f"--set {setting.name} needs a value, such as {example}")
        given[setting.name] = setting.read(value.strip())
    return given


def uses_colour(choice: str, *, plain: bool, is_terminal: bool, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to write colours. ``choice``: ``on``, ``off`` or ``auto``; NO_COLOR and a dumb terminal end ``auto``."""
    if plain or choice == "off":
        return False
    if choice == "on":
        return True
    return is_terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
