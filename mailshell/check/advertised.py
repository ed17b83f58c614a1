"""Capabilities as a server lists them: a name, and in POP3 perhaps parameters behind it."""

from __future__ import annotations

from collections.abc import Iterable


def name_of(capability: str) -> str:
    """The name in upper case, without parameters: ``SASL PLAIN`` → ``SASL``."""
    return capability.split(" ", 1)[0].upper()


def names_of(listed: Iterable[str]) -> list[str]:
    """The names, each once, in their order."""
    return list(dict.fromkeys(map(name_of, listed)))


def has(listed: Iterable[str], *names: str) -> bool:
    """Whether one of these names is in the list, whatever its case."""
    return not {name.upper() for name in names}.isdisjoint(names_of(listed))
