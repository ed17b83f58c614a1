"""Names of files, completed: behind ``@`` and ``>``, and for local commands that take one."""

from __future__ import annotations

import os
from collections.abc import Iterator

from mailshell.complete.candidate import Candidate

#: Of one folder so many names are looked at.
_MOST = 10_000
_OFFERED = 300


def file_candidates(word: str, start: int, *, quoted: bool) -> list[Candidate]:
    """The files and folders whose names begin with the last part of the word. ``quoted``: a quote stands before it."""
    folder, _, begun = word.rpartition("/")
    place = os.path.expanduser(f"{folder}/" if "/" in word else ".")
    names = sorted(_names(place, begun))[:_OFFERED]
    return [_candidate(f"{folder}/" if "/" in word else "", name, start, quoted) for name in names]


def _names(place: str, begun: str) -> Iterator[str]:
    try:
        with os.scandir(place) as entries:
            for _, entry in zip(range(_MOST), entries, strict=False):
                hidden = entry.name.startswith(".") and not begun.startswith(".")
                if entry.name.startswith(begun) and not hidden and entry.name.isprintable() and '"' not in entry.name:
                    yield entry.name + ("/" if entry.is_dir() else "")
    except OSError:
        return


def _candidate(folder: str, name: str, start: int, quoted: bool) -> Candidate:
    path = folder + name
    folded = name.endswith("/")
    closing = "" if folded else '"'
    needs_quotes = not quoted and bool(set(" ()") & set(path))
    text = f'"{path}{closing}' if needs_quotes else path + (closing if quoted else "")
    return Candidate(text, start, name, "folder" if folded else "")
