"""Takes the answer to one command as it arrives, and shows, writes or keeps it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mailshell.exits import Exit, UsageError
from mailshell.interpreter.body import BodySink, KeepSink, LineSplitter, RawSink, ScreenSink
from mailshell.interpreter.console import Console
from mailshell.interpreter.destination import Destination, destination
from mailshell.interpreter.line import TypedLine
from mailshell.interpreter.result import Result
from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart
from mailshell.protocol.exchange import Status
from mailshell.protocol.imap.data import Body, Data, Fetched
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response, Segment
from mailshell.protocol.pop3.response import StatusLine
from mailshell.protocol.secrecy import Secrets
from mailshell.render.imap import ImapRendering
from mailshell.render.json import listing_json, reply_json, to_json
from mailshell.render.json_values import mask_json, octets_json
from mailshell.render.pop3 import MESSAGE_BODIES, Pop3Rendering
from mailshell.render.status import status_line
from mailshell.text.escape import escape

#: A literal at the end of such a line is a message or a section of one (RFC 9051 section 7.5.2).
_BODY_ITEM = re.compile(
    rb"(?P<name>(?:BODY|BINARY)\[[^\]\[]*+\](?:<\d*>)?|RFC822(?:\.HEADER|\.TEXT)?)[ ]+~?\{(?P<size>\d+)\+?\}\r?\n\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(rb"\* +(\d{1,20}) ")
_ASKS_BODY = re.compile(r"\b(?:BODY(?:\.PEEK)?\[|BINARY(?:\.PEEK)?\[|RFC822(?!\.SIZE)\b)", re.IGNORECASE)

#: Of one answer, a result that is collected keeps messages up to this size (octets), and so many responses.
KEPT = 32 << 20


@dataclass(slots=True)
class Output:
    """Where one answer goes."""

    console: Console
    typed: TypedLine
    secrets: Secrets
    file: Destination | None = None
    data: list[object] = field(default_factory=list)
    untagged: list[str] = field(default_factory=list)
    learn: Callable[[Data, str], None] = lambda data, command: None

    @property
    def streams(self) -> bool:
        """Whether messages go somewhere as they come; otherwise they are part of the result that is collected."""
        return self.file is not None or not self.console.collects

    @property
    def whole(self) -> bool:
        """Whether what is shown goes where a program may read it: nothing of it is cut."""
        return self.file is not None or self.console.whole

    def lines(self, lines: list[str], *, to_file: bool) -> None:
        """Lines of a rendered answer."""
        if self.console.collects:
            return
        for line in lines:
            masked = self.secrets.mask_str(line)
            if self.file is not None and to_file:
                self.file.write_line(masked)
            else:
                self.console.show(masked)

    def body(self, message: str) -> BodySink:
        """Where the next section of a message goes."""
        if self.file is not None:
            return self.file.body(message)
        if self.console.collects:
            return KeepSink(KEPT)
        if self.console.raw:
            return RawSink(self.console)
        # To a terminal "> -" means all of it, and never octets that could drive the terminal.
        fold = None if self.typed.file == "-" else self.console.fold
        return ScreenSink(self.console, f"{self.typed.text} > FILE writes it all to a file", fold)


class ImapAnswer:
    """The answer to an IMAP command."""

    def __init__(self, output: Output, name: str) -> None:
        self._output = output
        self._rendering = ImapRendering(name, width=output.console.width, whole=output.whole)
        self._sink: BodySink | None = None
        self._streamed: set[str] = set()
        self._message = ""
        #: What tells the message from others, until its UID is known if that is to be its name.
        self._number = ""
        self._named_by_uid = name == "UID FETCH"
        self._asks_body = asks_body(output.typed)

    def frame(self, frame: Line | LinePart | LiteralPart | BodyPart | BodyEnd) -> None:
        if isinstance(frame, LiteralPart):
            if self._sink is not None:
                self._sink.write(frame.octets)
                if frame.last:
                    self._sink.close()
                    self._sink = None
        elif isinstance(frame, Line) and frame.literal is not None and self._output.streams:
            if frame.first:
                number = _NUMBER.match(frame.octets)
                self._name_message(number[1].decode() if number else "")
            item = _BODY_ITEM.search(frame.octets)
            if item is not None:
                name = item["name"].decode("latin-1").upper()
                self._streamed.add(name)
                self._begin_body(name, int(item["size"]))

    def _begin_body(self, name: str, size: int) -> None:
        if self._output.file is None and self._output.typed.file != "-" and not self._output.console.raw:
            self._output.lines([f"{self._message}{escape(name)}  {size:,} octets"], to_file=False)
        self._sink = self._output.body(self._number)

    def _name_message(self, number: str) -> None:
        self._message = f"message {number}  " if number else ""
        self._number = f"message-{number}" if self._named_by_uid else number

    def untagged(self, response: Response) -> None:
        output = self._output
        response = masked(response, output.secrets)
        data, _ = read_data(response)
        output.learn(data, output.typed.name)
        if output.console.collects:
            output.data.append(to_json(data, output.secrets))
            output.untagged.append(response_text(response))
        elif isinstance(data, Fetched):
            self._fetched(data)
        else:
            output.lines(self._rendering.add(data), to_file=not self._asks_body)
        if isinstance(data, Fetched):
            self._tell_uid(data)

    def _fetched(self, data: Fetched) -> None:
        """Show the small items in the table, and sections that came as quoted strings like those that were literals."""
        streamed, self._streamed = self._streamed, set()
        self._name_message("" if data.number is None else str(data.number))
        sections = [item for item in data.items if isinstance(item.value, Body)]
        for item in sections:
            if item.name not in streamed and isinstance(item.value, Body) and item.value.octets is not None:
                self._begin_body(item.name, len(item.value.octets))
                if self._sink is not None:
                    self._sink.write(item.value.octets)
                    self._sink.close()
                    self._sink = None
        rest = tuple(item for item in data.items if item not in sections or (item.value == Body(None, None)))
        if rest or not sections:
            fetched = Fetched(data.kind, data.number, rest)
            self._output.lines(self._rendering.add(fetched), to_file=not self._asks_body)

    def _tell_uid(self, data: Fetched) -> None:
        """The response is complete: now the UID of its message is known."""
        uid = data.number if data.kind == "UIDFETCH" else None
        uid = next((item.value for item in data.items if item.name == "UID" and isinstance(item.value, int)), uid)
        if uid is not None and self._named_by_uid and self._output.file is not None:
            self._output.file.rename(self._number, str(uid))

    def began(self, response: Status) -> None:
        return

    def finish(self) -> None:
        """The answer is complete: show what was held back."""
        if self._sink is not None:
            self._sink.close()
        self._output.lines(self._rendering.finish(), to_file=not self._asks_body)


class Pop3Answer:
    """The reply to a POP3 command."""

    def __init__(self, output: Output, name: str) -> None:
        self._output = output
        self._name = name
        self._rendering = Pop3Rendering(name, output.typed.arguments, width=output.console.width, whole=output.whole)
        self._sink: BodySink | None = None
        self._splitter = LineSplitter()
        self._lines: list[bytes] = []
        self._multiline = False

    def frame(self, frame: Line | LinePart | LiteralPart | BodyPart | BodyEnd) -> None:
        if isinstance(frame, BodyPart):
            content = frame.content()
            if self._sink is not None:
                self._sink.write(content)
            else:
                for line in self._splitter.feed(content):
                    self._line(line)
        elif isinstance(frame, BodyEnd):
            rest = self._splitter.rest()
            if rest:
                self._line(rest)
            if self._sink is not None:
                self._sink.close()
                if isinstance(self._sink, KeepSink):
                    self._output.data.append(message_json(self._sink))
                self._sink = None

    def _line(self, line: bytes) -> None:
        if self._output.console.collects:
            self._lines.append(self._output.secrets.mask(line))
        else:
            self._output.lines(self._rendering.line(line), to_file=True)

    def untagged(self, response: Response) -> None:
        return

    def began(self, response: Status) -> None:
        self._multiline = True
        if self._name in MESSAGE_BODIES:
            number = self._output.typed.arguments.partition(" ")[0]
            self._sink = self._output.body(number if number.isalnum() else "message")

    def finish(self) -> None:
        """The reply is complete: show what was held back."""
        if self._output.console.collects:
            if self._multiline and self._name not in MESSAGE_BODIES:
                self._output.data.append(listing_json(self._name, self._lines))
            return
        self._output.lines(self._rendering.finish(), to_file=True)

    def single(self, response: StatusLine) -> None:
        """A reply of one line."""
        if self._output.console.collects:
            value = reply_json(self._name, response)
            self._output.data += [mask_json(value, self._output.secrets)] if value else []
            return
        self._output.lines(self._rendering.status(response), to_file=True)


def asks_body(typed: TypedLine) -> bool:
    """Whether the command asks for messages or sections of them."""
    return typed.name in MESSAGE_BODIES or _ASKS_BODY.search(typed.arguments) is not None


def destination_of(typed: TypedLine) -> Destination | None:
    """Where ``> FILE`` sends the answer; None if it is shown. UsageError if nothing can be written there."""
    if typed.file is None or typed.file == "-":
        return None
    return destination(typed.file, messages=asks_body(typed))


def masked(response: Response, secrets: Secrets) -> Response:
    """The response with known secrets masked, for a server may echo one.

    Literals that are a message or a section of one stay: they are the mail that was asked for.
    """
    if not secrets:
        return response
    segments: list[Segment] = []
    is_mail = False
    for segment in response.segments:
        if isinstance(segment, bytes):
            is_mail = _BODY_ITEM.search(segment) is not None
            segments.append(secrets.mask(segment))
        elif is_mail or segment.octets is None:
            segments.append(segment)
        else:
            segments.append(replace(segment, octets=secrets.mask(segment.octets)))
    return replace(response, segments=tuple(segments))


def message_json(kept: KeepSink) -> dict[str, object]:
    """A message that was kept for a collected result; ``truncated`` if it was larger than what is kept."""
    body: dict[str, object] = {"octets": kept.size, "message": octets_json(bytes(kept.octets))}
    if kept.size > len(kept.octets):
        body["truncated"] = True
    return body


def response_text(response: Response) -> str:
    """A whole response as text, without its last line end; large literals as their announcement only."""
    return response.octets().decode("utf-8", "backslashreplace").removesuffix("\r\n")


def conclude(output: Output, status: Status, result: Result, *, quiet: bool = False) -> None:
    """Put the status into the result, show it unless ``quiet``, and close the file."""
    file = output.file
    if file is not None:
        file.finish(status.ok)
        if file.error is not None:
            raise UsageError(file.error)
        if status.ok:
            for line in file.report():
                output.console.say(line)
    result.status = status.status
    result.code = None if status.code is None else output.secrets.mask_str(status.code.decode("utf-8", "replace"))
    result.text = output.secrets.mask_str(status.text.decode("utf-8", "backslashreplace"))
    result.data, result.untagged = output.data, output.untagged
    result.exit = Exit.OK if status.ok else Exit.REFUSED
    if not output.console.collects and not quiet:
        output.console.conclude(output.secrets.mask_str(status_line(status)))
