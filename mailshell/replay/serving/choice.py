"""Which step of the script a command of the client plays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from mailshell.replay.matching import Word, same_octets, same_words, words
from mailshell.replay.request import Request
from mailshell.replay.script import Script, State, Step

#: Commands that say nothing of what the client is about: a client may ask more or less often than the recorded one.
IN_BETWEEN: Mapping[str, frozenset[str]] = {
    "imap": frozenset({"NOOP", "CAPABILITY", "ID"}),
    "pop3": frozenset({"NOOP", "CAPA"}),
}


class Choice(Protocol):
    """How commands are matched, for one client."""

    #: Whether answers go out in the order of the recording, though the commands have come in another.
    in_order: bool
    #: The number of the step that was played last.
    last: int

    def find(self, request: Request) -> Step | None:
        """The step that a request plays, or, if it is not complete, may be going to play; None: none."""
        ...

    def take(self, step: Step) -> list[Step]:
        """The step is played. Those that were passed over for it."""
        ...

    def expected(self) -> str:
        """What should have come, for a message."""
        ...


class _Sequential:
    """The commands in the order in which they were recorded."""

    in_order = True

    def __init__(self, script: Script) -> None:
        self.script = script
        self.last = 0

    def take(self, step: Step) -> list[Step]:
        passed = self.script.steps[self.last + 1 : step.number]
        self.last = step.number
        return passed

    def expected(self) -> str:
        following = self.script.steps[self.last + 1 :][:1]
        return following[0].words if following else "nothing more"


class Strict(_Sequential):
    """Each command has to be, octet for octet, the next one."""

    def find(self, request: Request) -> Step | None:
        for step in self.script.steps[self.last + 1 : self.last + 2]:
            # A literal that the server refused was not sent.
            if same_octets(step.request, request, begins=not (request.complete and step.request.complete)):
                return step
        return None


class Lenient(_Sequential):
    """Each command has to say the same as the next one; those in between may be left out."""

    def find(self, request: Request) -> Step | None:
        came: tuple[Word, ...] | None = None
        for number in range(self.last + 1, len(self.script.steps)):
            step = self.script.steps[number]
            if step.name == request.name:
                came = words(request) if came is None else came
                if _says(step, request, came):
                    return step
            if step.name not in IN_BETWEEN[self.script.protocol]:
                return None
        return None


class Stateful:
    """A command plays what was answered to the same one in the same state: in turn, and then the last again."""

    in_order = False

    def __init__(self, script: Script) -> None:
        self.script = script
        self.last = 0
        self._state = script.steps[0].after
        self._table: dict[tuple[State | None, str], list[Step]] = defaultdict(list)
        self._played: set[int] = set()
        for step in script.steps[1:]:
            self._table[script.before(step), step.name].append(step)

    def find(self, request: Request) -> Step | None:
        steps = self._steps(request.name)
        came = words(request) if steps else ()
        fitting = [step for step in steps if _says(step, request, came)]
        unplayed = (step for step in fitting if step.number not in self._played)
        return next(unplayed, fitting[-1] if fitting else None)

    def take(self, step: Step) -> list[Step]:
        self._played.add(step.number)
        self.last = step.number
        self._state = step.after
        return []

    def expected(self) -> str:
        known = dict.fromkeys(step.words for step in self._here())
        return " or ".join([*known][:5]) or "nothing in this state"

    def _steps(self, name: str) -> list[Step]:
        return self._table.get((self._state, name), [])

    def _here(self) -> Iterator[Step]:
        for (state, _), steps in self._table.items():
            if state == self._state:
                yield from steps


def _says(step: Step, request: Request, came: tuple[Word, ...]) -> bool:
    return same_words(step.pattern, came, begins=not request.complete)


#: By the names that ``--match`` takes.
CHOICES: Mapping[str, Callable[[Script], Choice]] = {"strict": Strict, "lenient": Lenient, "stateful": Stateful}
