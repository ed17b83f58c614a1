"""What came of serving: what was played, what came unexpected, what was never played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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


class Numbers:
    """Numbers of steps, an octet each."""

    def __init__(self, most: int) -> None:
        self._marks = bytearray(most)

    def add(self, number: int) -> None:
        self._marks[number] = True

    def __contains__(self, number: int) -> bool:
        return bool(self._marks[number])

    def __len__(self) -> int:
        return self._marks.count(True)


class Report:
    """Of all clients together. ``played`` and ``passed`` hold the numbers of steps; of unexpected ones the first are
    kept and all are counted."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.clients = 0
        self.played = Numbers(len(script.steps))
        self.passed = Numbers(len(script.steps))
        self.unexpected: list[Unexpected] = []
        self.count = 0

    def note(self, unexpected: Unexpected) -> None:
        """Something unexpected has come."""
        self.count += 1
        if len(self.unexpected) < _MOST:
            self.unexpected.append(unexpected)

    @property
    def missed(self) -> list[int]:
        """The numbers of the commands that no client has sent, apart from those that were passed over on purpose."""
        numbers = range(1, len(self.script.steps))
        return [number for number in numbers if number not in self.played and number not in self.passed]

    @property
    def unplayed(self) -> list[str]:
        """Those commands as they may be shown."""
        return [self.script.steps[number].words for number in self.missed]

    def lines(self) -> Iterator[str]:
        """The report as lines fit for a terminal."""
        clients = "1 client" if self.clients == 1 else f"{self.clients:,} clients"
        yield f"{clients}, {len(self.played):,} of {len(self.script.steps) - 1:,} commands played"
        missed = self.missed
        for number in missed[:_MOST]:
            yield f"never played: {escape(self.script.steps[number].words[:_SHOWN])}"
        if len(missed) > _MOST:
            yield f"never played: {len(missed) - _MOST:,} more"
        for unexpected in self.unexpected:
            yield f"unexpected: {unexpected}"
        if self.count > len(self.unexpected):
            yield f"unexpected: {self.count - len(self.unexpected):,} more"
