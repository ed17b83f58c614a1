"""The connection to one client: octets in and out, in the clear, under TLS or compressed, and the changes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterator

from mailshell.misbehave.between import Between
from mailshell.replay.serving.performing import Performer
from mailshell.transport.deflate import Deflate

_READ_AHEAD = 1 << 20
#: SO_LINGER: on, for no time at all. To close the socket then resets the connection.
_NO_LINGER = struct.pack("ii", 1, 0)
#: How long what was written may take to go out before a reset (seconds), and how often that is looked at.
_FLUSH, _LOOK = 5.0, 0.01


class Link(asyncio.Protocol):
    """Calls ``serve`` with itself once the connection stands (with TLS from the start: after the handshake).

    What was put ``between`` the server and the client changes what ``read`` and ``write`` carry, and never what TLS and
    compression make of it.
    """

    def __init__(self, serve: Callable[[Link], Awaitable[None]]) -> None:
        self._serve = serve
        self._transport: asyncio.Transport | None = None
        self._under_tls = False
        self._inbox = bytearray()
        self._changed = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        self._lost = False
        self._packing = Deflate()
        self._inflates = self._deflates = False
        self._inflated: Iterator[bytes] = iter(())
        self._performer: Performer | None = None
        #: Keeps the task alive while it runs.
        self.task: asyncio.Task[None] | None = None

    # --- as a protocol of asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._under_tls = transport.get_extra_info("ssl_object") is not None
        self.task = asyncio.get_running_loop().create_task(self._run())

    def data_received(self, data: bytes) -> None:
        self._inbox += data
        if len(self._inbox) > _READ_AHEAD and self._transport is not None:
            self._transport.pause_reading()
        self._changed.set()

    def eof_received(self) -> bool:
        self._ended = True
        self._changed.set()
        # A client may end its side and still wait for answers; under TLS that can't be told from the end.
        return not self._under_tls

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = self._lost = True
        self._changed.set()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # --- for whoever serves

    def put(self, between: Between, context: Callable[[], ssl.SSLContext]) -> None:
        """Put something between the server and the client. ``context``: for a handshake that the server has no part in.

        To be called before anything is read or written.
        """
        self._performer = Performer(between, self, lambda: self._begin_tls(context()), self._changed.set)

    @property
    def lost(self) -> bool:
        """Whether nothing can be written any more."""
        return self._lost or (self._performer is not None and self._performer.over)

    async def read(self) -> bytes:
        """What the client has sent since; empty at the end of the stream. NotDeflate if that can't be decompressed."""
        if self._performer is None:
            return await self._read_plain()
        while not (octets := self._performer.take()):
            came = await self._read_plain()
            if came:
                self._performer.client(came)
            elif self._ended and not self._inbox:
                self._performer.client_ended()
                return self._performer.take()
        return octets

    async def _read_plain(self) -> bytes:
        """As it came, before anything between has seen it; empty as well if what is between has something."""
        while True:
            if piece := next(self._inflated, b""):
                return piece
            octets = await self._read()
            if not octets or not self._inflates:
                return octets
            self._inflated = self._packing.decompress(octets)

    async def _read(self) -> bytes:
        while not self._inbox:
            if self._ended or (self._performer is not None and self._performer.waits):
                return b""
            self._changed.clear()
            await self._changed.wait()
        octets = bytes(self._inbox)
        self._inbox.clear()
        if self._transport is not None and not self._lost:
            self._transport.resume_reading()
        return octets

    async def wait(self, seconds: float, *, until_sent: bool) -> None:
        """Let time pass; no longer than until the connection ends or, if ``until_sent``, the client sends something."""
        end = asyncio.get_running_loop().time() + seconds
        while not self._lost and not (until_sent and self._inbox):
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)

    async def write(self, octets: bytes) -> None:
        """Write, and wait while the client is too slow to read."""
        if self._performer is None:
            await self.send(octets)
        else:
            await self._performer.server(octets)

    async def send(self, octets: bytes) -> None:
        """Write, past what is between."""
        if not self._lost and self._transport is not None:
            self._transport.write(self._packing.compress(octets) if self._deflates else octets)
            await self._writable.wait()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Begin TLS. What the client has sent in the clear since the answer is dropped (RFC 9051 section 11.1)."""
        await self._begin_tls(context)
        if self._performer is not None:
            await self._performer.started_tls()

    async def _begin_tls(self, context: ssl.SSLContext) -> None:
        if self._lost or self._transport is None:
            return
        self._inbox.clear()
        loop = asyncio.get_running_loop()
        try:
            upgraded = await loop.start_tls(self._transport, self, context, server_side=True)
        except (OSError, EOFError):
            # The client does not trust the certificate, or has gone.
            self._lost = self._ended = True
            return
        assert upgraded is not None
        self._transport = upgraded
        self._under_tls = True

    def inflate(self) -> None:
        """What the client sends is compressed from here on (RFC 4978): to be called before it is told to begin."""
        self._inflates = True

    def deflate(self) -> None:
        """What is written from here on is compressed."""
        self._deflates = True

    async def finish(self) -> None:
        """The server has nothing more to say; returns when what is between has done its part, and all may be closed."""
        if self._performer is not None:
            await self._performer.finish()

    async def hold_open(self) -> None:
        """Wait until the client ends the connection. What it sends is dropped."""
        while not self._ended:
            self._inbox.clear()
            if self._transport is not None:
                self._transport.resume_reading()
            self._changed.clear()
            await self._changed.wait()

    async def reset(self) -> None:
        """Reset the connection when all is written."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _FLUSH
        while self._transport is not None and not self._lost and self._transport.get_write_buffer_size():
            if loop.time() > end:
                break
            await asyncio.sleep(_LOOK)
        if self._transport is not None and not self._lost:
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._transport.abort()

    def close(self) -> None:
        """End the connection when all is written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    async def _run(self) -> None:
        try:
            await self._serve(self)
        finally:
            if self._performer is not None:
                self._performer.cancel()
            self.close()
