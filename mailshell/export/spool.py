"""What is written only when all of a recording has been read, and may not fit into memory."""

from __future__ import annotations

import shutil
import tempfile
from typing import BinaryIO

#: So much is held in memory (octets) before a temporary file is used; it has no name, and is gone when it is closed.
_MOST = 4 << 20


class Spool:
    """Takes text, or its octets, now and gives it later. OSError if there is no room for it."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_MOST)  # noqa: SIM115 - as long as the spool is there

    def write(self, text: str | bytes) -> None:
        """Take text; what is no character becomes an escape."""
        self._file.write(text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text)

    def give(self, out: BinaryIO) -> None:
        """Write all of it, and forget it."""
        self._file.seek(0)
        shutil.copyfileobj(self._file, out)
        self._file.close()
