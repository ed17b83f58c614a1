"""The linter of one session, by its protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from mailshell.lint.finding import Finding
from mailshell.lint.linter import Linter
from mailshell.lint.memory import Memory
from mailshell.lint.rule import Rule, Rules, Severity
from mailshell.protocol.engine import Engine


class _Tables(Mapping[str, Rules]):
    """The rules by protocol. Each table is read when it is asked for first: most runs speak one protocol."""

    def __getitem__(self, protocol: str) -> Rules:
        if protocol not in PROTOCOLS:
            raise KeyError(protocol)
        rules: Rules = _table(protocol).RULES
        return rules

    def __iter__(self) -> Iterator[str]:
        return iter(PROTOCOLS)

    def __len__(self) -> int:
        return len(PROTOCOLS)


PROTOCOLS = ("imap", "pop3")
TABLES: Mapping[str, Rules] = _Tables()


def _table(protocol: str) -> Any:
    """The module with the rules of a protocol, and what makes its checkers."""
    return import_module(f"mailshell.lint.{protocol}.table")


def linter_for(
    engine: Engine,
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
    table = _table(engine.protocol)
    checkers = table.checkers(guessed=guessed, memory=memory)
    return Linter(engine, table.RULES, checkers, report, level=level, silenced=silenced)


def find_rules(word: str) -> list[tuple[str, Rule]]:
    """The rules of this id or name with their protocols: the two may have one of the same name."""
    found = ((protocol, rules.find(word)) for protocol, rules in TABLES.items())
    return [(protocol, rule) for protocol, rule in found if rule is not None]
