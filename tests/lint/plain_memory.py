"""A memory across sessions that is gone with the test: what ``mailshell.lint.memory`` asks for, in dictionaries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailshell.lint.memory import MailboxFacts, MessageFacts


@dataclass
class PlainBox:
    before: MailboxFacts | None = None
    facts: MailboxFacts = field(default_factory=MailboxFacts)
    messages: dict[int | bytes, MessageFacts] = field(default_factory=dict)
    was_listed: dict[int | bytes, MessageFacts] = field(default_factory=dict)

    def tell(self, facts: MailboxFacts) -> None:
        if facts.uidvalidity != self.facts.uidvalidity:
            self.messages.clear()
        self.facts = facts

    def message(self, key: int | bytes) -> MessageFacts | None:
        return self.messages.get(key)

    def keep(self, key: int | bytes, facts: MessageFacts) -> None:
        facts.earlier = False
        self.messages[key] = facts

    def listed(self) -> Mapping[int | bytes, MessageFacts]:
        return self.was_listed

    def relist(self) -> None:
        for facts in self.messages.values():
            facts.number = 0

    def begin(self) -> None:
        """Another session begins."""
        self.before = replace(self.facts)
        for facts in self.messages.values():
            facts.earlier = True
        numbered = ((key, replace(facts)) for key, facts in self.messages.items() if facts.number)
        self.was_listed = dict(sorted(numbered, key=lambda pair: pair[1].number))


class PlainMemory:
    def __init__(self) -> None:
        self.boxes: dict[tuple[str, str], PlainBox] = {}

    def again(self) -> PlainMemory:
        """The memory for the next session."""
        for box in self.boxes.values():
            box.begin()
        return self

    def box(self, user: str, name: str) -> PlainBox:
        return self.boxes.setdefault((user, name), PlainBox())

    def renamed(self, user: str, name: str, uidvalidity: int) -> bool:
        return any(
            owner == user and other != name and box.facts.uidvalidity == uidvalidity
            for (owner, other), box in self.boxes.items()
        )

    def fingerprint(self, octets: bytes) -> bytes:
        return hashlib.sha256(octets).digest()[:12]

    def save(self) -> None:
        """There is nowhere to put it down."""
