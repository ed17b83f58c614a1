"""In which line of a TOML file a key stands: the reader of the language does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_NAME = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_LINE = re.compile(rf"[ \t]*(?:\[\[?[ \t]*(?P<table>{_NAME})[ \t]*\]|(?P<key>{_NAME})[ \t]*=)")


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, name))


def line_of(text: str, *path: str) -> int | None:
    """The line of the key, or of the table, with this path; that of a table or key around it, if it is written within
    another's line; None if neither is found.
    """
    table: tuple[str, ...] = ()
    around: tuple[int, int] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        match = _LINE.match(line)
        if match is None:
            continue
        if match["table"] is not None:
            table = _parts(match["table"])
            found = table
        else:
            found = (*table, *_parts(match["key"]))
        if found[: len(path)] == path:
            return number
        if _begins(path, found) and (around is None or len(found) > around[0]):
            around = (len(found), number)
    return around[1] if around is not None else None


def _begins(path: Sequence[str], found: Sequence[str]) -> bool:
    return tuple(path[: len(found)]) == tuple(found)
