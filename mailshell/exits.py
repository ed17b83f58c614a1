"""Exit statuses, and the errors that end a line or a run."""

from __future__ import annotations

import enum


class Exit(enum.IntEnum):
    """What a run ends with."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    NO_CONNECTION = 3
    LOST = 4
    TIME_LIMIT = 5
    FINDINGS = 6
    INTERRUPTED = 130


#: The later one of two wins.
SEVERITY = (
    Exit.OK,
    Exit.FINDINGS,
    Exit.REFUSED,
    Exit.USAGE,
    Exit.TIME_LIMIT,
    Exit.LOST,
    Exit.NO_CONNECTION,
    Exit.INTERRUPTED,
)


def worse(one: Exit, other: Exit) -> Exit:
    """The one of the two that a run should end with."""
    return max(one, other, key=SEVERITY.index)


class UsageError(Exception):
    """Something typed can't be done as it stands; the text is one sentence that says what to do instead."""
