"""The history of typed lines: a file under the XDG state folder, mode 0600, without lines that hold a secret."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory

_MOST_LINES = 10_000


def history_path() -> Path:
    """``$XDG_STATE_HOME/mailshell/history`` (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "mailshell" / "history"


class ShellHistory(FileHistory):
    """Skips lines for which ``is_secret`` is true: they are neither written nor offered again.

    A folder or file that can't be written leaves a history in memory; ``problem`` says why.
    """

    def __init__(self, path: Path, is_secret: Callable[[str], bool]) -> None:
        self._is_secret = is_secret
        self.problem: str | None = None
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            os.chmod(path, 0o600)
        except OSError as error:
            self.problem = f"the history can't be kept in {path}: {(error.strerror or str(error)).lower()}"
        super().__init__(str(path))

    def load_history_strings(self) -> Iterable[str]:
        if self.problem is not None:
            return []
        lines = super().load_history_strings()
        return [line for _, line in zip(range(_MOST_LINES), lines, strict=False)]

    def append_string(self, string: str) -> None:
        if not self._is_secret(string):
            super().append_string(string)

    def store_string(self, string: str) -> None:
        if self.problem is not None:
            return
        try:
            super().store_string(string)
        except OSError as error:
            self.problem = f"the history can't be written: {(error.strerror or str(error)).lower()}"
