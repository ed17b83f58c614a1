"""A mapping that remembers what was put in last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class Recent(Generic[_K, _V]):
    """Holds at most ``most`` keys, and of those that were put in or found last at least half as many.

    Each step takes the same time: half of the keys are forgotten at once, instead of the oldest for each new one.
    """

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._young: dict[_K, _V] = {}
        self._old: dict[_K, _V] = {}

    def get(self, key: _K) -> _V | None:
        """The value of the key; None if there is none, or it is forgotten."""
        value = self._young.get(key)
        if value is None and key in self._old:
            value = self._old.pop(key)
            self.put(key, value)
        return value

    def put(self, key: _K, value: _V) -> None:
        """Remember a value for the key."""
        if len(self._young) >= self._half and key not in self._young:
            self._young, self._old = {}, self._young
        self._young[key] = value

    def pop(self, key: _K) -> _V | None:
        """The value of the key, which is forgotten; None if there is none."""
        old = self._old.pop(key, None)
        return self._young.pop(key, old)

    def clear(self) -> None:
        """Forget all."""
        self._young, self._old = {}, {}

    def keep(self, wanted: Callable[[_K], bool]) -> None:
        """Forget all keys but those that are wanted."""
        self._young = {key: value for key, value in self._young.items() if wanted(key)}
        self._old = {key: value for key, value in self._old.items() if wanted(key)}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
