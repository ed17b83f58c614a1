"""Typed IMAP arguments → the parts that go over the wire: text, and literals wherever they must or may be.

What is typed is sent as it stands, except:

- ``@FILE`` as an argument of its own is the contents of the file, as a literal; ``@crlf:FILE`` writes each line end
  as CRLF (RFC 5322 section 2.3). In quotes, ``"@example.com"`` is text.
- ``{n}``, ``{n+}``, ``~{n}`` at the end of the line announce a literal: its octets are asked for, then the rest of
  the line.
- ``{}`` at the end of the line asks for the lines of a literal up to one with a single dot, counts them itself, and
  ends the command.
- Text beyond ASCII becomes modified UTF-7 where a mailbox stands (RFC 3501 section 5.1.3), and a literal in UTF-8
  elsewhere; it is sent as it is once UTF8=ACCEPT is enabled (RFC 6855 section 3).
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mailshell.contract import LiteralSource, Part
from mailshell.exits import UsageError
from mailshell.protocol.catalogue import Command
from mailshell.protocol.imap.commands import quote
from mailshell.protocol.imap.mailbox_name import encode_mailbox
from mailshell.protocol.imap.state import ImapState
from mailshell.streams import reason
from mailshell.text.escape import escape

_TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<file>(?<![^\s(])@(?:crlf:)?(?:"[^"]+"|[^\s()"]+))
    | (?P<ask>~?\{\}\Z)
    | (?P<announced>~?\{(?P<size>\d+)[+-]?\}\Z)
    | (?P<space>\s+)
    | (?P<word>[^\s"()]+)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PIECE = 1 << 18
#: So many octets of a message are looked through for line ends that are no CRLF.
_LOOKED_AT = 1 << 20
#: The commands whose literals are messages, whose lines end with CRLF (RFC 5322 section 2.1).
_APPENDING = frozenset({"APPEND", "LOCALAPPEND", "REPLACE", "UID REPLACE"})
#: LITERAL- lets a literal of up to this many octets go without waiting (RFC 7888 section 5).
_SMALL = 4096

AskLine = Callable[[str], Awaitable[str | None]]


@dataclass(slots=True)
class ArgumentReader:
    """Makes the parts of one command. ``ask`` gives the next input line, None at the end of the input.

    ``say`` takes a note on a message, while it is sent. ``literal`` is told before the lines of a literal are asked
    for: of so many octets, or up to a dot (None).
    """

    state: ImapState
    record: Command | None
    ask: AskLine
    say: Callable[[str], None] = lambda text: None
    literal: Callable[[int | None], Awaitable[None]] | None = None

    async def parts(self, head: str, arguments: str) -> list[Part]:
        """The parts of the command: ``head`` is the tag and the command's name."""
        parts: list[Part] = []
        text = bytearray(head.encode("utf-8", "surrogateescape"))
        if arguments:
            text += b" "
        index, depth = 0, 0
        rest: str | None = arguments
        while rest is not None:
            line, rest = rest, None
            after_space = line is arguments
            for match in _TOKEN.finditer(line):
                kind, token = match.lastgroup, match[0]
                if kind == "space":
                    index += not after_space and depth == 0
                    after_space = True
                    text += token.encode()
                    continue
                after_space = False
                if kind == "other":
                    depth = max(0, depth + (token == "(") - (token == ")"))
                literal: bytes | LiteralSource | None = None
                if kind == "file":
                    literal = self._file(token)
                elif kind in ("quoted", "word") and not token.isascii():
                    encoded, is_text = self._beyond_ascii(token, index)
                    if is_text:
                        text += encoded
                        continue
                    literal = encoded
                elif kind == "ask":
                    literal = await self._ask_lines()
                elif kind in ("announced", "size"):
                    size = int(match["size"])
                    text += token.encode()
                    octets, rest = await self._ask_octets(size)
                    sync = not token.endswith(("+}", "-}"))
                    self._add(parts, text, _source(octets, sync))
                    break
                else:
                    text += token.encode("utf-8", "surrogateescape")
                    continue
                binary = token.startswith("~")
                source = literal if isinstance(literal, LiteralSource) else _source(literal, self._sync(len(literal)))
                text += f"{'~' if binary else ''}{{{source.size}{'' if source.sync else '+'}}}".encode()
                self._add(parts, text, source)
        parts.append(bytes(text) + b"\r\n")
        return merge(parts)

    def _add(self, parts: list[Part], text: bytearray, source: LiteralSource) -> None:
        parts.append(bytes(text) + b"\r\n")
        parts.append(source)
        text.clear()

    def _sync(self, size: int) -> bool:
        return literal_must_wait(self.state, size)

    def _beyond_ascii(self, token: str, index: int) -> tuple[bytes, bool]:
        """The token's octets, and whether they can stand in the line as they are."""
        if self.state.utf8:
            return token.encode("utf-8", "surrogateescape"), True
        value = re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token
        if self._kind(index) in ("mailbox", "list-mailbox"):
            return quote(encode_mailbox(value)), True
        return value.encode("utf-8", "surrogateescape"), False

    def _kind(self, index: int) -> str:
        parsed = self.record.parsed if self.record is not None else ()
        return parsed[min(index, len(parsed) - 1)].kind if parsed else ""

    def _file(self, token: str) -> LiteralSource:
        name = token[1:]
        crlf = name.startswith("crlf:")
        path = os.path.expanduser(name.removeprefix("crlf:").strip('"'))
        if os.path.exists(path) and not os.path.isfile(path):
            raise UsageError(f"{token} is no regular file, so that its size can't be told before it is sent")
        try:
            return file_literal(path, self._sync, crlf=crlf, note=None if crlf else self._note_of(name))
        except OSError as error:
            raise UsageError(
                f'{token}: {reason(error)}; to send such a word instead of a file, quote it: "{token}"'
            ) from None
        except ValueError:
            raise UsageError("the name of a file can't hold a NUL") from None

    def _note_of(self, name: str) -> Callable[[], None] | None:
        """What is said of a message whose lines end with LF alone; other literals may hold anything."""
        if self.record is None or self.record.name not in _APPENDING:
            return None
        shown = escape(name)
        return lambda: self.say(f"note: {shown} has lines that end with LF alone; @crlf:{shown} sends CRLF")

    async def _ask_octets(self, size: int) -> tuple[bytes, str]:
        """Ask for lines until ``size`` octets are there; what follows them in the last line is the command's rest."""
        octets = b""
        if size and self.literal is not None:
            await self.literal(size)
        while len(octets) < size:
            line = await self.ask(literal_prompt(size - len(octets)))
            if line is None:
                raise UsageError(f"the input ends inside a literal: {len(octets):,} of {size:,} octets are there")
            octets += line.encode("utf-8", "surrogateescape") + b"\r\n"
        if len(octets) - 2 < size:
            # The literal ends with or within a line end: what follows it is a line of its own.
            return octets[:size], await self.ask("rest of the command> ") or ""
        return octets[:size], octets[size:-2].decode("utf-8", "surrogateescape")

    async def _ask_lines(self) -> bytes:
        lines = []
        if self.literal is not None:
            await self.literal(None)
        while (line := await self.ask(literal_prompt(None))) != ".":
            if line is None:
                raise UsageError("the input ends inside a literal: the line with the single dot is missing")
            lines.append(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return b"".join(lines)


def literal_prompt(left: int | None) -> str:
    """What asks for a line of a literal: so many octets are left, or it goes up to a single dot (None)."""
    return "literal, end with a single dot> " if left is None else f"literal, {left:,} octets> "


def literal_must_wait(state: ImapState, size: int) -> bool:
    """Whether a literal of this size has to wait for a continuation request (RFC 7888 sections 4 and 5)."""
    if state.has("LITERAL+"):
        return False
    return not ((state.has("LITERAL-") or state.has("IMAP4REV2")) and size <= _SMALL)


def merge(parts: list[Part]) -> list[Part]:
    """Join what may go out in one write: text around small literals that wait for nothing."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, bytes) and merged and isinstance(merged[-1], bytes):
            merged[-1] += part
        elif isinstance(part, SmallLiteral) and not part.sync and merged and isinstance(merged[-1], bytes):
            merged[-1] += part.octets
        else:
            merged.append(part)
    return merged


@dataclass(frozen=True, slots=True)
class SmallLiteral(LiteralSource):
    """A literal whose octets are at hand."""

    octets: bytes = b""


def _source(octets: bytes, sync: bool) -> SmallLiteral:
    async def pieces() -> AsyncIterator[bytes]:
        yield octets

    return SmallLiteral(len(octets), pieces, sync, octets)


def octets_literal(octets: bytes, state: ImapState) -> SmallLiteral:
    """A literal of these octets, waiting if the server asks for that."""
    return _source(octets, literal_must_wait(state, len(octets)))


def file_literal(
    path: str, must_wait: Callable[[int], bool], *, crlf: bool = False, note: Callable[[], None] | None = None
) -> LiteralSource:
    """The contents of a file as a literal, streamed; OSError if it can't be read.

    With ``crlf``, each LF without a CR before it becomes CRLF; the file is read twice, first to count. ``note`` is
    called once if a line at its beginning ends with LF alone.
    """
    size = sum(map(len, _pieces_of(path, crlf))) if crlf else _size(path)

    async def pieces() -> AsyncIterator[bytes]:
        left = size
        before, looks = b"", note is not None
        try:
            for piece in _pieces_of(path, crlf):
                if looks and note is not None and _has_bare_lf(before, piece):
                    note()
                    looks = False
                before = piece[-1:]
                yield piece[:left]
                left -= len(piece[:left])
                looks = looks and size - left < _LOOKED_AT
        except OSError as error:
            raise UsageError(f"{path} can't be read any more: {reason(error)}") from None
        if left:
            raise UsageError(f"{path} became shorter while it was sent: {left:,} octets of the literal are missing")

    return LiteralSource(size, pieces, must_wait(size))


def _has_bare_lf(before: bytes, piece: bytes) -> bool:
    """Whether an LF in the piece has no CR before it; ``before`` is the octet before the piece."""
    crlf = piece.count(b"\r\n") + (before == b"\r" and piece.startswith(b"\n"))
    return piece.count(b"\n") > crlf


def _size(path: str) -> int:
    with open(path, "rb") as file:
        return os.fstat(file.fileno()).st_size


def _pieces_of(path: str, crlf: bool) -> Iterator[bytes]:
    with open(path, "rb") as file:
        yield from _file_pieces(file, crlf)


def _file_pieces(file: BinaryIO, crlf: bool) -> Iterator[bytes]:
    carriage = False
    while piece := file.read(_PIECE):
        if crlf:
            after, carriage = carriage, piece.endswith(b"\r")
            if after and piece.startswith(b"\n"):
                yield b"\n"
                piece = piece[1:]
            piece = piece.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        yield piece
