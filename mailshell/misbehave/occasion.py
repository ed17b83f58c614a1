"""Whether a change is to be made now, how often it was made, and what is known for its texts."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping

from mailshell.misbehave.changes import Answer, Drop, InLiteral, Rewrite
from mailshell.misbehave.stream import Command
from mailshell.misbehave.template import compiled

Values = Mapping[str, bytes | None]


class Occasions:
    """Of one session. ``facts``: what is known of the mailbox; it may change."""

    def __init__(self, facts: Values) -> None:
        self._facts = facts
        self._made: Counter[int] = Counter()
        self._passed: Counter[int] = Counter()

    def concerned(self, during: bytes, commands: Iterable[Command]) -> Values | None:
        """The values for texts, with those of the command that a pattern matches; None if there is none.

        An empty pattern concerns everything: then they are the first command's, if there is one.
        """
        found: dict[str, bytes | None] = {}
        command = None
        if not during:
            command = next(iter(commands), None)
        else:
            for command in commands:
                if (match := compiled(during).match(command.line)) is not None:
                    found = match.groupdict()
                    break
            else:
                return None
        own: dict[str, bytes | None] = {"tag": command.tag} if command is not None else {}
        return ChainMap(found, own, self._facts)  # type: ignore[arg-type]

    def make(self, change: Rewrite | Drop | Answer | InLiteral) -> bool:
        """Whether it is this time's turn; then it is counted as made."""
        key = id(change)
        skip = change.skip if isinstance(change, Rewrite | Answer) else 0
        if change.most is not None and self._made[key] >= change.most:
            return False
        if self._passed[key] < skip:
            self._passed[key] += 1
            return False
        self._made[key] += 1
        return True
