"""Small servers, certificates and a receiver that writes down what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import trustme
from certificates import issue, server_context

from mailshell.transport.connect import connect
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.stream import Stream
from mailshell.transport.tls import TlsOptions

T = TypeVar("T")
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def run(coroutine: Coroutine[Any, Any, T], limit: float = 10) -> T:
    """Run on a new loop, with a limit in seconds; what the loop would only log becomes a failure."""
    problems: list[dict[str, Any]] = []

    def note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # In debug mode the test's server complains of a client that broke its handshake off.
        if context["message"] != "Error on transport creation for incoming connection":
            problems.append(context)

    async def limited() -> T:
        asyncio.get_running_loop().set_exception_handler(note)
        async with asyncio.timeout(limit):
            return await coroutine

    result = asyncio.run(limited())
    assert problems == []
    return result


class Recorder:
    """A receiver which keeps everything, in order."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.lines: list[str] = []
        self.ends: list[tuple[BaseException | None, bool]] = []
        self.on_received: Callable[[bytes], None] | None = None
        self._changed = asyncio.Event()

    def received(self, octets: bytes) -> None:
        assert type(octets) is bytes
        assert octets
        assert len(octets) <= 256 * 1024
        assert not self.ends
        self.pieces.append(octets)
        self._changed.set()
        if self.on_received is not None:
            self.on_received(octets)

    def end_of_stream(self, error: BaseException | None, clean: bool) -> None:
        self.ends.append((error, clean))
        self._changed.set()

    def stderr(self, line: str) -> None:
        self.lines.append(line)
        self._changed.set()

    @property
    def octets(self) -> bytes:
        return b"".join(self.pieces)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def count(self, octets: int) -> bytes:
        await self.until(lambda: sum(map(len, self.pieces)) >= octets)
        return self.octets

    async def end(self) -> tuple[BaseException | None, bool]:
        await self.until(lambda: bool(self.ends))
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(self.ends) == 1
        return self.ends[0]


class Pki:
    """One authority that clients trust, and bad certificates of each kind."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.cafile = str(folder / "ca.pem")
        self.authority.cert_pem.write_to_path(self.cafile)
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        signed = self.authority.issue_cert
        names = ("localhost", "127.0.0.1", "::1")
        self.good = self._server(signed(*names))
        self.expired = self._server(signed(*names, not_before=now - 9 * day, not_after=now - day))
        self.future = self._server(signed(*names, not_before=now + day, not_after=now + 9 * day))
        self.other_name = self._server(signed("mail.example.org", "*.example.net"))
        self.other_issuer = self._server(trustme.CA().issue_cert(*names))
        self.self_signed_pem = str(folder / "self.pem")
        lonely = issue("localhost", hosts=["localhost"])
        Path(self.self_signed_pem).write_bytes(lonely.pem)
        self.self_signed = server_context(lonely)
        self.trusting = TlsOptions(cafile=self.cafile)

    @staticmethod
    def _server(leaf: trustme.LeafCert) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context


@contextlib.asynccontextmanager
async def serving(
    handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", path: str | None = None
) -> AsyncIterator[int]:
    """A server whose handler gets each connection; gives its port (0 for a Unix socket)."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    if path is not None:
        server = await asyncio.start_unix_server(handle, path)
    else:
        server = await asyncio.start_server(handle, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1] if path is None else 0
    finally:
        server.close()


@contextlib.asynccontextmanager
async def connected(
    endpoint: Endpoint, tls: TlsOptions | None = None, timeout: float = 5
) -> AsyncIterator[tuple[Stream, Recorder]]:
    """A connection which is aborted at the end, whatever happens."""
    recorder = Recorder()
    stream = await connect(endpoint, recorder, tls=tls or TlsOptions(), timeout=timeout)
    try:
        yield stream, recorder
    finally:
        stream.abort()
        await stream.wait_closed()


def tcp(port: int, host: str = "127.0.0.1", implicit_tls: bool = False) -> Endpoint:
    return Endpoint("imap", "tcp", host=host, port=port, implicit_tls=implicit_tls)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while octets := await reader.read(65536):
        writer.write(octets)
        await writer.drain()


def says(*pieces: bytes) -> Handler:
    """A handler that sends and then closes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return handler


def reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the peer gets a RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
