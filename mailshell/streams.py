"""The standard streams of the process, which may be missing, closed by a reader, or full."""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO

#: What writing to a stream fails with when it is the stream's fault.
ERRORS = frozenset({errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT})


def open_missing() -> None:
    """A program may be started without standard streams (``<&-``): the null device stands in for them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def discard(stream: TextIO) -> None:
    """Drop what the stream could not take, and all that follows: it would fail once more when the program ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def reason(error: OSError | ValueError) -> str:
    """A few words for the error."""
    return (getattr(error, "strerror", None) or str(error)).lower()
