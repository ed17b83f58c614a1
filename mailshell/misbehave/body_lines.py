"""Cuts a multi-line reply of POP3 into its lines, where a change concerns them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailshell.misbehave.changes import Of
from mailshell.misbehave.stream import Said

#: A longer line passes in pieces (octets).
_LONGEST = 1 << 16


class BodyLines:
    """Holds what has come of a line until its end comes."""

    def __init__(self) -> None:
        self._held = b""

    def pieces(self, said: Said) -> Iterator[Said]:
        """The lines that are whole now; other pieces than those of a body pass."""
        if said.of is not Of.BODY:
            rest = self.rest()
            if rest:
                yield replace(said, of=Of.BODY, octets=rest, ends=False)
            yield said
            return
        lines = (self._held + said.octets).split(b"\n")
        self._held = lines.pop()
        for line in lines:
            yield replace(said, octets=line + b"\n")
        if len(self._held) > _LONGEST:
            yield replace(said, of=Of.OTHER, octets=self.rest())

    def rest(self) -> bytes:
        """What is held; it is forgotten."""
        rest, self._held = self._held, b""
        return rest
