"""The history of typed lines: a file under the XDG state folder, mode 0600, without lines that hold a secret."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory

from mailshell.folders import state_folder
from mailshell.streams import reason

#: A file longer than this (octets) is cut to its last lines at the next start.
_MOST_OCTETS = 4 << 20


def history_path() -> Path:
    """``$XDG_STATE_HOME/mailshell/history``."""
    return state_folder() / "history"


class ShellHistory(FileHistory):
    """Skips lines for which ``is_secret`` is true: they are neither written nor offered again.

    Of the others the last ``most`` are offered. A folder or file that can't be written leaves a history in memory;
    ``problem`` says why.
    """

    def __init__(self, path: Path, is_secret: Callable[[str], bool], most: int) -> None:
        self._is_secret = is_secret
        self._most = most
        self.problem: str | None = None
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            os.chmod(path, 0o600)
            _shorten(path)
        except OSError as error:
            self.problem = f"the history can't be kept in {path}: {reason(error)}"
        super().__init__(str(path))

    def load_history_strings(self) -> Iterable[str]:
        if self.problem is not None:
            return []
        lines = super().load_history_strings()
        return [line for _, line in zip(range(self._most), lines, strict=False)]

    def append_string(self, string: str) -> None:
        if string.strip() and not self._holds_secret(string):
            super().append_string(string)

    def store_string(self, string: str) -> None:
        if self.problem is not None:
            return
        try:
            super().store_string(string)
        except OSError as error:
            self.problem = f"the history can't be written: {reason(error)}"

    def _holds_secret(self, string: str) -> bool:
        """Of several lines that were pasted, none is kept if one of them begins a command with a secret.

        The secret may stand in a later line, as a literal or as the answer to a challenge.
        """
        lines = string.splitlines()
        if len(lines) == 1:
            return self._is_secret(string)
        return any(self._is_secret(line) or self._is_secret(f"{line} x x x") for line in lines)


def _shorten(path: Path) -> None:
    """Keep the second half of a file that has grown too long."""
    if path.stat().st_size <= _MOST_OCTETS:
        return
    kept = path.read_bytes()[-_MOST_OCTETS // 2 :]
    start = kept.find(b"\n# ")
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.touch(mode=0o600)
    new.write_bytes(kept[max(0, start) :])
    new.replace(path)
