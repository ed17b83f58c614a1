"""Does at the connection to a client what stands between it and the server wants done: writes, pauses, ends."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from mailshell.misbehave.actions import Action, BeginTls, End, Last, Pass, Pause, Reset, Stall, Write
from mailshell.misbehave.between import Between

#: So many octets of the server are made worse at once: of each octet an action may be made.
_PIECE = 1 << 14


class ToClient(Protocol):
    """The connection to the client."""

    async def send(self, octets: bytes) -> None:
        """Write, and wait while the client is too slow to read."""
        ...

    async def wait(self, seconds: float, *, until_sent: bool) -> None:
        """Let time pass, no longer than the connection lasts."""
        ...

    async def hold_open(self) -> None:
        """Wait until the client ends the connection."""
        ...

    async def reset(self) -> None:
        """Reset the connection when all is written."""
        ...

    def close(self) -> None:
        """End it when all is written."""
        ...


class Performer:
    """One connection's. What the client sends is taken in while an action to the client takes its time.

    ``begin_tls`` does the handshake with the client; ``passed`` is told when there is something for the server.
    """

    def __init__(
        self, between: Between, link: ToClient, begin_tls: Callable[[], Awaitable[None]], passed: Callable[[], object]
    ) -> None:
        self._between = between
        self._link = link
        self._begin_tls = begin_tls
        self._passed = passed
        self._for_server = bytearray()
        self._queue: deque[Action] = deque()
        self._more = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.over = False
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def waits(self) -> bool:
        """Whether something waits to go to the server."""
        return bool(self._for_server)

    def take(self) -> bytes:
        """What goes to the server now."""
        octets = bytes(self._for_server)
        self._for_server.clear()
        return octets

    def client(self, octets: bytes) -> None:
        """The client has sent this."""
        self._add(self._between.client(octets))

    def client_ended(self) -> None:
        """The client has ended its side."""
        self._add(self._between.client_ended())

    async def server(self, octets: bytes) -> None:
        """The server has sent this; returns when it is done with."""
        for at in range(0, len(octets), _PIECE):
            if self.over:
                return
            self._add(self._between.server(octets[at : at + _PIECE]))
            await self._idle.wait()

    async def started_tls(self) -> None:
        """The server itself has begun TLS with the client."""
        self._add(self._between.started_tls())
        await self._idle.wait()

    async def finish(self) -> None:
        """The server has ended the connection. Returns when it may be closed."""
        self._add(self._between.server_ended())
        await self._idle.wait()
        self.cancel()

    def cancel(self) -> None:
        """Do nothing more."""
        self._task.cancel()

    def _add(self, actions: Iterable[Action]) -> None:
        """Note what is to be done; what goes to the server does not wait for it."""
        for action in actions:
            if isinstance(action, Pass):
                self._for_server += action.octets
                self._passed()
            elif not self._task.done():
                self._queue.append(action)
        if self._queue:
            self._idle.clear()
            self._more.set()

    async def _run(self) -> None:
        try:
            while not self.over:
                while self._queue:
                    await self._do(self._queue.popleft())
                self._idle.set()
                await self._more.wait()
                self._more.clear()
        finally:
            self.over = True
            self._idle.set()

    async def _do(self, action: Action) -> None:
        match action:
            case Write():
                await self._link.send(action.octets)
            case Pause():
                await self._link.wait(action.seconds, until_sent=False)
            case BeginTls():
                await self._begin_tls()
                # What follows from that comes before what waits.
                waiting, self._queue = self._queue, deque()
                self._add(self._between.started_tls())
                self._queue += waiting
            case End() | Reset() | Stall():
                await self._last(action)

    async def _last(self, action: Last) -> None:
        self.over = True
        self._queue.clear()
        match action:
            case End():
                self._link.close()
            case Reset():
                await self._link.reset()
            case Stall():
                await self._link.hold_open()
