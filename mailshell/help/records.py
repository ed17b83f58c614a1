"""Reads the texts of the package: records with fields and worked examples, in a form of its own, line by line.

    ``@ FETCH``          a record begins, with its name
    ``no: text``         a field of the record; lines that begin with blanks go on with it
    ``- text``           a worked example begins, with what is wanted
    ``> FETCH 1 FLAGS``  what is typed
    ``C: a1 FETCH ...``  a line of this side, without its line end
    ``S: a1 OK ...``     a line of the server
    ``= text``           what the answer says
    ``python: M.x()``    the same in Python, and ``returns: ...`` what it gives

A literal stands on the lines behind its announcement, and what follows it goes on in its last line, as on the wire.
The lines of an example end with CRLF there. Whatever comes before the first ``@`` belongs to nothing and is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

TYPED, CLIENT, SERVER = ">", "C", "S"


@dataclass(slots=True)
class Example:
    """A worked example. ``rows``: who (``TYPED``, ``CLIENT``, ``SERVER``) and the line."""

    wanted: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    meaning: str = ""
    python: str = ""
    returns: str = ""

    @property
    def typed(self) -> list[str]:
        return [text for who, text in self.rows if who == TYPED]

    @property
    def wire(self) -> list[tuple[str, str]]:
        """The lines that cross the wire."""
        return [(who, text) for who, text in self.rows if who != TYPED]


@dataclass(slots=True)
class Record:
    """What the texts say of one name: fields and examples."""

    name: str
    fields: dict[str, str] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)


#: Of a name that the texts don't know.
NOTHING = Record("")


def read_records(text: str) -> Iterator[Record]:
    """The records of a text. ValueError, with the number of the line, for what is not of the form."""
    record: Record | None = None
    name = ""
    for number, line in enumerate(text.splitlines(), start=1):
        mark, _, rest = line.partition(" ")
        if mark == "@":
            if record is not None:
                yield record
            record, name = Record(rest.strip()), ""
        elif record is None or not line.strip():
            continue
        elif mark == "-":
            record.examples.append(Example(rest))
        elif mark == "=" and record.examples:
            example = record.examples[-1]
            example.meaning = f"{example.meaning} {rest}".strip()
        elif mark in (TYPED, "C:", "S:"):
            if not record.examples:
                record.examples.append(Example(""))
            record.examples[-1].rows.append((mark[0], rest))
        elif mark in ("python:", "returns:") and record.examples:
            setattr(record.examples[-1], mark.removesuffix(":"), rest)
        elif line.startswith(" ") and name:
            record.fields[name] = f"{record.fields[name]} {line.strip()}"
        elif ": " in line and not record.examples:
            name, _, value = line.partition(": ")
            record.fields[name] = value.strip()
        else:
            raise ValueError(f"line {number}: {line!r} is not of the form")
    if record is not None:
        yield record


@lru_cache
def records(folder: str) -> Mapping[str, Record]:
    """The records of a folder of the package by name. ValueError if a name stands twice."""
    found: dict[str, Record] = {}
    for file in texts(folder):
        for record in read_records(file.read_text(encoding="utf-8")):
            if record.name in found:
                raise ValueError(f"{record.name} stands twice in the texts of {folder}")
            found[record.name] = record
    return found


def texts(folder: str) -> list[Traversable]:
    """The texts of a folder of the package, by name."""
    found = (file for file in files("mailshell.help").joinpath(folder).iterdir() if file.name.endswith(".txt"))
    return sorted(found, key=lambda file: file.name)
