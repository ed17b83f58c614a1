"""Aliases with parameters: a definition and what is typed after its name → the lines to run.

- ``$1`` .. ``$9``, ``${10}``: the arguments as they were typed, quotes and all; ``$*`` and ``$@``: all of them.
- ``${2:-INBOX}``: the default of an argument that is missing. ``$$`` is a dollar; any other ``$`` is itself, because
  IMAP has it too (``$Forwarded``, RFC 5788; ``$``, RFC 5182).
- Lines are separated by line ends, or by ``;`` with a blank after it, outside quotes.
- A definition of one line without parameters takes what is typed after the name at its end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailshell.exits import UsageError

#: A definition longer than this (characters) is refused, and parameters that come to more than the other.
LONGEST_DEFINITION = 10_000
_LONGEST_LINES = 1 << 18
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}\Z")
#: What looks like a tag would be taken for one by whoever reads the line.
_TAG = re.compile(r"[A-Za-z]{1,5}[0-9]{1,9}\Z")
PARAMETER = re.compile(r"\$(?:(?P<dollar>\$)|(?P<all>[*@])|(?P<digit>[1-9])"
                       r"|\{(?P<number>[1-9][0-9]?)(?::-(?P<default>[^}]*))?\})")  # fmt: skip
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SEPARATOR = re.compile(rf"{_QUOTED}|(?P<end>;(?=\s|\Z)|[\r\n]+)", re.DOTALL)
_PIECE = re.compile(rf"{_QUOTED}|[()]|[^\s\"()]+|\s+|.", re.DOTALL)


class TooLong(UsageError):
    """An alias stands for more than is run."""


def check_name(name: str) -> None:
    """UsageError unless an alias may be called so."""
    if not _NAME.match(name):
        shown = name[:40] if name.isprintable() else ascii(name[:40])
        raise UsageError(f"an alias is a letter with letters, digits, - and _ after it, not {shown}")
    if _TAG.match(name):
        raise UsageError(f"{name} looks like a tag, so that it can't be an alias")


def check_definition(name: str, definition: str) -> None:
    """UsageError if a definition is too long to be one."""
    if len(definition) > LONGEST_DEFINITION:
        raise UsageError(f"the definition of {name} is longer than {LONGEST_DEFINITION:,} characters")


def read_alias(name: str, definition: object) -> tuple[str, str]:
    """Name and definition of an alias in a file, as they are kept. UsageError if they can't be such."""
    check_name(name)
    if not isinstance(definition, str) or not definition.strip():
        raise UsageError(f'the alias {name} is no text: {name} = "LINE"')
    check_definition(name, definition)
    return name.lower(), definition.strip()


def lines_of(definition: str) -> list[str]:
    """The lines of a definition, divided at ``;`` with a blank after it and at line ends, outside quotes."""
    lines, start = [], 0
    for match in _SEPARATOR.finditer(definition):
        if match["end"] is not None:
            lines.append(definition[start : match.start()])
            start = match.end()
    lines.append(definition[start:])
    return [line.strip() for line in lines if line.strip()]


def arguments_of(text: str) -> list[str]:
    """The arguments in a typed text: divided by blanks outside quotes and parentheses, as they stand."""
    arguments: list[str] = []
    current, depth = "", 0
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece.isspace() and depth == 0:
            if current:
                arguments.append(current)
            current = ""
            continue
        depth = max(0, depth + (piece == "(") - (piece == ")"))
        current += piece
    return [*arguments, current.strip()] if current.strip() else arguments


@dataclass(frozen=True, slots=True)
class Macro:
    """An alias as it was defined."""

    name: str
    definition: str

    @property
    def parameters(self) -> tuple[set[int], int, bool]:
        """The numbers of those without a default, the highest number, and whether ``$*`` is used."""
        needed, highest, takes_all = set(), 0, False
        for match in PARAMETER.finditer(self.definition):
            takes_all = takes_all or match["all"] is not None
            number = int(match["digit"] or match["number"] or 0)
            highest = max(highest, number)
            if number and match["default"] is None:
                needed.add(number)
        return needed, highest, takes_all

    def expand(self, text: str) -> list[str]:
        """The lines to run for what was typed after the name. UsageError if arguments are missing or too many.

        TooLong, a UsageError too, if the lines would be longer than anybody can want.
        """
        text = text.strip()
        arguments = arguments_of(text)
        needed, highest, takes_all = self.parameters
        lines = lines_of(self.definition)
        if not highest and not takes_all:
            if text and len(lines) > 1:
                raise UsageError(f"{self.name} takes no arguments")
            return [f"{lines[0]} {text}"] if text else lines
        missing = sorted(number for number in needed if number > len(arguments))
        if missing:
            raise UsageError(f"{self.name} needs {_counted(max(needed))}, ${missing[0]} is missing")
        if len(arguments) > highest and not takes_all:
            given = len(arguments)
            raise UsageError(f"{self.name} takes {_counted(highest)}, and {given} are given")

        def value(match: re.Match[str]) -> str:
            if match["dollar"] is not None:
                return "$"
            if match["all"] is not None:
                return text
            number = int(match["digit"] or match["number"])
            return arguments[number - 1] if number <= len(arguments) else match["default"]

        if sum(len(value(match)) for match in PARAMETER.finditer(self.definition)) > _LONGEST_LINES:
            raise TooLong(f"{self.name} stands for lines of more than {_LONGEST_LINES:,} characters")
        # Parameters are filled in after the definition was divided: an argument never begins another line.
        return [PARAMETER.sub(value, line).rstrip() for line in lines]


def _counted(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"
