"""IMAP's streams: commands with tags and literals, responses with literals."""

from __future__ import annotations

from mailshell.misbehave.changes import Of
from mailshell.misbehave.stream import LIMITS, OUTSTANDING, Command, Said, Sent, Stream
from mailshell.protocol.events import Frame, LimitReached, Line, LinePart, LiteralPart, Side
from mailshell.protocol.imap.commands import read_head
from mailshell.protocol.imap.framing import Framer

_DIALOGUES = ("AUTHENTICATE", "IDLE")


class ImapStream(Stream[Framer]):
    """Follows both sides with the framer of the protocol; nothing of a response is kept but its first line."""

    def __init__(self) -> None:
        super().__init__(Framer(Side.CLIENT, LIMITS), Framer(Side.SERVER, LIMITS))
        self._outstanding: list[Command] = []
        self._sending: Command | None = None
        #: Of the response that is passing.
        self._commands: tuple[Command, ...] = ()
        self._opened = b""

    def _sent(self, frame: Frame | LimitReached) -> Sent | None:
        match frame:
            case Line():
                return self._sent_line(frame)
            case LiteralPart() | LinePart():
                return Sent(frame.octets, self._sending)
            case LimitReached() if self._client.between_lines:
                # A first line that is too long to be read.
                self._sending = None
        return None

    def _sent_line(self, line: Line) -> Sent:
        begins = False
        if line.first:
            self._sending = self._dialogue()
            if self._sending is None:
                self._sending = _command(line.text)
                begins = self._sending is not None
        if self._sending is not None and begins:
            del self._outstanding[: -OUTSTANDING + 1]
            self._outstanding.append(self._sending)
        elif line.first and line.text.upper() == b"DONE":
            self._end_idle()
        waits = line.literal is not None and line.literal.sync
        return Sent(line.octets, self._sending, begins, ends=line.literal is None, waits=waits)

    def _dialogue(self) -> Command | None:
        """The command whose dialogue takes the client's lines."""
        return next((one for one in self._outstanding if one.name in _DIALOGUES), None)

    def _end_idle(self) -> None:
        for one in self._outstanding:
            if one.name == "IDLE":
                one.name = "IDLE, ended"

    def _said(self, frame: Frame) -> Said:
        match frame:
            case Line(first=True):
                self._opened = frame.octets
                of = self._kind(frame.octets)
                return Said(of, frame.octets, self._commands, ends=frame.literal is None)
            case Line():
                self._opened = frame.octets
                return Said(Of.BEHIND, frame.octets, self._commands, ends=frame.literal is None)
            case LiteralPart():
                return Said(Of.LITERAL, frame.octets, self._commands, frame.position, self._opened, ends=False)
            case _:
                return Said(Of.OTHER, frame.octets)

    def _kind(self, line: bytes) -> Of:
        self._commands = tuple(self._outstanding)
        if not self._greeted:
            self._greeted = True
            return Of.GREETING
        if line.startswith((b"+ ", b"+\r")):
            return Of.CONTINUATION
        if line.startswith(b"* "):
            return Of.UNTAGGED
        tag = line.partition(b" ")[0]
        completed = next((one for one in self._outstanding if one.tag == tag), None)
        if completed is None:
            return Of.OTHER
        if completed is self._sending:
            self._client.drop_literal()
        self._outstanding.remove(completed)
        self._commands = (completed,)
        return Of.COMPLETION

    @property
    def outstanding(self) -> int:
        return len(self._outstanding)

    def waits(self, command: Command) -> bool:
        return command in self._outstanding

    @property
    def first(self) -> Command | None:
        return None

    def turn(self, command: Command) -> bool:
        return True

    def forget(self, command: Command) -> None:
        if command in self._outstanding:
            self._outstanding.remove(command)

    def refuse_literal(self) -> None:
        self._client.drop_literal()


def _command(text: bytes) -> Command | None:
    """The command that a line begins; a line without a tag and a word is none."""
    tag, space, line = text.partition(b" ")
    if not tag or not space:
        return None
    return Command(tag, read_head(text).name, line)
