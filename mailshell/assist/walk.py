"""A walk over the arguments of a command: which place each token takes, and what may stand in the next.

The rules, in prose:

- An argument that may be left out is passed over by a token that cannot be it; with a keyword goes what belongs to it.
- One that must be given takes the next token whatever that is: a person who errs there goes on being helped behind it.
- A repeated one stays until a token comes that cannot be it.
- What a word asks for by itself (``SINCE`` a date, ``OR`` two keys) comes before all else.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailshell.assist.grammar import ONCE, REPLACING, fits, follows
from mailshell.assist.slots import Slot
from mailshell.assist.tokens import Item
from mailshell.protocol.catalogue import Argument
from mailshell.protocol.terms import Terms


class Walk:
    """The places that are still to be filled, the next one last; each with whether it may be left out by now."""

    __slots__ = ("argument", "open", "terms")

    def __init__(self, slots: Iterable[Slot], terms: Terms) -> None:
        self.terms = terms
        self.open = [(slot, slot.optional) for slot in slots][::-1]
        #: The argument of the command that took the last token.
        self.argument: Argument | None = None

    def take(self, item: Item) -> Slot | None:
        """The place that the token takes; None if there is none left."""
        while self.open:
            slot, optional = self.open.pop()
            if optional and not fits(slot, item):
                continue
            if slot.repeated and not (slot.kind in ONCE and slot.argument is not None):
                self.open.append((slot, True))
            self._follow(slot, item)
            self.argument = slot.argument or self.argument
            return slot
        return None

    def _follow(self, slot: Slot, item: Item) -> None:
        after = follows(slot, item, self.terms)
        if after and slot.kind in REPLACING and self.open:
            if after[0].kind == self.open[-1][0].kind:
                return
            self.open.pop()
        self.open += [(more, more.optional) for more in reversed(after)]

    def expected(self) -> tuple[tuple[Slot, bool], ...]:
        """What may come next, each with whether it may be left out: up to the first that may not."""
        found: list[tuple[Slot, bool]] = []
        for slot, optional in reversed(self.open):
            found.append((slot, optional))
            if not optional:
                break
        return tuple(found)

    @property
    def missing(self) -> list[Slot]:
        """The places that still have to be filled."""
        return [slot for slot, optional in reversed(self.open) if not optional]
