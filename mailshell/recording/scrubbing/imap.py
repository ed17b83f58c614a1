"""Scrubs the frames of an IMAP session: commands and responses are held until they are complete, large literals not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from mailshell.protocol.events import Frame, Line, LinePart, LiteralHeader, LiteralPart, Side
from mailshell.protocol.exchange import Engine
from mailshell.protocol.imap.response import KeptLiteral, Kind, Response, Segment, read_response
from mailshell.protocol.imap.values import Atom, List, Value, read_values
from mailshell.recording.scrubbing.imap_commands import paint_command, takes_message
from mailshell.recording.scrubbing.imap_values import Canvas, begins_with_header, is_contents
from mailshell.recording.scrubbing.message import Message
from mailshell.recording.scrubbing.shape import shape
from mailshell.recording.scrubbing.text import Scrub
from mailshell.recording.scrubbing.words import stays

#: A literal up to this size is held with its response (octets); no more than this in all.
_HELD_LITERAL = 64 << 10
_HELD = 4 << 20
_ANNOUNCEMENT = re.compile(rb"~?\{\d+[+-]?\}(\r?\n)?\Z")
_LAST_ITEM = re.compile(
    rb"((?:BODY|BINARY)\[[^\]]*\](?:<\d*>)?|RFC822(?:\.[A-Z]+)?) *~?\{\d+[+-]?\}\r?\n\Z", re.IGNORECASE
)
_HEAD_WORD = re.compile(rb"[A-Za-z0-9.-]+")


class ImapScrubber:
    """One side. ``frame`` gives what can be given out now; in all, the octets of the frames, scrubbed."""

    def __init__(self, scrub: Scrub, side: Side) -> None:
        self._scrub = scrub
        self._side = side
        self._segments: list[Segment] = []
        self._offset = 0
        self._size = 0
        self._literal: bytearray | None = None
        self._stream: Message | None = None
        #: What has been given out in part: the first line of the command or response, to tell the rest by.
        self._begun: bytes | None = None

    def frame(self, frame: Frame, engine: Engine) -> Iterator[bytes]:
        """Take in the next frame."""
        if isinstance(frame, Line):
            yield from self._line(frame)
        elif isinstance(frame, LiteralPart):
            yield from self._part(frame)
        elif isinstance(frame, LinePart):
            yield from self.flush()
            announced = _ANNOUNCEMENT.search(frame.octets[-64:]) if frame.last else None
            keep = len(announced[0]) if announced else 0
            cut = len(frame.octets) - keep
            yield shape(frame.octets[:cut]) + frame.octets[cut:]

    def flush(self) -> Iterator[bytes]:
        """Give out what is held, complete or not."""
        if self._literal is not None:
            yield from self._give_out()
            yield shape(bytes(self._literal))
            self._literal = None
        elif self._segments:
            yield from self._give_out()
        if self._stream is not None:
            yield self._stream.end()
            self._stream = None

    def _line(self, line: Line) -> Iterator[bytes]:
        if line.first:
            yield from self.flush()
            self._begun = None
        if not self._segments:
            self._offset = line.offset
        self._segments.append(line.octets)
        self._size += len(line.octets)
        if line.literal is None:
            yield from self._give_out()
            self._begun = None
        elif line.literal.size > _HELD_LITERAL or self._size + line.literal.size > _HELD:
            header = self._begins_message(line.octets)
            yield from self._give_out()
            self._stream = Message(self._scrub, header=header)
        else:
            self._literal = bytearray()

    def _part(self, part: LiteralPart) -> Iterator[bytes]:
        if self._stream is not None:
            yield self._stream.feed(part.octets)
            if part.last:
                yield self._stream.end()
                self._stream = None
            return
        if self._literal is None:
            yield shape(part.octets)
            return
        self._literal += part.octets
        self._size += len(part.octets)
        if part.last:
            self._segments.append(KeptLiteral(LiteralHeader(part.size), bytes(self._literal)))
            self._literal = None

    def _begins_message(self, line: bytes) -> bool:
        if self._side is Side.CLIENT:
            first = self._begun or self._first_line()
            return takes_message(first)
        item = _LAST_ITEM.search(line)
        name = item[1].decode("latin-1").upper() if item else ""
        return is_contents(name) and begins_with_header(name)

    def _first_line(self) -> bytes:
        first = self._segments[0] if self._segments else b""
        return first if isinstance(first, bytes) else b""

    def _give_out(self) -> Iterator[bytes]:
        segments, self._segments, self._size = tuple(self._segments), [], 0
        octets = b"".join(one if isinstance(one, bytes) else one.octets or b"" for one in segments)
        canvas = Canvas(self._scrub, octets, self._offset)
        paint = paint_command if self._side is Side.CLIENT else paint_response
        paint(canvas, segments, self._begun)
        at = 0
        for segment in segments:
            length = len(segment if isinstance(segment, bytes) else segment.octets or b"")
            if isinstance(segment, bytes) and (announced := _ANNOUNCEMENT.search(segment)):
                canvas.keep(at + announced.start(), at + length)
            at += length
        if self._begun is None and segments and isinstance(segments[0], bytes):
            self._begun = segments[0]
        self._offset += len(octets)
        yield bytes(canvas.made)


def paint_response(canvas: Canvas, segments: Sequence[Segment], begun: bytes | None) -> None:
    """A response, or what follows in it after a large literal (``begun``: its first line)."""
    if begun is not None:
        name = read_response((begun,), 0, len(begun)).name
        if name in ("FETCH", "UIDFETCH"):
            rest = Response(Kind.UNTAGGED, "", name, 1, 0, tuple(segments), canvas.offset, len(canvas.octets))
            canvas.fetched(read_values(rest)[0])
        return
    response = read_response(tuple(segments), canvas.offset, len(canvas.octets))
    if response.kind is Kind.OTHER:
        canvas.put(0, len(response.line), canvas.scrub.free)
    elif response.status:
        _paint_status(canvas, response)
    else:
        _paint_data(canvas, response)


def _paint_status(canvas: Canvas, response: Response) -> None:
    canvas.keep(0, response.body)
    canvas.put(0, len(response.tag), canvas.scrub.tag)
    line = len(response.line)
    code = response.code
    if code is None:
        canvas.put(response.body, line, canvas.scrub.free)
        return
    start = response.body + response.rest.find(b"[") + 1
    end = start + len(code)
    canvas.put(end, line, canvas.scrub.free)
    canvas.put(start, end, canvas.scrub.free)
    fake = Response(response.kind, "", "", None, start, (canvas.octets[:end],), canvas.offset, end)
    values = read_values(fake)[0]
    if response.code_name == "CAPABILITY":
        canvas.capabilities(values)
    elif response.code_name == "PERMANENTFLAGS":
        for value in values[1:]:
            canvas.flags(value)
    elif response.code_name in _NAMING_CODES:
        for value in values[1:]:
            canvas.string(value, canvas.scrub.name)
    elif stays(response.code_name.encode()):
        for value in values:
            canvas.generic(value)


def _paint_data(canvas: Canvas, response: Response) -> None:
    head = canvas.octets[: response.body]
    known = all(stays(word) or word.isdigit() for word in _HEAD_WORD.findall(head))
    number = re.match(rb"\*[ \t]+\d*", head)
    canvas.keep(0, response.body if known else number.end() if number else 0)
    values = read_values(response)[0]
    painter = _PAINTERS.get(response.name)
    if painter is not None:
        painter(canvas, values)
    elif known:
        for value in values:
            canvas.generic(value)
    else:
        for value in values:
            canvas.string(value, canvas.scrub.free)


def _paint_listing(canvas: Canvas, values: Sequence[Value]) -> None:
    for value in values[:2]:
        canvas.generic(value)
    for value in values[2:]:
        canvas.string(value, canvas.scrub.name)
    for value in values[3:]:
        _keep_words(canvas, value)


def _keep_words(canvas: Canvas, value: Value) -> None:
    """The name of extended data of LIST (``CHILDINFO``) stays."""
    for item in value.items if isinstance(value, List) else (value,):
        if canvas.scrub.free(getattr(item, "octets", None) or b"?") == getattr(item, "octets", None):
            canvas.keep(*canvas.place(item))


def _paint_mailbox_first(canvas: Canvas, values: Sequence[Value]) -> None:
    for value in values[:1]:
        canvas.string(value, canvas.scrub.name)
    for value in values[1:]:
        canvas.generic(value)


def _paint_acl(canvas: Canvas, values: Sequence[Value]) -> None:
    """Mailbox, then identifiers and rights (RFC 4314 section 3.6); LISTRIGHTS has one identifier, MYRIGHTS none."""
    for index, value in enumerate(values):
        if isinstance(value, Atom) and index and _RIGHTS.match(value.octets):
            canvas.keep(*canvas.place(value))
        else:
            canvas.string(value, canvas.scrub.name)


def _paint_extended_search(canvas: Canvas, values: Sequence[Value]) -> None:
    """``(TAG "a5")`` tells which command it answers (RFC 4466 section 2.6.2)."""
    for value in values:
        canvas.generic(value)
    for value in values[:1]:
        if isinstance(value, List) and len(value.items) > 1:
            name, tag = value.items[:2]
            if isinstance(name, Atom) and name.upper == "TAG":
                canvas.keep(*canvas.place(name))
            canvas.string(tag, canvas.scrub.tag)


def _paint_names(canvas: Canvas, values: Sequence[Value]) -> None:
    for value in values:
        canvas.string(value, canvas.scrub.name)


def _paint_flags(canvas: Canvas, values: Sequence[Value]) -> None:
    for value in values:
        canvas.flags(value)


_RIGHTS = re.compile(rb"[lrswipkxtecda0-9]{1,20}\Z")
_NAMING_CODES = frozenset({"REFERRAL", "MAILBOXID", "NEWNAME"})
_PAINTERS: dict[str, Callable[[Canvas, Sequence[Value]], None]] = {
    "CAPABILITY": Canvas.capabilities,
    "ENABLED": Canvas.capabilities,
    "FLAGS": _paint_flags,
    "LIST": _paint_listing,
    "LSUB": _paint_listing,
    "XLIST": _paint_listing,
    "RLIST": _paint_listing,
    "STATUS": _paint_mailbox_first,
    "QUOTA": _paint_mailbox_first,
    "QUOTAROOT": _paint_names,
    "METADATA": _paint_mailbox_first,
    "ANNOTATION": _paint_mailbox_first,
    "ACL": _paint_acl,
    "MYRIGHTS": _paint_acl,
    "LISTRIGHTS": _paint_acl,
    "ESEARCH": _paint_extended_search,
    "NAMESPACE": _paint_names,
    "FETCH": Canvas.fetched,
    "UIDFETCH": Canvas.fetched,
}
