"""What the demonstration servers share: they listen on a free port, and end with all their connections.

``asyncio.start_server`` does the same, but in Python 3.11 it complains on stderr of a client that comes in the
very moment it is closed, and from 3.12 on its end waits for clients that do not read.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable

_log = logging.getLogger(__name__)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

#: How long a connection may take, in seconds, to say goodbye when the server ends.
_GRACE = 1.0


class Listener:
    """A server on one port, and the tasks of its connections."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._listening: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.port = 0

    async def open(self, host: str, port: int) -> None:
        """Listen; with port 0 the system picks one that is free, and ``port`` says which."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        self._listening = socket.create_server(address[:2], family=family)
        self._listening.setblocking(False)
        self.port = self._listening.getsockname()[1]
        self._accepting = asyncio.create_task(self._accept(self._listening))

    async def close(self) -> None:
        """Stop listening and end the connections. To call it twice does no harm."""
        if self._listening is not None and self._accepting is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            await asyncio.sleep(0)  # a client accepted just now is not lost between the socket and the task
            self._accepting.cancel()
            await asyncio.wait({self._accepting})
            self._listening.close()
            self._listening = None
        connections = dict(self._connections)
        for task in connections:
            task.cancel()
        if connections:
            await asyncio.wait(connections, timeout=_GRACE)
            for writer in connections.values():
                writer.transport.abort()
            await asyncio.wait(connections, timeout=_GRACE)

    async def _accept(self, listening: socket.socket) -> None:
        """Take in clients, one after the other."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                reader, writer = await asyncio.open_connection(sock=connection)
            except OSError:  # too many open files, or a client that is gone already
                _log.debug("a connection was not accepted", exc_info=True)
                await asyncio.sleep(0.05)
                continue
            task = asyncio.create_task(self._run(reader, writer))
            self._connections[task] = writer
            task.add_done_callback(self._connections.pop)

    async def _run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection to its end. Clients that vanish are no news, nor is what they leave behind."""
        try:
            await self._serve(reader, writer)
        except Exception:
            _log.debug("a connection ended badly", exc_info=True)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
