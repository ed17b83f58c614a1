"""The file that an export goes to: for its owner alone, and never in the place of another unless that is wanted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mailshell.exits import UsageError
from mailshell.streams import reason


@contextmanager
def open_output(path: Path, recording: Path | None, *, force: bool) -> Iterator[BinaryIO]:
    """A file to write to. If that fails, a file that was made for it is removed.

    ``force``: a file that is there already may be overwritten, but not the recording that is read, if one is.
    UsageError, with one sentence, for all that goes wrong.
    """
    try:
        if force and recording is not None and path.exists() and path.samefile(recording):
            raise UsageError(f"{path} is the recording itself; choose another name for the export")
        how = os.O_TRUNC if force else os.O_EXCL
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} is there already; --force overwrites it") from None
    except OSError as error:
        raise UsageError(f"{path} can't be written: {reason(error)}") from None
    is_file = stat.S_ISREG(os.fstat(number).st_mode)
    try:
        with os.fdopen(number, "wb") as file:
            if is_file:
                os.fchmod(number, 0o600)
            yield file
    except OSError as error:
        _remove(path, is_file)
        raise UsageError(f"{path} can't be written: {reason(error)}") from None
    except BaseException:
        _remove(path, is_file)
        raise


def _remove(path: Path, is_file: bool) -> None:
    if is_file:
        try:
            path.unlink()
        except OSError:
            pass
