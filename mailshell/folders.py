"""Where the files of a person stand (XDG Base Directory Specification; a relative path there is ignored)."""

from __future__ import annotations

import os
from pathlib import Path


def config_folder() -> Path:
    """``$XDG_CONFIG_HOME/mailshell``."""
    return _folder("XDG_CONFIG_HOME", "~/.config")


def state_folder() -> Path:
    """``$XDG_STATE_HOME/mailshell``."""
    return _folder("XDG_STATE_HOME", "~/.local/state")


def _folder(variable: str, default: str) -> Path:
    chosen = os.environ.get(variable, "")
    return Path(chosen if os.path.isabs(chosen) else os.path.expanduser(default)) / "mailshell"
