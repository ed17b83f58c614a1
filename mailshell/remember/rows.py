"""The rows of the file, each value looked at: SQLite keeps any type in any column, and anybody may have written it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mailshell.lint.imap.number_faults import MOST_32, MOST_63
from mailshell.lint.memory import Fate

if TYPE_CHECKING:
    import sqlite3

#: The octets of a fingerprint.
FINGERPRINT = 12
#: No date is further from 1970 (seconds): the years that a date of IMAP may have, and more than those of a clock.
_FURTHEST_DATE = 1 << 38
_FURTHEST_MOMENT = 1 << 37

_Check = Callable[[object], bool]


class DamagedMemory(Exception):
    """The file holds what no mailshell has written. The text says what, without a full stop."""


def _whole(least: int, most: int) -> _Check:
    return lambda value: isinstance(value, int) and least <= value <= most


def _or_none(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _fingerprint(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == FINGERPRINT


def _moment(value: object) -> bool:
    return isinstance(value, float) and 0 <= value < _FURTHEST_MOMENT


_ROW = _whole(1, MOST_63)
_COUNT = _whole(0, MOST_63)
_UID = _whole(1, MOST_32)
#: What each column may hold. A name means the same in each table.
_COLUMNS: Mapping[str, _Check] = {
    "id": _ROW,
    "protocol": lambda value: value in ("imap", "pop3"),
    "server": _fingerprint,
    "user": _fingerprint,
    "name": _fingerprint,
    "sessions": _COUNT,
    "first": _moment,
    "last": _moment,
    "uidvalidity": _or_none(_UID),
    "uidnext": _or_none(_UID),
    "highestmodseq": _or_none(_COUNT),
    "messages": _or_none(_COUNT),
    "all_from": _COUNT,
    "all_below": _COUNT,
    "renewed": _COUNT,
    "key": lambda value: _fingerprint(value) or _UID(value),
    "size": _or_none(_COUNT),
    "date": _or_none(_whole(-_FURTHEST_DATE, _FURTHEST_DATE)),
    "message_id": _or_none(_fingerprint),
    "number": _COUNT,
    "fate": _whole(min(Fate), max(Fate)),
    "session": _COUNT,
}


def select(
    connection: sqlite3.Connection, columns: str, rest: str, values: Sequence[object] = ()
) -> Iterator[tuple[Any, ...]]:
    """The rows of ``SELECT columns rest``, as they are asked for. ``columns``: names with commas between them, the
    table may stand before a name. DamagedMemory for a row whose values are not of the types and in the bounds that
    they are written with; errors of SQLite as they come.
    """
    names = [column.strip().rpartition(".")[2] for column in columns.split(",")]
    checks = [_COLUMNS[name] for name in names]
    for row in connection.execute(f"SELECT {columns} {rest}", values):
        for name, check, value in zip(names, checks, row, strict=True):
            if not check(value):
                raise DamagedMemory(f"its column {name} holds what is never written there")
        yield row
