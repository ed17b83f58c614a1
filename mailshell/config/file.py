"""The configuration file: where it is, what it holds, and what is wrong with it, each problem as one sentence."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from mailshell.config.macros import read_alias
from mailshell.config.places import line_of
from mailshell.config.profiles import Profile, read_profiles
from mailshell.config.settings import SETTINGS, Value, did_you_mean, find
from mailshell.exits import UsageError
from mailshell.folders import config_folder
from mailshell.streams import reason

#: A file longer than this (octets) is not read.
_MOST = 1 << 20
_WHERE = re.compile(r" \(at (?P<where>line \d+, column \d+|end of document)\)\Z")
#: The tables of the file.
_TABLES = ("settings", "aliases", "profiles")


@dataclass(slots=True)
class ConfigFile:
    """What stands in a file. What a problem makes unusable is left out of ``settings`` and ``aliases``.

    ``notes`` are the problems of single aliases: nothing else depends on them. Those of a profile stand in it.
    """

    path: Path
    exists: bool = False
    settings: dict[str, Value] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def config_path() -> Path:
    """The file that a person writes."""
    return config_folder() / "config.toml"


def aliases_path() -> Path:
    """The file that ``.alias`` writes."""
    return config_folder() / "aliases.toml"


def read_config(path: Path) -> ConfigFile:
    """Read a file. One that does not exist is empty; nothing that stands in one raises."""
    file = ConfigFile(path)
    try:
        text = _read(path)
        if text is None:
            return file
        file.exists = True
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        file.problems.append(f"{path}: {_sentence(str(error))}")
    except RecursionError:
        file.problems.append(f"{path}: the values are nested too deep")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        file.problems.append(f"{path}: line {line}, column {column}: this is no UTF-8")
    except (OSError, ValueError) as error:
        file.problems.append(f"{path} can't be read: {reason(error)}")
    else:
        _take(file, document, text)
    return file


def _read(path: Path) -> str | None:
    """The text of the file; None if there is none. OSError, ValueError, UnicodeDecodeError."""
    if path.exists() and not path.is_file():
        raise ValueError("it is no regular file")
    try:
        with path.open("rb") as file:
            octets = file.read(_MOST + 1)
    except FileNotFoundError:
        return None
    if len(octets) > _MOST:
        raise ValueError(f"it is longer than {_MOST:,} octets")
    return octets.decode("utf-8").removeprefix("\ufeff")


def _sentence(message: str) -> str:
    """``Invalid value (at line 3, column 9)`` → ``line 3, column 9: invalid value``."""
    where = _WHERE.search(message)
    if where is None:
        return message[:1].lower() + message[1:]
    what = message[: where.start()]
    return f"{where['where'].replace('end of document', 'at its end')}: {what[:1].lower()}{what[1:]}"


def _take(file: ConfigFile, document: dict[str, Any], text: str) -> None:
    locate = partial(_located, file.path, text)
    for name, table in document.items():
        if name not in _TABLES:
            near = did_you_mean(name, _TABLES)
            hint = near or (f"; the setting {name} belongs below [settings]" if name in SETTINGS else "")
            file.problems.append(locate(f"there is no table or key {_word(name)} here{hint}", name))
        elif not isinstance(table, dict):
            file.problems.append(locate(f"{name} is a table: [{name}]", name))
        elif name == "profiles":
            file.profiles = read_profiles(table, locate)
        else:
            for key, value in table.items():
                try:
                    _take_one(file, name, key, value)
                except UsageError as error:
                    (file.notes if name == "aliases" else file.problems).append(locate(str(error), name, key))


def _take_one(file: ConfigFile, table: str, key: str, value: object) -> None:
    if table == "aliases":
        name, definition = read_alias(key, value)
        file.aliases[name] = definition
        return
    setting = find(key)
    if setting.name in file.settings:
        raise UsageError(f"{setting.name} is given twice")
    file.settings[setting.name] = setting.check(value)


def _word(name: str) -> str:
    return name[:40] if name.isprintable() else ascii(name[:40])


def _located(path: Path, text: str, problem: str, *keys: str) -> str:
    """A problem with the file and the line of its key, if that can be found."""
    line = line_of(text, *keys)
    where = f"line {line}: " if line is not None else ""
    return f"{path}: {where}{problem}"
