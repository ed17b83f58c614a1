"""The linter of one session, by its protocol."""

from __future__ import annotations

from collections.abc import Callable

from mailshell.lint.finding import Finding
from mailshell.lint.imap import table as imap
from mailshell.lint.linter import Linter
from mailshell.lint.memory import Memory
from mailshell.lint.pop3 import table as pop3
from mailshell.lint.rule import Rule, Rules, Severity
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.pop3.connection import Pop3Connection

TABLES: dict[str, Rules] = {"imap": imap.RULES, "pop3": pop3.RULES}


def linter_for(
    engine: ImapConnection | Pop3Connection,
    report: Callable[[Finding], None],
    *,
    level: Severity = Severity.NOTE,
    silenced: frozenset[str] = frozenset(),
    guessed: bool = False,
    memory: Memory | None = None,
) -> Linter:
    """A linter with fresh checkers for the session that the engine follows. ``guessed``: only the server was heard.
    ``memory``: what earlier sessions were told; None: nothing is remembered.
    """
    table = imap if engine.protocol == "imap" else pop3
    checkers = table.checkers(guessed=guessed, memory=memory)
    return Linter(engine, table.RULES, checkers, report, level=level, silenced=silenced)


def find_rules(word: str) -> list[tuple[str, Rule]]:
    """The rules of this id or name with their protocols: the two may have one of the same name."""
    found = ((protocol, rules.find(word)) for protocol, rules in TABLES.items())
    return [(protocol, rule) for protocol, rule in found if rule is not None]
