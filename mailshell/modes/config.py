"""``mailshell config``: where the configuration file is, what is in force and where it comes from, or the file anew."""

from __future__ import annotations

import sys

from mailshell.config.file import config_path
from mailshell.config.resolve import Configuration
from mailshell.config.settings import SETTINGS, toml
from mailshell.config.template import write_template
from mailshell.exits import Exit
from mailshell.text.escape import escape


def main(configuration: Configuration, *, init: bool, path: bool) -> Exit:
    """Print what was asked for. The exit status is that of wrong usage if the files hold something unusable."""
    file = config_path()
    if init:
        write_template(file)
        print(f"{file} written: every setting is in it, commented out")
        return Exit.OK
    if path:
        print(file)
        return Exit.OK
    print(f"# {file}" + ("" if file.exists() else " (it does not exist; mailshell config --init writes it)"))
    values = {name: f"{name} = {toml(value)}" for name, value in configuration.values.items()}
    width = max(map(len, values.values()))
    for name in SETTINGS:
        print(f"{values[name]:<{width}}  # {configuration.origins[name]}")
    problems = configuration.problems + configuration.aliases.problems
    problems += [problem for profile in configuration.profiles.values() for problem in profile.problems]
    for problem in problems:
        print(f"mailshell: {escape(problem)}", file=sys.stderr)
    return Exit.USAGE if problems else Exit.OK
