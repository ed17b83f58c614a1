"""A server in a thread of its own, for programs that do not run asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")
_START_SECONDS = 30.0


class Server(Protocol):
    """What can be opened on a host and port, and closed."""

    async def open(self, host: str, port: int) -> None: ...

    async def close(self) -> None: ...


class Background:
    """A context manager: within it the server listens on 127.0.0.1, on a port that the system has picked."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailshell server", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        try:
            self._run(self._server.open("127.0.0.1", 0))
        except BaseException:
            self._stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._run(self._server.close())
        finally:
            self._stop()

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
