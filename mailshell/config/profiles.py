"""Profiles: in ``[profiles.NAME]`` of the configuration file, a server and all that belongs to sessions with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from mailshell.config.connection import LOGIN, SECRETS, TLS
from mailshell.config.macros import read_alias
from mailshell.config.settings import SETTINGS, Setting, Value, did_you_mean, toml_words
from mailshell.exits import UsageError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
#: What stands where a profile's name does and means something else: the ways to run mailshell.
RESERVED = frozenset(
    {"auth", "check", "completion", "config", "demo", "diff", "export", "help", "import", "lint", "profiles",
     "remembered", "replay", "rerun", "scrub", "serve", "show", "why"}
)  # fmt: skip
_OWN = (
    Setting("url", "text", "", "the server", noun="a URL"),
    Setting("record", "text", "", "the folder where each session is recorded", noun="a folder"),
)
#: All that may stand in a profile, by name; ``aliases`` is a table beside them.
KEYS: Mapping[str, Setting] = {setting.name: setting for setting in (*_OWN, *LOGIN, *TLS, *SECRETS)} | dict(SETTINGS)

#: Puts the place before a problem: of the key that the names after it lead to.
Locate = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile. ``values`` by the names of `KEYS`; what is wrong is left out of them and stands in ``problems``."""

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The URL. UsageError if there is none, or the profile holds what can't be used."""
        if self.problems:
            raise UsageError(self.problems[0])
        url = self.values.get("url")
        if url is None:
            raise UsageError(f'the profile {self.name} has no url, such as url = "imaps://ana@mail.example.org"')
        return str(url)


def read_profiles(table: Mapping[str, object], locate: Locate) -> dict[str, Profile]:
    """The profiles of a file; what is wrong with one stands in it. Nothing that stands there raises."""
    return {name: _read_one(name, content, partial(_within, locate, name)) for name, content in table.items()}


def _within(locate: Locate, name: str, problem: str, *keys: str) -> str:
    return locate(problem, "profiles", name, *keys)


def find(name: str, profiles: Mapping[str, Profile]) -> Profile:
    """The profile of that name. UsageError, with the nearest names, if there is none."""
    profile = profiles.get(name)
    if profile is None:
        shown = name[:40] if name.isprintable() else ascii(name[:40])
        raise UsageError(f"there is no profile {shown}{did_you_mean(name, profiles)}")
    return profile


def _read_one(name: str, content: object, locate: Locate) -> Profile:
    values: dict[str, Value] = {}
    aliases: dict[str, str] = {}
    problems: list[str] = []
    if not _NAME.match(name):
        problems.append(locate("a profile's name is letters and digits, with . - and _ between them"))
    elif name in RESERVED:
        problems.append(locate(f"mailshell {name} means something else: give the profile another name"))
    if not isinstance(content, dict):
        return Profile(name, problems=(*problems, locate("a profile is a table, such as [profiles.work]")))
    for key, value in content.items():
        try:
            if key == "aliases":
                aliases = _aliases(name, value, problems, locate)
                continue
            setting = KEYS.get(key.lower().replace("-", "_"))
            if setting is None:
                shown = key[:40] if key.isprintable() else ascii(key[:40])
                raise UsageError(f"a profile has no {shown}{did_you_mean(key, [*KEYS, 'aliases'])}")
            if setting.name in values:
                raise UsageError(f"{setting.name} is given twice")
            if isinstance(value, str) and setting.name not in SETTINGS and not value.isprintable():
                # What stands there may be a secret, and is not repeated.
                raise UsageError(f"{setting.name} is {setting.allowed}, without control characters")
            values[setting.name] = setting.check(value)
        except UsageError as error:
            problems.append(locate(str(error), key))
    return Profile(name, values, aliases, tuple(problems))


def _aliases(name: str, table: object, problems: list[str], locate: Locate) -> dict[str, str]:
    if not isinstance(table, dict):
        raise UsageError(f"aliases is a table: [profiles.{name}.aliases], not {toml_words(table)}")
    aliases: dict[str, str] = {}
    for key, value in table.items():
        try:
            alias, definition = read_alias(key, value)
            aliases[alias] = definition
        except UsageError as error:
            problems.append(locate(str(error), "aliases", key))
    return aliases
