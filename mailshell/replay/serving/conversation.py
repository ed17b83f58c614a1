"""The conversation with one client: its commands are matched with the script, and the answers are played."""

from __future__ import annotations

import random
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Frame, LimitReached, Line, LinePart, LiteralHeader, LiteralPart, Side
from mailshell.protocol.exchange import Sent
from mailshell.protocol.imap.framing import Framer as ImapFramer
from mailshell.protocol.limits import GIB, MIB, Limits
from mailshell.protocol.pop3.framing import Framer as Pop3Framer
from mailshell.replay.matching import same_line
from mailshell.replay.request import Request, RequestReader
from mailshell.replay.script import FAREWELLS, Answer, Script, Stage, Step
from mailshell.replay.serving.choice import CHOICES, IN_BETWEEN
from mailshell.replay.serving.delivery import Delivery, Piece, parts_of
from mailshell.replay.serving.entry import Entry
from mailshell.replay.serving.link import Link
from mailshell.replay.serving.report import Report, Unexpected
from mailshell.text.escape import escape
from mailshell.transport.deflate import NotDeflate

#: What a client may send: a longer line or a larger command ends the conversation (octets).
LIMITS = Limits(line=MIB, literal=2 * GIB)
_LARGEST_COMMAND = 4 * MIB
_MOST_LITERALS = 1000
FAIL, BAD, CLOSE = "fail", "bad", "close"
_GO_AHEAD = b"+ OK\r\n"
#: A place in the recording, what is to be written, and the tag of the client.
_Queued: TypeAlias = tuple[int, Answer | bytes, bytes]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a recording is served. ``match``: a key of ``CHOICES``; ``unexpected``: ``fail``, ``bad`` or ``close``."""

    match: str = "lenient"
    unexpected: str = FAIL
    delivery: Delivery = field(default_factory=Delivery)


class Conversation:
    """One client, from the greeting to the end. ``context`` makes TLS where the recording began it."""

    def __init__(
        self, script: Script, rules: Rules, link: Link, report: Report, context: Callable[[], ssl.SSLContext]
    ) -> None:
        self._script = script
        self._rules = rules
        self._link = link
        self._report = report
        self._context = context
        self._choice = CHOICES[rules.match](script)
        self._random = random.Random(rules.delivery.seed)
        self._imap = script.protocol == "imap"
        #: Until the first recorded command comes, if the recording began in the middle of a session.
        self._entry = Entry(script, strict=rules.match == "strict") if script.joined else None
        self._framer: ImapFramer | Pop3Framer
        self._begin_stream()
        #: The step being played, with the tag that the client gave it, and the lines that it still waits for.
        self._step = script.steps[0]
        self._tag = b""
        self._lines: deque[Stage] = deque()
        #: The stages of the command being received that were answered already.
        self._answered: set[int] = set()
        self._queue: list[_Queued] = []
        self._place = 0
        self._ends = False
        #: The answer after which both sides compress, as long as it is not written.
        self._agreement: Answer | None = None

    async def run(self) -> None:
        """Play until either side ends the connection."""
        greeting = self._script.steps[0]
        if self._entry is not None:
            self._say(self._entry.greeting)
        else:
            self._play(greeting.stages[0])
        self._ends = greeting.closes
        await self._deliver()
        while not self._ends and (octets := await self._read()):
            self._framer.feed(octets)
            await self._take()
            if self._upgrading and not self._ends:
                await self._link.start_tls(self._context())
                self._begin_stream()

    async def _read(self) -> bytes:
        try:
            return await self._link.read()
        except NotDeflate as error:
            self._hang_up(str(error))
            return b""

    async def _take(self) -> None:
        """Answer what has come, up to a command after which TLS begins."""
        while not (self._ends or self._upgrading) and (frame := self._framer.next()) is not None:
            self._frame(frame)
            if self._agreement is not None:
                await self._deliver()
        await self._deliver()

    def _begin_stream(self) -> None:
        """Octets are read anew: at the start, and after the change to TLS."""
        self._framer = ImapFramer(Side.CLIENT, LIMITS) if self._imap else Pop3Framer(Side.CLIENT, LIMITS)
        self._reader = RequestReader(self._script.protocol)
        self._upgrading = False

    # --- what the client sends

    def _frame(self, frame: Frame | LimitReached) -> None:
        match frame:
            case Line() if self._entry is not None and self._entry.waits:
                self._say(self._entry.line(frame))
            case Line() if self._lines and frame.first:
                self._line(frame)
            case Line():
                request = self._reader.line(frame)
                if request.held > _LARGEST_COMMAND:
                    self._hang_up(f"a command of more than {_LARGEST_COMMAND:,} octets")
                elif len(request.literals) >= _MOST_LITERALS:
                    self._hang_up(f"a command of {_MOST_LITERALS:,} literals")
                elif frame.literal is not None:
                    self._announced(request, frame.literal)
                else:
                    self._whole(request)
            case LiteralPart():
                self._reader.literal(frame)
            case LimitReached():
                what = "a literal" if frame.what == "literal" else "a line"
                self._hang_up(f"{what} of more than {frame.limit:,} octets")
            case LinePart():
                self._hang_up("an endless line")

    def _line(self, line: Line) -> None:
        """A line of a dialogue: a SASL response, or DONE."""
        stage = self._lines.popleft()
        recorded = stage.line or b""
        same = same_line(recorded, line.octets)
        if not same and self._rules.match != "strict":
            same = same_line(recorded.strip().upper(), line.text.strip().upper())
        if same:
            self._play(stage)
            self._conclude()
        else:
            self._lines.clear()
            what = "DONE" if self._step.name == "IDLE" else "a SASL response as recorded"
            self._unexpected(self._tag, f"{what} to {self._step.words}", "another line")

    def _announced(self, request: Request, header: LiteralHeader) -> None:
        """A command has come up to a literal. If it is a synchronizing one, the client waits."""
        step = self._choice.find(request)
        number = len(request.literals)
        if number == 0:
            self._answered.clear()
        if step is None:
            if not header.sync:
                return
            if request.name in self._in_between or (self._entry is not None and self._entry.takes(request.name)):
                self._say(_GO_AHEAD)
                return
            self._refuse_literal()
            self._unexpected(request.tag, self._choice.expected(), self._described(request))
            return
        self._tag = request.tag
        stage = next((stage for stage in step.stages if stage.literal == number), None)
        refused = step.whole is None and stage is step.stages[-1]
        if refused and header.sync:
            self._refuse_literal()
            self._begin(step, request)
            return
        if stage is not None and not refused:
            self._answered.add(number)
            self._play(stage, goes_on=header.sync)
        if header.sync and not (stage is not None and any(answer.continuation for answer in stage.answers)):
            # The recorded client did not wait here.
            self._say(_GO_AHEAD)

    def _refuse_literal(self) -> None:
        assert isinstance(self._framer, ImapFramer)
        self._framer.drop_literal()

    def _whole(self, request: Request) -> None:
        """A command has come whole."""
        if not request.literals:
            self._answered.clear()
        step = self._choice.find(request)
        if step is not None:
            self._begin(step, request)
        elif self._entry is not None and (answer := self._entry.answer(request)) is not None:
            self._say(answer)
        elif request.name in self._in_between:
            self._say(self._answer_in_between(request))
        else:
            self._unexpected(request.tag, self._choice.expected(), self._described(request))

    def _begin(self, step: Step, request: Request) -> None:
        if self._entry is not None:
            self._say(self._entry.unasked)
            self._entry = None
        self._step, self._tag = step, request.tag
        for passed in self._choice.take(step):
            self._report.passed.add(passed)
        self._report.played.add(step.number)
        for stage in step.stages:
            if stage.line is None and (stage.literal is None or stage.literal not in self._answered):
                # The go-ahead to a literal that has come already, or comes as a quoted string, is not needed.
                self._play(stage, goes_on=stage.literal is None)
        self._lines = deque(step.lines)
        self._conclude()

    def _conclude(self) -> None:
        """The step is over if it waits for no more lines."""
        if not self._lines:
            self._ends = self._step.closes or self._step.name in FAREWELLS
            self._upgrading = self._step.starts_tls
            if self._step.name == "COMPRESS":
                self._agreement = next(filter(_agrees, self._step.answers), None)

    # --- what comes unexpected

    @property
    def _in_between(self) -> frozenset[str]:
        return IN_BETWEEN[self._script.protocol] if self._rules.match != "strict" else frozenset()

    def _answer_in_between(self, request: Request) -> bytes:
        """The answer to a command that was not recorded here and does no harm."""
        name = request.name
        known = " ".join(self._script.capabilities(self._choice.last)) or "IMAP4rev1"
        if self._imap:
            data = {"CAPABILITY": f"* CAPABILITY {known}\r\n", "ID": "* ID NIL\r\n"}.get(name, "")
            return data.encode("latin-1") + request.tag + b" OK " + name.encode() + b" completed\r\n"
        if name == "CAPA":
            lines = self._script.capabilities(self._choice.last) or ("USER", "UIDL", "TOP")
            return "\r\n".join(["+OK", *lines, ".", ""]).encode("latin-1")
        return b"+OK\r\n"

    def _unexpected(self, tag: bytes, expected: str, came: str) -> None:
        unexpected = Unexpected(expected, came)
        self._report.note(unexpected)
        if self._rules.unexpected == BAD:
            self._say((tag or b"*") + b" BAD unexpected command\r\n" if self._imap else b"-ERR unexpected command\r\n")
            return
        if self._rules.unexpected == FAIL:
            said = str(unexpected).encode("ascii", "replace")
            self._say((b"* BYE " if self._imap else b"-ERR ") + said + b"\r\n")
        self._ends = True

    def _hang_up(self, came: str) -> None:
        """What the client sends can't be read on, whatever the rules say."""
        self._report.note(Unexpected(self._choice.expected(), came))
        self._ends = True

    def _described(self, request: Request) -> str:
        """A command as it may be shown: secrets masked by the same rules as everywhere."""
        for event in make_engine(self._script.protocol).sent(request.first[:MIB]):
            if isinstance(event, Sent):
                return event.exchange.words
        return escape(request.first[:100].decode("latin-1").strip()) or "an empty line"

    # --- what is said

    def _play(self, stage: Stage, *, goes_on: bool = True) -> None:
        """The answers of a stage; ``goes_on``: with its continuation requests."""
        for answer in stage.answers:
            if goes_on or not answer.continuation:
                self._place = answer.start if self._choice.in_order else self._place + 1
                self._queue.append((self._place, answer, self._tag))

    def _say(self, octets: bytes) -> None:
        self._queue.append((self._place, octets, b""))

    async def _deliver(self) -> None:
        """Write what is queued: what was recorded before other things goes out before them."""
        queued, self._queue = sorted(self._queue, key=lambda entry: entry[0]), []
        if self._agreement is not None:
            at = 1 + next((at for at, entry in enumerate(queued) if entry[1] is self._agreement), -1)
            self._agreement = None
            await self._write(queued[:at])
            self._link.inflate()
            self._link.deflate()
            del queued[:at]
        await self._write(queued)

    async def _write(self, queued: Sequence[_Queued]) -> None:
        idles = bool(self._lines) and self._step.name == "IDLE"
        for piece in self._rules.delivery.pieces(self._parts(queued), self._random):
            if piece.pause:
                await self._link.wait(piece.pause, until_sent=idles)
            if self._link.lost:
                return
            await self._link.write(piece.octets)

    def _parts(self, queued: Iterable[_Queued]) -> Iterable[Piece]:
        for _, answer, tag in queued:
            if isinstance(answer, bytes):
                yield Piece(0.0, answer)
            else:
                yield from parts_of(self._script, answer, tag)


def _agrees(answer: Answer) -> bool:
    """Whether it completes a command of IMAP with OK."""
    return answer.tag_end > answer.tag_at and answer.response is not None and answer.response.ok
