"""An event loop in a thread, so that imaplib and poplib can talk to servers that run in this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Background:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.complaints: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _loop, context: self.complaints.append(context))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end on the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=10)

    def tasks(self) -> int:
        """How many tasks there are beside the one that counts them."""

        async def count() -> int:
            return len(asyncio.all_tasks()) - 1

        return self.run(count())

    def stop(self) -> None:
        """End the loop and the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)
        self.loop.close()
