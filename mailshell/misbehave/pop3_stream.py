"""POP3's streams: commands one after the other, and their replies in the same order."""

from __future__ import annotations

from collections import deque

from mailshell.misbehave.changes import Of
from mailshell.misbehave.stream import LIMITS, OUTSTANDING, Command, Said, Sent, Stream
from mailshell.protocol import catalogue
from mailshell.protocol.events import BodyEnd, BodyPart, Frame, LimitReached, Line, LinePart, Side
from mailshell.protocol.pop3.catalogue import CATALOGUE
from mailshell.protocol.pop3.framing import Framer


class Pop3Stream(Stream[Framer]):
    """Follows both sides with the framer of the protocol. Multi-line replies come as pieces of whole or cut lines."""

    def __init__(self) -> None:
        super().__init__(Framer(Side.CLIENT, LIMITS), Framer(Side.SERVER, LIMITS))
        self._queue: deque[Command] = deque(maxlen=OUTSTANDING)
        self._replying: tuple[Command, ...] = ()

    def _sent(self, frame: Frame | LimitReached) -> Sent | None:
        match frame:
            case Line():
                return self._sent_line(frame)
            case LinePart():
                return Sent(frame.octets, None)
        return None

    def _sent_line(self, line: Line) -> Sent:
        if self._queue and self._queue[0].name == "AUTH" and b" " in self._queue[0].line:
            return Sent(line.octets, self._queue[0])
        command = Command(b"", _read(line.text)[0], line.text)
        self._queue.append(command)
        return Sent(line.octets, command, begins=True, ends=True)

    def _said(self, frame: Frame) -> Said:
        match frame:
            case Line():
                return self._said_line(frame)
            case BodyPart():
                return Said(Of.BODY, frame.octets, self._replying, ends=False)
            case BodyEnd():
                return Said(Of.DOT, frame.octets, self._replying)
            case _:
                return Said(Of.OTHER, frame.octets)

    def _said_line(self, line: Line) -> Said:
        if not self._greeted:
            self._greeted = True
            return Said(Of.GREETING, line.octets)
        self._replying = tuple(self._queue)[:1]
        if not self._queue:
            return Said(Of.OTHER, line.octets)
        if line.octets.startswith(b"+ ") or line.text == b"+":
            return Said(Of.CONTINUATION, line.octets, self._replying)
        command = self._queue.popleft()
        _, record, arguments = _read(command.line)
        body = record is not None and record.is_multiline(arguments) and line.octets[:3].upper() == b"+OK"
        if body:
            self._server.begin_body()
        return Said(Of.COMPLETION, line.octets, (command,), ends=not body)

    @property
    def outstanding(self) -> int:
        return len(self._queue)

    def waits(self, command: Command) -> bool:
        return command in self._queue

    @property
    def first(self) -> Command | None:
        return self._queue[0] if self._queue else None

    def turn(self, command: Command) -> bool:
        return self.first is command and not self._server.inside_body

    def forget(self, command: Command) -> None:
        if command in self._queue:
            self._queue.remove(command)

    def refuse_literal(self) -> None:
        """POP3 has none."""


def _read(line: bytes) -> tuple[str, catalogue.Command | None, str]:
    """The name of a command, its record, and its arguments."""
    return CATALOGUE.find(line.replace(b"\t", b" ").decode("latin-1"))
