"""A call that may block, beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T], name: str) -> T:
    """What the call returns or raises.

    It runs on a daemon thread: one that hangs delays neither a time limit nor the end of the program.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        tell: Callable[[], None]
        try:
            tell = partial(answer.set_result, call())
        except Exception as error:
            tell = partial(answer.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(lambda: None if answer.done() else tell())

    threading.Thread(target=work, name=name, daemon=True).start()
    return await answer
