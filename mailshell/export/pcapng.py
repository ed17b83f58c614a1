"""A capture file in the format pcapng, which Wireshark and tshark take apart as IMAP or POP.

Source of the format: draft-ietf-opsawg-pcapng. What TLS protected is there in the clear, as the recording has it, on
a connection of its own: behind a STARTTLS or STLS that was accepted, Wireshark would expect TLS on the same one.
In POP it looks for a number in what answers RETR and TOP, as ``+OK 120 octets``, and marks a reply without one as
malformed. That is not so (RFC 1939 section 5), and the octets stay those of the server.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from mailshell import __version__
from mailshell.export.packets import Connection
from mailshell.export.rows import Kind, RowMaker
from mailshell.export.source import Moment, Source
from mailshell.protocol.events import Side
from mailshell.wire import Closed, Connected, Octets

_PORTS = {"imap": 143, "pop3": 110}
_FIRST_CLIENT_PORT = 49152
_ETHERNET = 1
_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_BYTE_ORDER = 0x1A2B3C4D
#: Options: a comment; of a section the program, of an interface its name, of a packet its flags.
_COMMENT, _PROGRAM, _NAME, _FLAGS = 1, 4, 2, 2
_INBOUND, _OUTBOUND = 1, 2
_MOST_COMMENT = 4000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write(source: Source, out: BinaryIO) -> None:
    """Write the capture as the recording is read; memory stays flat. OSError if ``out`` can't be written."""
    start = source.start or _EPOCH
    writer = _Writer(out, (start - _EPOCH).total_seconds())
    words = [f"{source.header.protocol} session", source.place, source.header.title]
    words.append("addresses, ports and headers are synthetic; what TLS protected is in the clear; secrets are masked")
    writer.begin("; ".join(filter(None, words)))
    capture = _Capture(writer, _PORTS[source.header.protocol])
    for moment, rows in RowMaker(source, 0).stream():
        # What is not octets stands as a comment beside the packet that comes next.
        capture.comments += [row.text for row in rows if row.kind in (Kind.NOTE, Kind.ERROR)]
        if moment is not None:
            capture.take(moment)
    capture.finish()


class _Capture:
    """Turns what happened into packets. A connection is opened when it is needed."""

    def __init__(self, writer: _Writer, port: int) -> None:
        self.comments: list[str] = []
        self._writer = writer
        self._port = port
        self._connection: Connection | None = None
        self._count = 0
        self._tls = False
        self._time = 0.0
        #: When and by whom the open connection was ended. Its last packets wait for comments on what came after.
        self._ended: tuple[float, Side] | None = None

    def take(self, moment: Moment) -> None:
        self._time = moment.time
        match moment.what:
            case Octets() as octets:
                if self._connection is None or self._ended is not None or octets.tls != self._tls:
                    self._open(octets.tls)
                assert self._connection is not None
                self._packets(self._connection.send(octets.side, octets.octets))
            case Connected():
                self._open(moment.tls)
            case Closed() as closed if self._connection is not None:
                self._ended = moment.time, Side.SERVER if closed.by_server else Side.CLIENT

    def finish(self) -> None:
        """End what is open, so that the last comments have their packets."""
        if self.comments and self._connection is None:
            self._open(self._tls)
        self._close()

    def _open(self, tls: bool) -> None:
        if self._connection is not None:
            self._close()
            if tls and not self._tls:
                self.comments.append("the same connection goes on under TLS; its octets are shown in the clear")
        self._connection = Connection(self._port, _FIRST_CLIENT_PORT + self._count % (65536 - _FIRST_CLIENT_PORT))
        self._count += 1
        self._tls = tls
        self._packets(self._connection.open())

    def _close(self) -> None:
        time, first = self._ended or (self._time, Side.CLIENT)
        if self._connection is not None:
            self._packets(self._connection.close(first), time)
        self._connection, self._ended = None, None

    def _packets(self, frames: Iterable[tuple[Side, bytes]], time: float | None = None) -> None:
        for side, frame in frames:
            comments, self.comments = self.comments, []
            self._writer.packet(self._time if time is None else time, side, frame, comments)


class _Writer:
    """Writes the blocks of the file, in little-endian order. Times are in seconds; the first is that of ``start``."""

    def __init__(self, out: BinaryIO, start: float) -> None:
        self._out = out
        self._start = round(start * 1_000_000)

    def begin(self, comment: str) -> None:
        """The section and its only interface. The resolution of times is the default one, microseconds."""
        program = _option(_PROGRAM, f"mailshell {__version__}".encode())
        head = struct.pack("<IHHq", _BYTE_ORDER, 1, 0, -1)
        self._block(_SECTION, head, [_comment(comment), program])
        self._block(_INTERFACE, struct.pack("<HHI", _ETHERNET, 0, 0), [_option(_NAME, b"mailshell")])

    def packet(self, time: float, side: Side, frame: bytes, comments: Iterable[str]) -> None:
        moment = max(0, self._start + round(time * 1_000_000))
        head = struct.pack("<IIIII", 0, moment >> 32, moment & 0xFFFFFFFF, len(frame), len(frame))
        direction = _INBOUND if side is Side.SERVER else _OUTBOUND
        options = [*map(_comment, comments), _option(_FLAGS, struct.pack("<I", direction))]
        self._block(_PACKET, head + frame + bytes(-len(frame) % 4), options)

    def _block(self, kind: int, body: bytes, options: Iterable[bytes]) -> None:
        body += b"".join(options) + struct.pack("<HH", 0, 0)
        length = struct.pack("<I", len(body) + 12)
        self._out.write(struct.pack("<I", kind) + length + body + length)


def _comment(text: str) -> bytes:
    octets = text.encode("utf-8", "replace")
    return _option(_COMMENT, octets[:_MOST_COMMENT].decode("utf-8", "ignore").encode())


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
