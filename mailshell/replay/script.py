"""A recording as a script: the commands in order, and to each what the server said to it.

The rules, in prose:

- Each response belongs to a step (a command) and to a stage of it: what the client has sent of it by then. A stage is
  the announcement of a literal, the whole command, or a line after it (a SASL response, DONE).
- A completion and a continuation request belong to their command, and so does what came before them since. What came
  before the client sent more, and answers nothing, belongs to what was sent last.
- Step 0 is the greeting; in a recording that began in the middle of a session it is what came before the first command.
- What does not fit into memory stands in temporary files: of each command, less than 100 octets are held.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from mailshell.protocol.exchange import Status
from mailshell.protocol.imap.response import Response
from mailshell.recording.header import Header
from mailshell.replay.matching import Word
from mailshell.replay.request import Request
from mailshell.replay.store import ItemStore, OctetStore

Value = TypeVar("Value")
#: After the answer to these the server ends the connection (RFC 9051 section 6.1.3, RFC 1939 section 6).
FAREWELLS = frozenset({"LOGOUT", "QUIT"})
#: The states in which a recording may begin that is whole.
_BEGINNINGS = ("", "waiting for the greeting")
#: The states of both protocols that only a login leads to.
_LOGGED_IN = ("authenticated", "selected", "logged out", "transaction", "update")
_NONE = -1


@dataclass(frozen=True, slots=True)
class State:
    """The state of the session between two commands."""

    phase: str
    mailbox: str = ""
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, or one reply with its body: ``start`` and ``end`` are offsets in ``Script.octets``.

    ``tag_at`` and ``tag_end``: where the tag stands that the client chose (equal: there is none).
    """

    start: int
    end: int
    response: Status | Response | None
    tag_at: int = 0
    tag_end: int = 0
    continuation: bool = False


@dataclass(slots=True)
class Stage:
    """What was said to a part of a command. ``line``: the line that was waited for, if it is such a stage.

    ``literal``: the number of the literal in the command, counted from 0; None otherwise. ``began``: when it was sent
    (seconds since the start).
    """

    literal: int | None = None
    line: bytes | None = None
    answers: list[Answer] = field(default_factory=list)
    began: float = 0.0


@dataclass(slots=True)
class Step:
    """A command with its stages. ``words`` is what may be shown of it.

    ``starts_tls``, ``closes``: what the server did after its answer.
    """

    number: int
    request: Request
    words: str
    stages: list[Stage] = field(default_factory=list)
    pattern: tuple[Word, ...] = ()
    starts_tls: bool = False
    closes: bool = False

    @property
    def name(self) -> str:
        return self.request.name

    @property
    def answers(self) -> list[Answer]:
        """All answers, in the order of the stages."""
        return [answer for stage in self.stages for answer in stage.answers]

    @property
    def whole(self) -> Stage | None:
        """The stage in which the command was sent whole; None if the server refused a literal before that."""
        return next((stage for stage in self.stages if stage.literal is None and stage.line is None), None)

    @property
    def lines(self) -> list[Stage]:
        """The stages of lines after the command."""
        return [stage for stage in self.stages if stage.line is not None]


class Outline:
    """What is known of all steps without looking at each: by their numbers, as numbers."""

    def __init__(self) -> None:
        self.states: list[State] = []
        self.names: list[str] = []
        self._known: list[tuple[str, ...]] = []
        self._numbers: dict[object, int] = {}
        #: The number of the state after each step, of its name, and of the capabilities known then.
        self.after = array("i")
        self.name = array("i")
        self._capabilities = array("i")
        #: A hash of the name and the words of each command, and whether a word of it stands for anything.
        self.keys = array("q")
        self.wild = bytearray()

    def new(self, name: str) -> None:
        """There is one more step."""
        self.name.append(self._number(self.names, name))
        self.after.append(_NONE)
        self._capabilities.append(_NONE)
        self.keys.append(0)
        self.wild.append(False)

    def answered(self, number: int, state: State, capabilities: tuple[str, ...] | None) -> None:
        """The state and the capabilities after a step."""
        self.after[number] = self._number(self.states, state)
        if capabilities:
            self._capabilities[number] = self._number(self._known, capabilities)

    def described(self, number: int, pattern: tuple[Word, ...]) -> None:
        """The words of a step's command."""
        self.keys[number] = key_of(self.name_of(number), pattern)
        self.wild[number] = None in pattern

    def finish(self) -> None:
        """Where the state did not change it is that of the step before."""
        for number in range(1, len(self.after)):
            if self.after[number] == _NONE:
                self.after[number] = self.after[number - 1]

    def name_of(self, number: int) -> str:
        """The name of a step's command."""
        return self.names[self.name[number]]

    def sent_in(self, state: State | None, name: str) -> Sequence[int]:
        """The numbers of the steps of this name that were sent in a state."""
        return self._sent.get((self._numbers.get(state, _NONE), self._numbers.get(name, _NONE)), ())

    def all_sent_in(self, state: State | None) -> Iterator[int]:
        """The numbers of all steps that were sent in a state."""
        wanted = self._numbers.get(state, _NONE)
        return (number for (where, _), numbers in self._sent.items() if where == wanted for number in numbers)

    @cached_property
    def _sent(self) -> dict[tuple[int, int], array[int]]:
        """The steps by the state before them and their name."""
        table: dict[tuple[int, int], array[int]] = defaultdict(lambda: array("q"))
        for number in range(1, len(self.after)):
            table[self.after[number - 1], self.name[number]].append(number)
        return dict(table)

    def state_after(self, number: int) -> State | None:
        """The state after a step; None if it is not known."""
        return self.states[self.after[number]] if self.after[number] != _NONE else None

    def capabilities(self, number: int) -> tuple[str, ...]:
        """What the server could do after a step, as far as the recording tells: said last before, or first after."""
        earlier = (self._capabilities[at] for at in range(number, -1, -1))
        later = (self._capabilities[at] for at in range(number + 1, len(self._capabilities)))
        found = next((one for each in (earlier, later) for one in each if one != _NONE), _NONE)
        return self._known[found] if found != _NONE else ()

    def _number(self, values: list[Value], value: Value) -> int:
        number = self._numbers.get(value)
        if number is None:
            number = self._numbers[value] = len(values)
            values.append(value)
        return number


def key_of(name: str, words: tuple[Word, ...]) -> int:
    """What commands have in common that are the same."""
    return hash((name, words))


@dataclass(slots=True, eq=False)
class Script:
    """``octets``: all that the server said. ``cuts``: where each of its reads began, and ``pauses`` how long (seconds)
    it had said nothing before each, since the last octets of either side.

    ``starts_tls``: a step does. ``messages``: how many there were in the mailbox in which the recording began, as far
    as it tells.
    """

    header: Header
    octets: OctetStore
    cuts: Sequence[int]
    pauses: Sequence[float]
    steps: ItemStore[Step]
    outline: Outline
    warnings: list[str]
    starts_tls: bool = False
    messages: int = 0

    @property
    def protocol(self) -> str:
        return self.header.protocol

    @property
    def joined(self) -> bool:
        """Whether the recording began in the middle of a session."""
        return self.header.state not in _BEGINNINGS

    @property
    def began_logged_in(self) -> bool:
        """Whether the recording began behind the login."""
        state = self.after(self.steps[0])
        return self.joined and state is not None and state.phase in _LOGGED_IN

    def read_at(self, offset: int) -> int:
        """The number of the read in which the octet at this offset came."""
        return max(0, bisect_right(self.cuts, offset) - 1)

    def after(self, step: Step) -> State | None:
        """The state when a step was answered."""
        return self.outline.state_after(step.number)

    def before(self, step: Step) -> State | None:
        """The state in which a step was sent: that after the step before it."""
        return self.outline.state_after(step.number - 1) if step.number else None

    def capabilities(self, number: int) -> tuple[str, ...]:
        """What the server could do after the step of this number, as far as the recording tells."""
        return self.outline.capabilities(number)
