"""Scrubs an IMAP command by the kinds of its arguments in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailshell.protocol.catalogue import Argument, Command
from mailshell.protocol.imap.commands import read_head
from mailshell.protocol.imap.response import Kind, Response, Segment
from mailshell.protocol.imap.values import Atom, List, Literal, Quoted, Value, read_values
from mailshell.recording.scrubbing.imap_values import Canvas, whole_message

_MESSAGE = ("literal", "append-data")
_NAMES = frozenset({"mailbox", "list-mailbox", "user", "identifier", "quota-root", "url"})
_SECRET = frozenset({"secret", "digest", "base64"})
_LISTS = frozenset({"flags"})
_IN_PARENTHESES = re.compile(
    r"list-selection|list-return|.*-modifiers|.*-parameters|.*-options|search-return|parameters"
)
_DATE = re.compile(rb"[ 0-3]?\d-[A-Za-z]{3}-\d{4} ")


def takes_message(line: bytes) -> bool:
    """Whether the command that begins with this line sends a message."""
    record = read_head(line.rstrip(b"\r\n")).record
    return record is not None and any(argument.kind in _MESSAGE for argument in record.parsed)


def paint_command(canvas: Canvas, segments: Sequence[Segment], begun: bytes | None) -> None:
    """A command, or what follows in it after a large literal (``begun``: its first line)."""
    if begun is not None or not segments or not isinstance(segments[0], bytes):
        _paint_rest(canvas, segments)
        return
    text = segments[0].rstrip(b"\r\n")
    head = read_head(text)
    record = head.masked_as
    if record is None:
        canvas.put(0, len(text), canvas.scrub.free)
        if head.name:
            canvas.put(0, len(head.tag), canvas.scrub.tag)
        return
    canvas.keep(0, head.start)
    if head.record is not None:
        canvas.put(0, len(head.tag), canvas.scrub.tag)
    response = Response(Kind.OTHER, "", "", None, head.start, tuple(segments), canvas.offset, len(canvas.octets))
    values = read_values(response)[0]
    for value, argument in _pair(record, values):
        _paint(canvas, record, value, argument)
    keys = [
        value for value, argument in _pair(record, values) if argument is not None and argument.kind == "search-keys"
    ]
    if keys:
        canvas.search(keys)


def _paint_rest(canvas: Canvas, segments: Sequence[Segment]) -> None:
    response = Response(Kind.OTHER, "", "", None, 0, tuple(segments), canvas.offset, len(canvas.octets))
    for value in read_values(response)[0]:
        if isinstance(value, List):
            canvas.flags(value)
        elif isinstance(value, Literal):
            canvas.string(value, lambda octets: whole_message(canvas.scrub, octets, header=True))
        else:
            canvas.generic(value)


def _pair(record: Command, values: Sequence[Value]) -> Iterator[tuple[Value, Argument | None]]:
    """Each value with the argument that it stands for, as far as that can be told by the form."""
    arguments = record.parsed
    at = 0
    for value in values:
        while at < len(arguments) and not _fits(arguments[at], value):
            at += 1
        if at >= len(arguments) and any(argument.kind in _MESSAGE for argument in arguments):
            # Several messages in one APPEND (RFC 3502): flags, date and message again.
            at = 1
            while at < len(arguments) and not _fits(arguments[at], value):
                at += 1
        if at >= len(arguments):
            yield value, None
            continue
        yield value, arguments[at]
        if not arguments[at].repeated and arguments[at].kind != "search-keys":
            at += 1


def _fits(argument: Argument, value: Value) -> bool:
    if not argument.optional:
        return True
    if argument.kind == "keyword":
        return isinstance(value, Atom) and value.upper == argument.name.upper()
    if argument.kind in _LISTS or _IN_PARENTHESES.match(argument.kind):
        return isinstance(value, List)
    if argument.kind == "date-time":
        return isinstance(value, Quoted) and _DATE.match(value.octets) is not None
    return True


def _paint(canvas: Canvas, record: Command, value: Value, argument: Argument | None) -> None:
    kind = argument.kind if argument is not None else ""
    if kind == "keyword" or kind == "text":
        canvas.string(value, canvas.scrub.free)
    elif kind == "tag":
        canvas.string(value, canvas.scrub.tag)
    elif kind == "search-sources":
        for item in value.items if isinstance(value, List) else (value,):
            canvas.string(item, canvas.scrub.free if isinstance(item, Atom) else canvas.scrub.name)
    elif kind in _NAMES:
        canvas.string(value, canvas.scrub.name)
    elif kind in _SECRET:
        return
    elif kind == "flags" or (record.name.endswith("STORE") and kind == ""):
        canvas.flags(value)
    elif kind in _MESSAGE:
        _paint_messages(canvas, value)
    elif kind == "rights" and isinstance(value, Atom):
        canvas.keep(*canvas.place(value))
    elif kind == "capability":
        canvas.capabilities((value,))
    elif kind != "search-keys":
        canvas.generic(value)


def _paint_messages(canvas: Canvas, value: Value) -> None:
    """The literal of APPEND, or those within ``UTF8 (...)`` and ``CATENATE (TEXT ...)``."""
    if isinstance(value, List):
        for item in value.items:
            _paint_messages(canvas, item)
    elif isinstance(value, Literal):
        canvas.string(value, lambda octets: whole_message(canvas.scrub, octets, header=True))
    elif isinstance(value, Quoted):
        canvas.string(value, canvas.scrub.name)
    else:
        canvas.generic(value)
