"""``.help``: the pages of ``mailshell.help``, and what they are told of the local commands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from mailshell.config.settings import SETTINGS
from mailshell.help.local import LocalHelp
from mailshell.help.pages import UnknownTopic, page
from mailshell.interpreter.local.command import Lines, LocalCommand, OwnWords
from mailshell.lint.session import find_rules
from mailshell.report.text import rule_pages
from mailshell.trace.prefix import COLUMNS, SIGNS
from mailshell.trace.trace import LEVELS

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_PLACES = {1: "first", 2: "second", 3: "third"}


async def show(interpreter: Interpreter, arguments: str) -> Lines:
    """The page on what is asked for. UsageError if there is none."""
    console = interpreter.console
    try:
        return OwnWords(page(arguments, protocol=interpreter.protocol, width=console.width, local=local_help()))
    except UnknownTopic:
        found = find_rules(arguments)
        if not found:
            raise
        return OwnWords(rule_pages(found, console.width))


@lru_cache
def local_help() -> Mapping[str, LocalHelp]:
    """What the pages are told of the local commands, by name, in the order of their groups."""
    from mailshell.interpreter.local.table import GROUPS

    return {command.name: _told(command, group) for group, commands in GROUPS.items() for command in commands}


def _told(command: LocalCommand, group: str) -> LocalHelp:
    meanings = _meanings(command.name)
    values = tuple((word, meanings.get(word, "")) for word in command.choices or meanings)
    tables = _trace_tables() if command.name == ".debug" else ()
    return LocalHelp(command.name, command.arguments, command.help, group, command.also, values, tables)


def _meanings(name: str) -> dict[str, str]:
    """What the words mean that may be the argument of a local command."""
    if name == ".debug":
        return {str(level): text for level, text in LEVELS}
    if name == ".set":
        return {setting.name: setting.help for setting in SETTINGS.values()}
    return _WORDS.get(name, {})


_WORDS = {
    ".style": {
        "mailshell": "columns that tell who, how and what",
        "poplib": "as poplib prints it with set_debuglevel",
        "imaplib": "as imaplib prints it with Debug",
    },
    ".problems": {
        "note": "all of them",
        "warning": "those at least so bad",
        "error": "likewise",
        "critical": "likewise",
        "before": "those of the session before this one",
    },
    ".lint": {
        "on": "as it is at the start: warnings and worse",
        "off": "nothing is told",
        "note": "what is worth knowing, too",
        "warning": "what the protocol forbids",
        "error": "what makes a client lose mail or its footing",
        "critical": "what lets somebody read or forge mail",
    },
    ".secrets": {"show": "secrets stand in the trace as they are", "hide": "they are masked, as at the start"},
    ".insecure": {"on": "any certificate is accepted", "off": "certificates are verified, as at the start"},
}


def _trace_tables() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """How the rows of a trace are to be read."""
    columns: dict[int, list[tuple[str, str]]] = {}
    for number, sign, meaning in COLUMNS:
        columns.setdefault(number, []).append((sign if sign.strip() else "blank", meaning))
    tables = [(f"The {_PLACES[number]} column", tuple(rows)) for number, rows in columns.items()]
    return (*tables, ("Signs in the rows", tuple((sign.strip(), meaning) for sign, meaning in SIGNS)))
