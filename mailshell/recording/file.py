"""The file of a recording while it is written: made anew, for its owner alone, and appended to event by event."""

from __future__ import annotations

import os
from pathlib import Path

from mailshell.recording.digest import Digest


class RecordingFile:
    """Writes lines. Each is one write, so that the end of the process at any moment loses one line at the most.

    ``error`` is why nothing is written any more (a full disk), if that is so. ``suffix`` of the names: ``.mwire``.
    """

    def __init__(self, path: Path) -> None:
        """Raises FileExistsError, or another OSError."""
        self.path = path
        self.error: OSError | None = None
        self.events = 0
        self._digest = Digest()
        self._number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)

    @property
    def digest(self) -> str:
        """The SHA-256 of all that was written, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, *pieces: bytes) -> None:
        """Append a line, given in pieces, with its line end."""
        if self.error is not None or self._number < 0:
            return
        try:
            written = os.writev(self._number, pieces)
            if written < sum(map(len, pieces)):
                left = memoryview(b"".join(pieces))[written:]
                while left:
                    left = left[os.write(self._number, left) :]
        except OSError as error:
            self.error = error
            return
        self._digest.update(pieces)
        self.events += 1

    def close(self) -> None:
        """Nothing more is written."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1
            self._digest.close()
