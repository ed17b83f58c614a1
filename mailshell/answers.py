"""The answers that are waited for: who takes each as it comes, and how long it is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mailshell.contract import Handler, SessionError, TimeLimit
from mailshell.protocol.exchange import Exchange, Status


@dataclass(eq=False, slots=True)
class _Pending:
    handler: Handler | None
    done: asyncio.Future[Status]
    continuations: asyncio.Queue[Status] = field(default_factory=asyncio.Queue)


class Answers:
    """The commands whose answers somebody waits for.

    ``silence``: for how many seconds nothing has come from the server; ``inside``: what it has begun and not ended.
    ``timeout`` seconds of silence end the waiting, not the command.
    """

    def __init__(self, timeout: float, silence: Callable[[], float], inside: Callable[[], str]) -> None:
        self.timeout = timeout
        self._silence = silence
        self._inside = inside
        self._pending: dict[Exchange, _Pending] = {}
        self._broken: SessionError | None = None

    # --- for those who wait

    def attend(self, exchange: Exchange, handler: Handler | None) -> None:
        """The answer to the command is waited for (again, if it was abandoned), and goes to the handler."""
        if exchange not in self._pending and not exchange.complete:
            self._pending[exchange] = _Pending(handler, asyncio.get_running_loop().create_future())
            exchange.abandoned = False

    def abandon(self, exchange: Exchange) -> None:
        """Nobody waits for this answer any more; when it comes it is late."""
        pending = self._pending.pop(exchange, None)
        if pending is not None and not pending.done.done():
            pending.done.cancel()
        exchange.abandoned = True

    async def continuation(self, exchange: Exchange) -> Status | None:
        """Wait for a continuation request to the command; None if the command was completed instead."""
        pending = self._pending[exchange]
        asked = asyncio.ensure_future(pending.continuations.get())
        try:
            await self._wait({asked, pending.done}, exchange)
            if asked.done():
                return asked.result()
            pending.done.result()
            return None
        finally:
            asked.cancel()

    async def completion(self, exchange: Exchange) -> Status:
        """Wait until the answer to the command is complete."""
        pending = self._pending[exchange]
        await self._wait({pending.done}, exchange)
        self._pending.pop(exchange, None)
        return pending.done.result()

    async def either(self, exchange: Exchange, other: asyncio.Future[None]) -> None:
        """Wait until the command is complete or the other future is done; however long that takes (IDLE)."""
        futures: set[asyncio.Future[Any]] = {self._pending[exchange].done, other}
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)

    async def _wait(self, futures: set[asyncio.Future[Status]], exchange: Exchange) -> None:
        """Wait for the first of the futures. Raises TimeLimit, or what has made all answers impossible."""
        if self._broken is not None and not any(future.done() for future in futures):
            raise self._broken
        while True:
            left = max(0.0, self.timeout - self._silence())
            done, _ = await asyncio.wait(futures, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if done:
                return
            if self._silence() >= self.timeout:
                inside = self._inside()
                where = f" ({inside})" if inside else ""
                name = exchange.name or "the line"
                raise TimeLimit(f"no answer to {name} for {self.timeout:g} s{where}; it stays outstanding")

    # --- for the session, as answers come

    def waits(self, exchange: Exchange) -> bool:
        """Whether somebody waits for the answer to this command."""
        return exchange in self._pending

    def handler(self, exchange: Exchange | None) -> Handler | None:
        """Who takes the answer to this command; None if nobody does."""
        pending = self._pending.get(exchange) if exchange is not None else None
        return pending.handler if pending is not None else None

    def continued(self, exchange: Exchange, request: Status) -> bool:
        """A continuation request has come. Whether somebody waits for it."""
        pending = self._pending.get(exchange)
        if pending is not None:
            pending.continuations.put_nowait(request)
        return pending is not None

    def completed(self, exchange: Exchange, status: Status) -> bool:
        """The answer is complete. Whether somebody waits for it."""
        pending = self._pending.get(exchange)
        if pending is None or pending.done.done():
            return False
        pending.done.set_result(status)
        return True

    def fail(self, error: SessionError) -> bool:
        """No answer can come any more. Whether one was waited for."""
        self._broken = error
        waited = [pending.done for pending in self._pending.values() if not pending.done.done()]
        for future in waited:
            fail_quietly(future, error)
        return bool(waited)


def fail_quietly(future: asyncio.Future[Status], error: SessionError) -> None:
    """Set the error, and retrieve it at once, so that asyncio does not complain if nobody waits for this one."""
    future.set_exception(error)
    future.exception()
