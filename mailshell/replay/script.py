"""A recording as a script: the commands in order, and to each what the server said to it.

The rules, in prose:

- Each response belongs to a step (a command) and to a stage of it: what the client has sent of it by then. A stage is
  the announcement of a literal, the whole command, or a line after it (a SASL response, DONE).
- A completion and a continuation request belong to their command, and so does what came before them since. What came
  before the client sent more, and answers nothing, belongs to what was sent last.
- Step 0 is the greeting.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from mailshell.protocol.events import BodyEnd, BodyPart, LimitReached, Line, LinePart, LiteralPart, Side
from mailshell.protocol.exchange import (
    Completed,
    Continuation,
    Event,
    Exchange,
    Greeting,
    Sent,
    Status,
    Stray,
    Untagged,
)
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.limits import MIB
from mailshell.protocol.pop3.connection import Pop3Connection
from mailshell.recording.header import Header
from mailshell.recording.octets import UnreadableRecording
from mailshell.recording.reader import Recording
from mailshell.replay.matching import Word, words
from mailshell.replay.player import Player
from mailshell.replay.request import KEPT_LITERAL, Request, RequestReader
from mailshell.wire import Closed, Octets, TlsStarted, WireEvent

#: What the server may have said in all (octets), and how many commands there may be.
_MOST_OCTETS = 512 * MIB
_MOST_STEPS = 1_000_000
#: After the answer to these the server ends the connection (RFC 9051 section 6.1.3, RFC 1939 section 6).
FAREWELLS = frozenset({"LOGOUT", "QUIT"})
_DIALOGUES = frozenset({"AUTHENTICATE", "AUTH", "IDLE"})


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
    """A command with its stages. ``words`` is what may be shown of it. ``after``: the state when it was answered.

    ``capabilities``: those known then (None: none). ``starts_tls``, ``closes``: what the server did after its answer.
    """

    number: int
    request: Request
    words: str
    stages: list[Stage] = field(default_factory=list)
    pattern: tuple[Word, ...] = ()
    after: State | None = None
    capabilities: tuple[str, ...] | None = None
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


@dataclass(slots=True, eq=False)
class Script:
    """``octets``: all that the server said. ``cuts``: where each of its reads began, and ``pauses`` how long (seconds)
    it had said nothing before each, since the last octets of either side.
    """

    header: Header
    octets: bytes
    cuts: list[int]
    pauses: list[float]
    steps: list[Step]
    warnings: list[str]

    @property
    def protocol(self) -> str:
        return self.header.protocol

    def read_at(self, offset: int) -> int:
        """The number of the read in which the octet at this offset came."""
        return max(0, bisect_right(self.cuts, offset) - 1)

    def before(self, step: Step) -> State | None:
        """The state in which a step was sent: that after the step before it."""
        return self.steps[step.number - 1].after if step.number else None

    def capabilities(self, number: int) -> tuple[str, ...]:
        """What the server could do after the step of this number, as far as the recording tells."""
        known = [step.capabilities for step in self.steps[: number + 1] if step.capabilities]
        later = [step.capabilities for step in self.steps[number + 1 :] if step.capabilities]
        return (known[-1:] or later[:1] or [()])[0] or ()


def read_script(recording: Recording, kept: int = KEPT_LITERAL) -> Script:
    """Read a recording whole; of literals that the client sent, those of up to ``kept`` octets.

    UnreadableRecording if it is too large, or if it began in the middle of a session.
    """
    if recording.header.state:
        raise UnreadableRecording(
            f"it began in the middle of a session ({recording.header.state:.40}), which can't be played from there"
        )
    writer = ScriptWriter(recording.header, kept)
    player = Player(recording.header, [writer])
    writer.engine = player.engine
    masked = False
    for record in recording:
        player.play(record)
        masked = masked or (record.side is Side.SERVER and "m" in record.fields)
    warnings = [*recording.warnings, *player.warnings]
    if masked and recording.header.protocol == "imap":
        # How long the secret was is not known, and a literal that held it has kept the size that was announced.
        warnings.append(
            "a secret is masked in what the server said: a literal there may not have the size it announces"
        )
    return writer.finish(warnings)


class ScriptWriter:
    """An observer that writes the script of a session as it happens, or is played.

    ``engine``: that of the session; to be set before anything happens. Literals of up to ``kept`` octets are kept.
    """

    masks = False

    def __init__(self, header: Header, kept: int = KEPT_LITERAL) -> None:
        self.engine: ImapConnection | Pop3Connection | None = None
        self._header = header
        self._tls = header.tls == "implicit"
        self._reader = RequestReader(header.protocol, kept)
        self._octets = bytearray()
        self._cuts: list[int] = []
        self._pauses: list[float] = []
        self._last = 0.0
        self._held: Line | None = None
        greeting = Step(0, Request(b"", "", None, b"", []), "the greeting", [Stage()])
        self._steps = [greeting]
        #: The step to which a line or a literal that comes now belongs.
        self._latest = greeting
        self._of: dict[Exchange, Step] = {}
        self._dialogue: Exchange | None = None
        self._pending: list[Answer] = []
        self._at = 0
        self._end = 0

    # --- as an observer

    def wire(self, event: WireEvent) -> None:
        self._settle(None)
        match event:
            case Octets():
                if event.side is Side.SERVER:
                    if len(self._octets) + len(event.octets) > _MOST_OCTETS:
                        raise UnreadableRecording(f"the server says more than {_MOST_OCTETS:,} octets in it")
                    self._cuts.append(len(self._octets))
                    self._pauses.append(max(0.0, event.time - self._last))
                    self._octets += event.octets
                self._last = event.time
            case TlsStarted():
                self._tls = True
                if self._octets:
                    self._flush()
                    self._latest.starts_tls = True
                    self._latest.after = self._state()
            case Closed():
                self._flush()
                self._latest.closes = event.by_server

    def event(self, event: Event, time: float, tls: bool) -> None:
        if isinstance(event, LimitReached):
            return
        if self._settle(event.exchange if isinstance(event, Sent) else None) and isinstance(event, Sent):
            return
        match event:
            case Line(side=Side.CLIENT):
                if event.first:
                    self._held = event
                else:
                    self._go_on(event)
            case LiteralPart(side=Side.CLIENT):
                self._reader.literal(event)
            case Line() | LinePart() | LiteralPart() | BodyPart() | BodyEnd() if event.side is Side.SERVER:
                self._end = event.offset + len(event.octets)
            case Greeting():
                self._answer(event.response, None)
                self._steps[0].after, self._steps[0].capabilities = self._state(), self._capabilities()
            case Completed():
                self._completed(event)
            case Continuation():
                self._answer(event.response, self._of.get(event.exchange) if event.exchange else None, goes_on=True)
            case Untagged():
                self._pend(event.response)
            case Stray():
                self._pend(None)

    @property
    def latest(self) -> Step:
        """The step that was sent last."""
        return self._latest

    def finish(self, warnings: list[str]) -> Script:
        """The script, when nothing more happens."""
        self._settle(None)
        self._flush()
        after = None
        for step in self._steps:
            step.pattern = words(step.request, recorded=True)
            after = step.after = step.after or after
        return Script(self._header, bytes(self._octets), self._cuts, self._pauses, self._steps, warnings)

    # --- the client

    def _settle(self, exchange: Exchange | None) -> bool:
        """A line was held until it is known whether it begins a command: now it is. Whether there was one."""
        line, self._held = self._held, None
        if line is None:
            return False
        self._flush()
        if exchange is None and self._dialogue is not None:
            step = self._of[self._dialogue]
            step.stages.append(Stage(line=line.octets, began=self._last))
            self._latest = step
            if self._dialogue.name == "IDLE":
                self._dialogue = None
            return True
        if len(self._steps) > _MOST_STEPS:
            raise UnreadableRecording(f"it holds more than {_MOST_STEPS:,} commands")
        request = self._reader.line(line)
        text = exchange.words if exchange is not None else line.text.decode("utf-8", "replace")
        step = Step(len(self._steps), request, text)
        self._steps.append(step)
        self._latest = step
        if exchange is not None:
            self._of[exchange] = step
            self._dialogue = exchange if exchange.name in _DIALOGUES else self._dialogue
        self._stage(step)
        return True

    def _go_on(self, line: Line) -> None:
        self._flush()
        self._reader.line(line)
        self._stage(self._latest)

    def _stage(self, step: Step) -> None:
        request = step.request
        step.stages.append(Stage(None if request.complete else len(request.literals), began=self._last))

    # --- the server

    def _completed(self, event: Completed) -> None:
        step = self._of.pop(event.exchange, None)
        if self._dialogue is event.exchange:
            self._dialogue = None
        self._answer(event.response, step, tagged=True)
        if step is not None:
            step.after, step.capabilities = self._state(), self._capabilities()

    def _pend(self, response: Response | None) -> None:
        self._pending.append(Answer(self._at, self._end, response))
        self._at = self._end

    def _answer(self, response: Status, step: Step | None, *, tagged: bool = False, goes_on: bool = False) -> None:
        tag_at = tag_end = self._at
        if tagged and isinstance(response, Response):
            tag_at = response.offset
            tag_end = tag_at + len(response.tag.encode("latin-1"))
        self._pending.append(Answer(self._at, self._end, response, tag_at, tag_end, goes_on))
        self._at = self._end
        self._flush(step)

    def _flush(self, step: Step | None = None) -> None:
        """What has come belongs to this step, or to what was sent last; so does what was not framed before more was
        sent."""
        if step is None and self._at < self._end:
            self._pend(None)
        (step or self._latest).stages[-1].answers += self._pending
        self._pending = []

    # --- the state

    def _state(self) -> State:
        assert self.engine is not None
        state = self.engine.state
        mailbox = state.mailbox.name if isinstance(state, ImapState) and state.mailbox is not None else ""
        return State(state.phase.value, mailbox.upper() if mailbox.upper() == "INBOX" else mailbox, self._tls)

    def _capabilities(self) -> tuple[str, ...] | None:
        assert self.engine is not None
        return self.engine.state.capabilities
