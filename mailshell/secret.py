"""A secret that can't print itself."""

from __future__ import annotations


class Secret:
    """A secret in memory. ``reveal`` is the only way to see it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(⟦password⟧)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not stored")
