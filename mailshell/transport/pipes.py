"""A child's standard input and output as one asyncio transport: a pipe each way.

Pipes and not a socket pair: programs that find a socket there take themselves for started by inetd, and some refuse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import IO

__all__ = ["PipeTransport", "open_pipes"]


class PipeTransport(asyncio.Transport):
    """Reads from one pipe and writes to another, for one protocol, as a socket's transport would.

    When only the pipe that is written to breaks, because the child has ended, what it wrote before is still read.
    """

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self.protocol = protocol
        self.reader: asyncio.ReadTransport | None = None
        self.writer: asyncio.WriteTransport | None = None
        self._closing = False
        self._open = 2
        self._error: BaseException | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.writer is not None and not self.writer.is_closing():
            self.writer.write(data)

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        for data in list_of_data:
            self.write(data)

    def write_eof(self) -> None:
        if self.writer is not None and not self.writer.is_closing():
            self.writer.write_eof()

    def can_write_eof(self) -> bool:
        return True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        if self.writer is not None:
            self.writer.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return self.writer.get_write_buffer_size() if self.writer is not None else 0

    def pause_reading(self) -> None:
        if self.reader is not None and not self.reader.is_closing():
            self.reader.pause_reading()

    def resume_reading(self) -> None:
        if self.reader is not None and not self.reader.is_closing():
            self.reader.resume_reading()

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Close both ways; what waits to be written still goes out."""
        self._closing = True
        if self.writer is not None:
            self.writer.close()
        if self.reader is not None:
            self.reader.close()

    def abort(self) -> None:
        self._closing = True
        if self.writer is not None:
            self.writer.abort()
        if self.reader is not None:
            self.reader.close()

    def lost(self, error: BaseException | None) -> None:
        """One of the pipes is closed. The protocol is told when both are."""
        self._open -= 1
        self._error = self._error or error
        if not self._open:
            self._closing = True
            self.protocol.connection_lost(self._error if isinstance(self._error, Exception) else None)


class _Output(asyncio.Protocol):
    """The child's standard output."""

    def __init__(self, transport: PipeTransport) -> None:
        self._transport = transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.ReadTransport)
        self._transport.reader = transport
        transport.pause_reading()  # until the other pipe stands too

    def data_received(self, data: bytes) -> None:
        self._transport.protocol.data_received(data)

    def eof_received(self) -> bool:
        if not self._transport.protocol.eof_received():
            self._transport.close()
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        self._transport.reader = None
        self._transport.lost(exc)


class _Input(asyncio.BaseProtocol):
    """The child's standard input."""

    def __init__(self, transport: PipeTransport) -> None:
        self._transport = transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport.writer = transport

    def pause_writing(self) -> None:
        self._transport.protocol.pause_writing()

    def resume_writing(self) -> None:
        self._transport.protocol.resume_writing()

    def connection_lost(self, exc: BaseException | None) -> None:
        # That the child no longer reads is no error yet: its output tells more, and its end follows.
        self._transport.writer = None
        self._transport.protocol.resume_writing()
        self._transport.lost(None)


async def open_pipes(protocol: asyncio.Protocol, output: IO[bytes], into: IO[bytes]) -> None:
    """Join the pipe ``output``, read from, and ``into``, written to, under the protocol. Takes both over."""
    loop = asyncio.get_running_loop()
    transport = PipeTransport(protocol)
    await loop.connect_read_pipe(lambda: _Output(transport), output)
    await loop.connect_write_pipe(lambda: _Input(transport), into)
    protocol.connection_made(transport)
