"""Dovecot's rawlog (``rawlog_dir``): one file of what the client sent, one of what the server answered.

Each line begins with the moment at which it was written (``1795219947.884727 ``), in the files of most versions; lines
of one moment were one read or write. Files without these hold the plain octets: then the order between the sides is
that in which the protocol lets them speak.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO

from mailshell.protocol.engine import Engine, make_engine
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Awaits
from mailshell.protocol.imap.framing import Framer
from mailshell.recording.imports.chunk import Chunk, Loss, pieces_of_lines

_STAMP = re.compile(rb"(\d{9,11}\.\d{6}) ")
#: Lines of one moment are one chunk, up to this size (octets).
_LARGEST = 1 << 16


def has_stamps(beginning: bytes) -> bool:
    """Whether a file that begins so has the time of each line."""
    return _STAMP.match(beginning) is not None


def read_rawlog(client: BufferedReader, server: BufferedReader, protocol: str, losses: set[Loss]) -> Iterator[Chunk]:
    """The chunks of both sides, in the order of their times; neither file is held in memory."""
    beginnings = [file.peek(32) for file in (client, server)]
    if all(not beginning or has_stamps(beginning) for beginning in beginnings):
        sides = (_read_stamped(server, Side.SERVER), _read_stamped(client, Side.CLIENT))
        yield from heapq.merge(*sides, key=lambda chunk: chunk.time or 0.0)
        return
    losses |= {Loss.TIMES, Loss.CHUNKS, Loss.ORDER}
    yield from _in_turns(client, server, protocol)


def _read_stamped(file: BinaryIO, side: Side) -> Iterator[Chunk]:
    time, octets = 0.0, bytearray()
    begins = True
    for piece in pieces_of_lines(file):
        stamp = _STAMP.match(piece) if begins else None
        begins = piece.endswith(b"\n")
        now = float(stamp[1]) if stamp else time
        if octets and (now != time or len(octets) >= _LARGEST):
            yield Chunk(side, bytes(octets), time)
            octets.clear()
        # A clock that was set back: the order in the file is what counts.
        time = max(time, now)
        octets += piece[stamp.end() :] if stamp else piece
    if octets:
        yield Chunk(side, bytes(octets), time)


def _in_turns(client: BinaryIO, server: BinaryIO, protocol: str) -> Iterator[Chunk]:
    """A command, then what answers it, as an engine sees it; at the end what is left."""
    engine = make_engine(protocol)
    framer = Framer(Side.CLIENT)
    sent, received = pieces_of_lines(client), pieces_of_lines(server)
    while True:
        yield from _answers(engine, received)
        going = 0
        for piece in sent:
            going += 1
            engine.sent(piece)
            yield Chunk(Side.CLIENT, piece)
            if protocol == "imap":
                framer.feed(piece)
                while framer.next() is not None:
                    pass
            waits = any(one.awaits in (Awaits.LITERAL, Awaits.SASL) for one in engine.outstanding)
            if waits or (piece.endswith(b"\n") and framer.between):
                break
        if not going:
            break
    for piece in received:
        yield Chunk(Side.SERVER, piece)


def _answers(engine: Engine, received: Iterator[bytes]) -> Iterator[Chunk]:
    """What the server says until it has answered all, or asks this side to go on."""
    before = sum(one.continued for one in engine.outstanding)
    asked = bool(engine.outstanding)
    for piece in received:
        for _ in engine.received(piece):
            pass
        yield Chunk(Side.SERVER, piece)
        continued = sum(one.continued for one in engine.outstanding) > before
        if not engine.inside and (continued or not engine.outstanding or not asked):
            return
