"""The commented file that ``mailshell config --init`` writes."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

from mailshell.config.profiles import KEYS
from mailshell.config.settings import SETTINGS, toml
from mailshell.exits import UsageError
from mailshell.streams import reason

_HEAD = """\
# The settings of mailshell. Each line below shows a default; to change one, remove the "# " before it.
# What is given on the command line wins over this file, and .set in the shell over both.
# mailshell config lists what is in force, and where it comes from.

[settings]
"""
_ALIASES = """
# Names for lines of your own. In a definition $1, $2 ... are the arguments, $* all of them, ${1:-INBOX} has a
# default, and " ; " stands between several lines. Those that .alias defines are kept in aliases.toml beside this file.

[aliases]

# unread = "SEARCH UNSEEN"
# peek = "EXAMINE ${1:-INBOX} ; FETCH 1:* (FLAGS ENVELOPE)"
"""
_PROFILES = """
# Servers with a name: "mailshell work" opens this one. What stands in a profile wins over [settings], and the command
# line over both. mailshell profiles lists them, mailshell profiles --check looks for mistakes.

# [profiles.work]
# url = "imaps://ana@mail.example.org"

# The password, if it is not to be asked for (mailshell help passwords); never the password itself. One of these:
# password_command = "pass show mail"
# password_file = "~/.mail-password"
# password_env = "MAIL_PASSWORD"
# keyring = true
# netrc = true

# Ask before a command that may change something; record each session in a folder.
# readonly = true
# record = "~/recordings/work"

"""
_OTHERS = """
# Each setting from above may stand here too, such as
# debug = 1

# [profiles.work.aliases]
# new = "EXAMINE INBOX ; SEARCH UNSEEN"
"""


def template() -> str:
    """Every setting, commented out, with its help, what it may be, and its default; aliases and a profile beside."""
    pieces = [_HEAD]
    for setting in SETTINGS.values():
        allowed = "true or false" if setting.kind == "switch" else setting.allowed
        help_line = f"{setting.help[:1].upper()}{setting.help[1:]}. It is {allowed}."
        pieces.append(f"\n{_comment(help_line)}# {setting.name} = {toml(setting.default)}\n")
    shown = _PROFILES + _OTHERS
    others = [name for name in KEYS if name not in SETTINGS and f"# {name} = " not in shown]
    return "".join([*pieces, _ALIASES, _PROFILES, _comment(f"What else may stand here: {', '.join(others)}."), _OTHERS])


def _comment(text: str) -> str:
    wrapped = textwrap.fill(text, 110, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
    return f"{wrapped}\n"


def write_template(path: Path) -> None:
    """Write the file, mode 0600, in a folder of mode 0700. UsageError if it is there already or can't be written."""
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(template().encode())
    except FileExistsError as error:
        if error.filename != str(path):
            raise UsageError(f"{error.filename} is no folder") from None
        raise UsageError(f"{path} exists already and is left as it is; remove it first to have it made anew") from None
    except OSError as error:
        raise UsageError(f"{path} can't be written: {reason(error)}") from None
