"""A terminal for the tests: mailshell in a pseudo-terminal, and the screen as a person sees it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte
from ptyprocess import PtyProcess

#: Seconds to wait for the screen to show something: generous, because a test machine may be busy.
PATIENCE = 20.0

ENTER = "\r"
CTRL_C = "\x03"
CTRL_D = "\x04"
CTRL_U = "\x15"
UP = "\x1b[A"
RIGHT = "\x1b[C"
TAB = "\t"


def pasted(text: str) -> str:
    """Text as a terminal sends what is pasted (bracketed paste)."""
    return f"\x1b[200~{text}\x1b[201~"


def _end(octets: bytes) -> bytes:
    """The last rows of a large piece."""
    if len(octets) < 3000:
        return octets
    return octets[octets.index(b"\n", len(octets) - 1000) + 1 :] if b"\n" in octets[-1000:] else octets


class _Screen(pyte.HistoryScreen):
    """A screen that answers when it is asked for the position of the cursor, as real ones do."""

    def __init__(self, columns: int, rows: int, answer: Callable[[bytes], None]) -> None:
        super().__init__(columns, rows, history=20_000, ratio=0.5)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        self._answer(data.encode())

    def report_device_status(self, mode: int = 0, **kwargs: Any) -> None:
        # pyte counts rows from 0 in some modes; the answer is what xterm says.
        if mode == 6 and not kwargs.get("private"):
            self.write_process_input(f"\x1b[{self.cursor.y + 1};{self.cursor.x + 1}R")


class Terminal:
    """A program on a pseudo-terminal of 100 columns and 30 rows, or as many as are asked for.

    ``raw`` holds every octet that the program has written to the terminal. With ``skims`` the screen leaves out most of
    what comes in large pieces: the emulation is far slower than a terminal.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        home: Path,
        *,
        columns: int = 100,
        rows: int = 30,
        env: Mapping[str, str] | None = None,
        answers_cursor_position: bool = True,
    ) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "LC_"))}
        environment.pop("NO_COLOR", None)
        environment |= {
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_DATA_HOME": str(home / "data"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHONDEVMODE": "",
            **(env or {}),
        }
        self.raw = bytearray()
        self.skims = False
        self._answers = answers_cursor_position
        self._screen = _Screen(columns, rows, self._reply)
        self._stream = pyte.ByteStream(self._screen)
        self.process = PtyProcess.spawn(
            [sys.executable, "-m", "mailshell", *arguments], env=environment, dimensions=(rows, columns), cwd=str(home)
        )
        self._fd: int = self.process.fd
        self._changed = threading.Condition(threading.RLock())
        self._ended = False
        self._may_read = threading.Event()
        self._may_read.set()
        self._leaving, self._leave = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # --- what a person does

    def type(self, text: str) -> None:
        """Press keys."""
        self.type_octets(text.encode())

    def type_octets(self, octets: bytes) -> None:
        """Send octets as if they were typed."""
        while octets:
            octets = octets[os.write(self._fd, octets[:512]) :]

    def enter(self, line: str) -> None:
        """Type a line and press Enter."""
        self.type(line + ENTER)

    def signal_interrupt(self) -> None:
        """Send SIGINT from elsewhere, which Ctrl-C at a prompt is not."""
        self.process.kill(signal.SIGINT)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        with self._changed:
            self._screen.resize(rows, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Close the window: the program gets SIGHUP."""
        self._stop_reading()
        self._close_line()

    @contextlib.contextmanager
    def stalled(self) -> Iterator[None]:
        """A terminal that takes nothing as long as this lasts."""
        self._may_read.clear()
        try:
            yield
        finally:
            self._may_read.set()

    def wait_until_blocked(self) -> None:
        """Wait until the program waits for the terminal to take what it writes."""
        end = time.monotonic() + PATIENCE
        before = -1
        while (used := self._cpu()) != before:
            assert time.monotonic() < end, "the program goes on"
            before = used
            time.sleep(0.3)

    def _cpu(self) -> int:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    @property
    def fileno(self) -> int:
        """The terminal's end of the line."""
        return self._fd

    # --- what a person sees

    @property
    def lines(self) -> list[str]:
        """The rows of the screen without trailing blanks; empty ones at the end are left out."""
        with self._changed:
            lines = [line.rstrip() for line in self._screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.lines)

    @property
    def everything(self) -> str:
        """The screen with all that has scrolled off it."""
        with self._changed:
            width = self._screen.columns
            above = ["".join(row[x].data for x in range(width)).rstrip() for row in self._screen.history.top]
            return "\n".join([*above, *self.lines])

    def style_of(self, text: str) -> Any:
        """How the last occurrence of a text on the screen is shown: pyte's character, with its colours and the like."""
        with self._changed:
            rows = [(y, line.rfind(text)) for y, line in enumerate(self._screen.display) if text in line]
            y, x = rows[-1]
            return self._screen.buffer[y][x]

    @property
    def typed(self) -> str:
        """The row of the cursor up to the cursor."""
        with self._changed:
            cursor = self._screen.cursor
            return str(self._screen.display[cursor.y])[: cursor.x]

    def wait(self, reached: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
        """Wait until something holds; fail with the screen if it does not come to that."""
        end = time.monotonic() + timeout
        with self._changed:
            while not reached():
                left = end - time.monotonic()
                if left <= 0 or self._ended:
                    state = "the program has ended" if self._ended else f"not within {timeout} s"
                    raise AssertionError(f"{what}: {state}. The screen:\n{self.text}")
                self._changed.wait(left)

    def wait_for(self, *texts: str, timeout: float = PATIENCE) -> None:
        """Wait until all the texts are on the screen, in whatever place."""
        self.wait(lambda: all(text in self.text for text in texts), f"looking for {texts}", timeout)

    def wait_for_prompt(self, end: str = "> ", timeout: float = PATIENCE) -> None:
        """Wait until the cursor stands behind something that ends so: a prompt, or what is typed behind it."""
        self.wait(lambda: self.typed.endswith(end), f"looking for {end!r} before the cursor", timeout)

    def wait_for_end(self, timeout: float = PATIENCE) -> int:
        """Wait until the program has ended; its exit status, negative for a signal."""
        end = time.monotonic() + timeout
        while self.process.isalive():
            if time.monotonic() > end:
                raise AssertionError(f"still running after {timeout} s. The screen:\n{self.text}")
            time.sleep(0.01)
        if not self.process.closed:
            self._reader.join(PATIENCE)
        if self.process.signalstatus is not None:
            return -int(self.process.signalstatus)
        return int(self.process.exitstatus)

    def close(self) -> None:
        """End the program, however it is."""
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
            self.process.wait()
        self._stop_reading()
        self._close_line()
        os.close(self._leave)
        os.close(self._leaving)

    # --- within

    def _reply(self, octets: bytes) -> None:
        if self._answers:
            with contextlib.suppress(OSError):
                os.write(self._fd, octets)

    def _close_line(self) -> None:
        # Not PtyProcess.close, which waits for a while without need.
        self.process.fileobj.close()
        self.process.closed = True

    def _stop_reading(self) -> None:
        os.write(self._leave, b".")
        self._reader.join(PATIENCE)

    def _read(self) -> None:
        """A terminal shows what it is told, whenever it is told."""
        while True:
            self._may_read.wait()
            ready, _, _ = select.select([self._fd, self._leaving], [], [])
            octets = b""
            if self._leaving not in ready:
                with contextlib.suppress(OSError):
                    octets = os.read(self._fd, 65536)
            with self._changed:
                self.raw += octets
                self._stream.feed(_end(octets) if self.skims else octets)
                self._ended = not octets
                self._changed.notify_all()
                if self._ended:
                    return


#: Starts mailshell with these arguments in a terminal of its own.
Start = Callable[..., Terminal]
