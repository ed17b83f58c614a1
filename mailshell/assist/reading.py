"""A line as it is about to be sent, read against the grammar: which token is which argument, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.assist.head import Head, read_head, tokens_of
from mailshell.assist.redirection import find_redirection
from mailshell.assist.slots import Slot, argument_slots
from mailshell.assist.tokens import LONGEST, Item, Level, Tokens
from mailshell.assist.walk import Walk
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.terms import Terms

#: How like the name of a command an unknown word must be to have been meant for it (difflib's ratio).
_LIKE = 0.75
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """The line, read. ``surplus`` are the tokens for which there is no place.

    ``near`` is the name of the command that an unknown one may have been meant for; empty if none is like it.
    """

    head: Head
    tokens: Tokens
    matched: tuple[tuple[Slot, Item], ...] = ()
    missing: tuple[Slot, ...] = ()
    surplus: tuple[Item, ...] = ()
    near: str = ""

    @property
    def name(self) -> str:
        return self.head.name

    @property
    def literal(self) -> Item | None:
        """The literal that the line announces at its end."""
        last = self.tokens.last
        return last if last is not None and last.kind == "literal" else None

    @property
    def goes_on(self) -> bool:
        """Whether more of the command comes behind a literal. ``{}`` ends it."""
        return self.literal is not None and "{}" not in self.literal.text

    @property
    def is_whole(self) -> bool:
        """Whether all is there, and nothing is left open: only then can arguments be counted."""
        last = self.tokens.last
        unclosed = last is not None and last.kind == "unclosed"
        return len(self.tokens.levels) == 1 and not self.tokens.crossed and not unclosed and not self.goes_on

    def given(self, kind: str) -> Item | None:
        """The token that stands for the first argument of a kind."""
        return next((item for slot, item in self.matched if slot.kind == kind), None)


def read(line: str, catalogue: Catalogue, terms: Terms, *, tags: bool) -> Reading | None:
    """Read a line that is about to be sent. None if there is no command in it.

    Of one that is too long to be looked into, only the name is read.
    """
    text = line.strip()
    head = read_head(text, catalogue, tags=tags)
    if len(text) > LONGEST:
        return Reading(head, Tokens([Level("", head.end)]))
    redirection = find_redirection(text, head, tags=tags)
    if redirection is not None and redirection["file"]:
        text = text[: redirection.start()].rstrip()
        head = read_head(text, catalogue, tags=tags)
    if not head.name:
        return None
    tokens = tokens_of(text, head, tags=tags)
    if head.record is None:
        return Reading(head, tokens, near=nearest(head.name, catalogue))
    walk = Walk(argument_slots(head.record.arguments), terms)
    matched: list[tuple[Slot, Item]] = []
    surplus: list[Item] = []
    for item in tokens.levels[0].items:
        slot = walk.take(item)
        if slot is None:
            surplus.append(item)
        else:
            matched.append((slot, item))
    return Reading(head, tokens, tuple(matched), tuple(walk.missing), tuple(surplus))


def nearest(name: str, catalogue: Catalogue) -> str:
    """The command whose name is most like this one (upper case); empty if none is."""
    from difflib import get_close_matches

    if len(name) > _LONGEST_NAME:
        return ""
    words = name.count(" ")
    close = get_close_matches(name, [known for known in catalogue if known.count(" ") == words], 1, _LIKE)
    return close[0] if close else ""
