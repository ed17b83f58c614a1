"""What came of serving: what was played, what came unexpected, what was never played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailshell.replay.script import Script
from mailshell.text.escape import escape

_MOST = 100
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Unexpected:
    """What came instead of what was expected; secrets are masked in both."""

    expected: str
    came: str

    def __str__(self) -> str:
        return escape(f"expected {self.expected:.{_SHOWN}}, and {self.came:.{_SHOWN}} came")


@dataclass(slots=True)
class Report:
    """Of all clients together. ``played`` and ``passed`` hold the numbers of steps; of unexpected ones the first are
    kept and all are counted."""

    script: Script
    clients: int = 0
    played: set[int] = field(default_factory=set)
    passed: set[int] = field(default_factory=set)
    unexpected: list[Unexpected] = field(default_factory=list)
    count: int = 0

    def note(self, unexpected: Unexpected) -> None:
        """Something unexpected has come."""
        self.count += 1
        if len(self.unexpected) < _MOST:
            self.unexpected.append(unexpected)

    @property
    def unplayed(self) -> list[str]:
        """The commands that no client has sent. Those that were passed over on purpose are not missed."""
        missed = (step for step in self.script.steps[1:] if step.number not in self.played | self.passed)
        return [step.words for step in missed]

    def lines(self) -> Iterator[str]:
        """The report as lines fit for a terminal."""
        clients = "1 client" if self.clients == 1 else f"{self.clients:,} clients"
        yield f"{clients}, {len(self.played):,} of {len(self.script.steps) - 1:,} commands played"
        unplayed = self.unplayed
        for text in unplayed[:_MOST]:
            yield f"never played: {escape(text[:_SHOWN])}"
        if len(unplayed) > _MOST:
            yield f"never played: {len(unplayed) - _MOST:,} more"
        for unexpected in self.unexpected:
            yield f"unexpected: {unexpected}"
        if self.count > len(self.unexpected):
            yield f"unexpected: {self.count - len(self.unexpected):,} more"
