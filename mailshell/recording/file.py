"""The file of a recording while it is written: made anew, for its owner alone, and appended to event by event.

Its name ends with ``SUFFIX``, or with ``SECRET_SUFFIX`` if nothing in it is masked.
"""

from __future__ import annotations

import os
from pathlib import Path

from mailshell.exits import UsageError
from mailshell.recording.digest import Digest
from mailshell.streams import reason

SUFFIX = ".mwire"
SECRET_SUFFIX = ".secret.mwire"


class RecordingFile:
    """Writes lines. Each is one write, so that the end of the process at any moment loses one line at the most.

    ``error`` is why nothing is written any more (a full disk), if that is so.
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


def make_file(path: Path) -> RecordingFile:
    """The file of a new recording. UsageError with one sentence if it can't be made."""
    try:
        return RecordingFile(path)
    except FileExistsError:
        raise exists_already(path) from None
    except OSError as error:
        raise UsageError(f"{path} can't be made: {reason(error)}") from None


def exists_already(path: Path) -> UsageError:
    """What to say of a file that would be overwritten."""
    return UsageError(f"{path} is there already, and a recording never overwrites a file")
