"""Which step of the script a command of the client plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, islice
from typing import Protocol

from mailshell.replay.matching import Word, same_octets, same_words, words
from mailshell.replay.request import Request
from mailshell.replay.script import Script, Step, key_of

#: Commands that say nothing of what the client is about: a client may ask more or less often than the recorded one.
IN_BETWEEN: Mapping[str, frozenset[str]] = {
    "imap": frozenset({"NOOP", "CAPABILITY", "ID"}),
    "pop3": frozenset({"NOOP", "CAPA"}),
}
#: To say what could have come, so many steps are looked at.
_MOST_LOOKED_AT = 1000


class Choice(Protocol):
    """How commands are matched, for one client."""

    #: Whether answers go out in the order of the recording, though the commands have come in another.
    in_order: bool
    #: The number of the step that was played last.
    last: int

    def find(self, request: Request) -> Step | None:
        """The step that a request plays, or, if it is not complete, may be going to play; None: none."""
        ...

    def take(self, step: Step) -> range:
        """The step is played. The numbers of those that were passed over for it."""
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

    def take(self, step: Step) -> range:
        passed = range(self.last + 1, step.number)
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
            name = self.script.outline.name_of(number)
            if name == request.name:
                came = words(request) if came is None else came
                step = self.script.steps[number]
                if _says(step, request, came):
                    return step
            if name not in IN_BETWEEN[self.script.protocol]:
                return None
        return None


class Stateful:
    """A command plays what was answered to the same one in the same state: in turn, and then the last again."""

    in_order = False

    def __init__(self, script: Script) -> None:
        self.script = script
        self.last = 0
        self._state = script.after(script.steps[0])
        self._played: set[int] = set()

    def find(self, request: Request) -> Step | None:
        numbers = self.script.outline.sent_in(self._state, request.name)
        came = words(request) if numbers else ()
        unplayed = (number for number in numbers if number not in self._played)
        fitting = (self._fitting(number, request, came) for number in chain(unplayed, reversed(numbers)))
        return next((step for step in fitting if step is not None), None)

    def take(self, step: Step) -> range:
        self._played.add(step.number)
        self.last = step.number
        self._state = self.script.after(step)
        return range(0)

    def expected(self) -> str:
        known: dict[str, None] = {}
        for number in islice(self.script.outline.all_sent_in(self._state), _MOST_LOOKED_AT):
            known[self.script.steps[number].words] = None
        return " or ".join([*known][:5]) or "nothing in this state"

    def _fitting(self, number: int, request: Request, came: tuple[Word, ...]) -> Step | None:
        outline = self.script.outline
        if request.complete and not outline.wild[number] and outline.keys[number] != key_of(request.name, came):
            return None
        step = self.script.steps[number]
        return step if _says(step, request, came) else None


def _says(step: Step, request: Request, came: tuple[Word, ...]) -> bool:
    return same_words(step.pattern, came, begins=not request.complete)


#: By the names that ``--match`` takes.
CHOICES: Mapping[str, Callable[[Script], Choice]] = {"strict": Strict, "lenient": Lenient, "stateful": Stateful}
