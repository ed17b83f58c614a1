"""A child process that speaks on its standard input and output, which are pipes.

It leads a session of its own: a Ctrl-C in the terminal does not reach it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import IO, cast

__all__ = ["Child", "spawn"]

LINE_LIMIT = 4096
"""Octets after which a line on standard error is broken, so that one without an end takes no memory."""
PATIENCE = 2.0
"""Seconds from the end of the child's input to SIGTERM, and again to SIGKILL."""

STDERR_PATIENCE = 0.2
"""Seconds for which standard error is still read after the exit, as a grandchild may keep it open."""


class Child(asyncio.SubprocessProtocol):
    """A running child process; its methods never wait, except `wait`."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._on_line = on_line
        self._line = bytearray()
        self._broken = False  # the line has been told in part
        self._process: asyncio.SubprocessTransport | None = None
        self._gone: asyncio.Future[None] = loop.create_future()
        self._stderr_ended: asyncio.Future[None] = loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self.pid: int = 0
        self.status: int | None = None
        """Exit status, negative for a signal; None while the process runs."""

    # -- what the event loop calls -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._process = cast(asyncio.SubprocessTransport, transport)
        self.pid = self._process.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._line += line
            self._flush_line()
        self._line += rest
        self._break_line()

    def pipe_connection_lost(self, fd: int, exc: BaseException | None) -> None:
        if self._line:
            self._flush_line()
        if not self._stderr_ended.done():
            self._stderr_ended.set_result(None)

    def process_exited(self) -> None:
        assert self._process is not None
        self.status = self._process.get_returncode()
        if self._timer is not None:
            self._timer.cancel()
        if not self._gone.done():
            self._gone.set_result(None)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._process is not None:
            self._process.close()

    # -- within ------------------------------------------------------------------------------------

    def _flush_line(self) -> None:
        """Tell the line, whose end has come."""
        self._break_line()
        if self._line or not self._broken:
            self._tell(self._line)
        self._line.clear()
        self._broken = False

    def _break_line(self) -> None:
        while len(self._line) >= LINE_LIMIT:
            self._tell(self._line[:LINE_LIMIT])
            del self._line[:LINE_LIMIT]
            self._broken = True

    def _tell(self, line: bytearray) -> None:
        self._on_line(line.decode("utf-8", "backslashreplace").removesuffix("\r"))

    def _signal(self, number: signal.Signals) -> None:
        """To the whole session, as the command may be a shell with children of its own."""
        if self.status is None and self.pid:
            try:
                os.killpg(self.pid, number)
            except (ProcessLookupError, PermissionError):
                pass

    def _terminate(self) -> None:
        self._signal(signal.SIGTERM)
        self._timer = self._loop.call_later(PATIENCE, self._signal, signal.SIGKILL)

    # -- what the stream calls ---------------------------------------------------------------------

    def shut_down(self) -> None:
        """The child's input has ended: give it 2 s to exit by itself, then SIGTERM, then after 2 s SIGKILL."""
        if self.status is None and self._timer is None:
            self._timer = self._loop.call_later(PATIENCE, self._terminate)

    def kill(self) -> None:
        """SIGKILL, now."""
        if self._timer is not None:
            self._timer.cancel()
        self._signal(signal.SIGKILL)

    async def wait(self) -> int | None:
        """Wait until the process has exited and its standard error is read (or stays open in a grandchild)."""
        await asyncio.wait([self._gone], timeout=2 * PATIENCE + STDERR_PATIENCE)
        if self._gone.done():  # else it is another user's (sudo) and cannot be killed
            await asyncio.wait([self._stderr_ended], timeout=STDERR_PATIENCE)
            if self._process is not None:
                self._process.close()
        return self.status

    async def exits_within(self, seconds: float) -> bool:
        """Whether the process exits in that time; if so, its standard error has been told."""
        done, _ = await asyncio.wait([self._gone], timeout=seconds)
        if done:
            await self.wait()
        return bool(done)


async def spawn(command: tuple[str, ...], on_line: Callable[[str], None]) -> tuple[Child, IO[bytes], IO[bytes]]:
    """Start `command`; gives the process, the pipe to read its output from and the one to write its input to.

    Raises ``OSError`` as ``subprocess.Popen`` does.
    """
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    output, into = os.fdopen(ours_in, "rb", 0), os.fdopen(ours_out, "wb", 0)
    try:
        _, child = await asyncio.get_running_loop().subprocess_exec(
            lambda: Child(on_line),
            *command,
            stdin=theirs_in,
            stdout=theirs_out,
            start_new_session=True,
        )
    except BaseException:
        output.close()
        into.close()
        raise
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    return child, output, into
