"""What a server has sent, without the client's side: the commands are guessed, as far as the rules need them.

In IMAP a tagged response tells the tag, and that is all that is needed. In POP3 the first line of what follows a status
line tells whether it is a listing, a message or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mailshell.protocol.events import Line, LinePart, LiteralPart, Side
from mailshell.protocol.imap.framing import Framer
from mailshell.protocol.imap.response import Kind, read_response
from mailshell.protocol.limits import DEFAULT

_PIECE = 64 << 10
#: So many octets are looked at to tell what a reply is.
_AHEAD = 2048
_STATUS = re.compile(rb"(?:\+OK|-ERR|\+)(?:[ \t\r\n]|\Z)", re.IGNORECASE)
#: The command of a multi-line reply, by the first line of its body.
_BODIES = (
    (re.compile(rb"\d+[ \t]+\d+\r?\n"), b"LIST"),
    (re.compile(rb"\d+[ \t]+\S+\r?\n"), b"UIDL"),
    (re.compile(rb"[!-9;-~]+:|From "), b"RETR 1"),
)

#: A side and octets of it.
Step = tuple[Side, bytes]


def steps(file: BinaryIO, protocol: str) -> Iterator[Step]:
    """The octets of the server, and before each answer a command that it may answer. Reads the file once, in pieces."""
    pieces = _pieces(file)
    return _imap(pieces) if protocol == "imap" else _pop3(pieces)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The file. If its first lines end with LF alone it was kept as text, and CRLF stands for each."""
    is_text: bool | None = None
    while piece := file.read(_PIECE):
        if is_text is None:
            is_text = b"\n" in piece and b"\r\n" not in piece
        yield piece.replace(b"\n", b"\r\n") if is_text else piece


def _imap(pieces: Iterator[bytes]) -> Iterator[Step]:
    framer = Framer(Side.SERVER, DEFAULT)
    held = bytearray()
    for piece in pieces:
        framer.feed(piece)
        while (frame := framer.next()) is not None:
            tag = _tag(frame)
            if tag:
                if held:
                    yield Side.SERVER, bytes(held)
                    held.clear()
                yield Side.CLIENT, tag + b" NOOP\r\n"
            held += _octets(frame)
            if len(held) >= _PIECE:
                yield Side.SERVER, bytes(held)
                held.clear()
    held += framer.partial_line
    if held:
        yield Side.SERVER, bytes(held)


def _tag(frame: object) -> bytes:
    """The tag of a line that is a tagged response; else empty."""
    if not isinstance(frame, Line) or not frame.first:
        return b""
    response = read_response((frame.octets,), 0, len(frame.octets))
    return response.tag.encode("latin-1") if response.kind is Kind.TAGGED else b""


def _octets(frame: object) -> bytes:
    return frame.octets if isinstance(frame, (Line, LinePart, LiteralPart)) else b""


def _pop3(pieces: Iterator[bytes]) -> Iterator[Step]:
    rest, at, more = b"", 0, True
    greeted = inside = False
    while more or at < len(rest):
        if more and len(rest) - at <= _AHEAD:
            # What follows a status line has to be at hand to tell what it is.
            piece = next(pieces, b"")
            rest, at, more = rest[at:] + piece, 0, bool(piece)
            continue
        end = rest.find(b"\n", at) + 1 or len(rest)
        if inside:
            inside = rest[at:end].rstrip(b"\r\n") != b"."
        elif greeted and _STATUS.match(rest, at):
            command = _command(rest, at, end)
            inside = command != b"NOOP"
            yield Side.CLIENT, command + b"\r\n"
        yield Side.SERVER, rest[at:end]
        at, greeted = end, True


def _command(octets: bytes, start: int, end: int) -> bytes:
    """The command that the status line from ``start`` to ``end`` may answer, by what follows it."""
    if octets[start : start + 3].upper() != b"+OK" or end == len(octets) or _STATUS.match(octets, end):
        return b"NOOP"
    return next((command for form, command in _BODIES if form.match(octets, end)), b"CAPA")
