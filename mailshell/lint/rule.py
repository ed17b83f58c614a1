"""What a rule is: a record. The tables are in ``mailshell.lint.imap`` and ``mailshell.lint.pop3``."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


class Severity(enum.IntEnum):
    """How bad it is. ``critical``: somebody may read or forge mail; ``error``: a client loses mail or its footing;
    ``warning``: the protocol forbids it, and most clients cope; ``note``: worth knowing, and perhaps legal.
    """

    NOTE = 1
    WARNING = 2
    ERROR = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        return self.name.lower()


#: What has to be understood to see it, from the octets upwards.
LAYERS = ("octets", "framing", "tokens", "grammar", "state", "arithmetic", "sessions", "time")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. ``id`` (``F06``) and ``name`` (``bare-lf``) never change and are never given to another rule.

    ``layer`` is one of ``LAYERS``; ``source`` the RFC and section that is broken. ``applies``: where the rule holds, in
    words (empty: everywhere); ``says``: what is wrong, one sentence that begins in lower case and has no full stop;
    ``hint``: what a person, or a client, can do about it. ``servers``: those known for it. ``look_alike``: what looks
    the same and is legal. ``expected``: what should stand there, where a fault has nothing more exact to say.
    """

    id: str
    name: str
    layer: str
    severity: Severity
    source: str
    says: str
    hint: str
    servers: str = ""
    applies: str = ""
    look_alike: str = ""
    expected: str = ""


class Rules(Mapping[str, Rule]):
    """The rules of one protocol by name, in the order of their ids; an id finds its rule as well."""

    def __init__(self, protocol: str, rules: Iterable[Rule]) -> None:
        self.protocol = protocol
        self._by_name = {rule.name: rule for rule in sorted(rules, key=lambda rule: rule.id)}
        self._by_id = {rule.id.lower(): rule for rule in self._by_name.values()}

    def __getitem__(self, key: str) -> Rule:
        return self._by_name[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, word: str) -> Rule | None:
        """The rule of this id or name, whatever its case."""
        return self._by_id.get(word.lower()) or self._by_name.get(word.lower())
