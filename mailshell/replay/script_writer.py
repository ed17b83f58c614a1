"""Writes the script of a session, live or recorded: which response belongs to which part of which command."""

from __future__ import annotations

from array import array

from mailshell.protocol.engine import Engine
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
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.limits import GIB
from mailshell.recording.header import Header
from mailshell.recording.octets import UnreadableRecording
from mailshell.recording.reader import Recording
from mailshell.replay.matching import words
from mailshell.replay.player import Player
from mailshell.replay.request import KEPT_LITERAL, Request, RequestReader
from mailshell.replay.script import Answer, Outline, Script, Stage, State, Step
from mailshell.replay.store import ItemStore, OctetStore
from mailshell.streams import reason
from mailshell.wire import Closed, Octets, TlsStarted, WireEvent

#: What the server may have said in all (octets), and how many commands there may be.
_MOST_OCTETS = 16 * GIB
_MOST_STEPS = 20_000_000
_DIALOGUES = frozenset({"AUTHENTICATE", "AUTH", "IDLE"})
#: Behind these the numbers of messages are those of another mailbox.
_LEAVING = frozenset({"SELECT", "EXAMINE", "CLOSE", "UNSELECT"})


def read_script(recording: Recording, kept: int = KEPT_LITERAL) -> Script:
    """Read a recording whole; of literals that the client sent, those of up to ``kept`` octets.

    UnreadableRecording if it is too large.
    """
    writer = ScriptWriter(recording.header, kept)
    player = Player(recording.header, [writer])
    writer.begin(player.engine)
    try:
        for record in recording:
            player.play(record)
        return writer.finish([*recording.warnings, *player.warnings])
    except OSError as error:
        raise UnreadableRecording(f"it can't be read whole: {reason(error)}") from None


class ScriptWriter:
    """An observer that writes the script of a session as it happens, or is played.

    Call ``begin`` before anything happens. Literals of up to ``kept`` octets are kept.
    """

    masks = False

    def __init__(self, header: Header, kept: int = KEPT_LITERAL) -> None:
        self._tls = header.tls == "implicit"
        self._reader = RequestReader(header.protocol, kept)
        self._engine: Engine | None = None
        self._last = 0.0
        self._held: Line | None = None
        self._octets = OctetStore()
        self._cuts, self._pauses = array("q"), array("d")
        self._steps: ItemStore[Step] = ItemStore()
        self._outline = Outline()
        self._script = Script(header, self._octets, self._cuts, self._pauses, self._steps, self._outline, [])
        #: The highest number of a message that was heard of, until it is known how many there are.
        self._highest: int | None = 0
        #: The step to which a line or a literal that comes now belongs.
        self._latest = self._new_step(Request(b"", "", None, b"", []), "the greeting")
        self._stage(self._latest)
        self._of: dict[Exchange, Step] = {}
        #: The numbers of those steps: they wait for an answer.
        self._waiting: set[int] = set()
        self._dialogue: Exchange | None = None
        self._pending: list[Answer] = []
        self._at = 0
        self._end = 0

    def begin(self, engine: Engine) -> None:
        """The session begins, or goes on, that this engine knows."""
        self._engine = engine
        if self._script.joined:
            self._answered(self._latest)

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
                    self._octets.append(event.octets)
                self._last = event.time
            case TlsStarted():
                self._tls = True
                if self._octets:
                    self._flush()
                    self._latest.starts_tls = self._script.starts_tls = True
                    self._outline.answered(self._latest.number, self._state(), None)
            case Closed():
                self._flush()
                self._latest.closes = event.by_server

    def event(self, event: Event, time: float, tls: bool) -> None:
        if isinstance(event, LimitReached):
            if event.what == "outstanding":
                self._give_up()
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
                self._answered(self._steps[0])
            case Completed():
                self._completed(event)
            case Continuation():
                self._answer(event.response, self._of.get(event.exchange) if event.exchange else None, goes_on=True)
            case Untagged():
                self._count(event.response)
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
        for step in [self._latest, *self._of.values()]:
            self._keep(step)
        self._outline.finish()
        self._script.warnings += warnings
        self._script.messages = self._script.messages or self._highest or 0
        return self._script

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
            self._go_to(step)
            if self._dialogue.name == "IDLE":
                self._dialogue = None
            return True
        request = self._reader.line(line)
        text = exchange.words if exchange is not None else line.text.decode("utf-8", "replace")
        step = self._new_step(request, text)
        self._go_to(step)
        if request.name in _LEAVING and self._highest is not None:
            self._script.messages, self._highest = self._highest, None
        if exchange is not None:
            self._of[exchange] = step
            self._waiting.add(step.number)
            self._dialogue = exchange if exchange.name in _DIALOGUES else self._dialogue
        self._stage(step)
        return True

    def _new_step(self, request: Request, text: str) -> Step:
        if len(self._steps) > _MOST_STEPS:
            raise UnreadableRecording(f"it holds more than {_MOST_STEPS:,} commands")
        step = Step(len(self._steps), request, text)
        self._steps.new(step)
        self._outline.new(request.name)
        return step

    def _go_to(self, step: Step) -> None:
        """What comes now belongs to this step. The one before may be complete by that."""
        before, self._latest = self._latest, step
        if before is not step and before.number not in self._waiting:
            self._keep(before)

    def _keep(self, step: Step) -> None:
        """The step does not change any more."""
        step.pattern = words(step.request, recorded=True)
        self._outline.described(step.number, step.pattern)
        self._steps.keep(step.number)

    def _give_up(self) -> None:
        """Too many commands wait: the engine does not wait for the oldest any more."""
        exchange = next(iter(self._of), None)
        if exchange is None:
            return
        step = self._of.pop(exchange)
        self._waiting.discard(step.number)
        if self._dialogue is exchange:
            self._dialogue = None
        if step is not self._latest:
            self._keep(step)

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
            self._waiting.discard(step.number)
            self._answered(step)
            if step is not self._latest:
                self._keep(step)

    def _answered(self, step: Step) -> None:
        assert self._engine is not None
        self._outline.answered(step.number, self._state(), self._engine.state.capabilities)

    def _count(self, response: Response) -> None:
        """How many messages there were at the beginning: the first EXISTS tells, or the highest number before it."""
        if self._highest is None or response.number is None:
            return
        if response.name == "FETCH":
            self._highest = max(self._highest, response.number)
        elif response.name in ("EXISTS", "EXPUNGE"):
            self._script.messages, self._highest = self._highest or response.number, None

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
        assert self._engine is not None
        state = self._engine.state
        mailbox = state.mailbox.name if isinstance(state, ImapState) and state.mailbox is not None else ""
        return State(state.phase.value, mailbox.upper() if mailbox.upper() == "INBOX" else mailbox, self._tls)
