"""Where the octets of a message or of a section go as they arrive: to a file, to the screen, or nowhere but a count."""

from __future__ import annotations

import os
from typing import Protocol

from mailshell.exits import UsageError
from mailshell.interpreter.console import Console
from mailshell.streams import reason
from mailshell.text.escape import escape_octets

#: A line of a message longer than this is shown in pieces (octets).
_LINE = 8192


class BodySink(Protocol):
    """Takes octets in pieces."""

    def write(self, octets: bytes) -> None: ...

    def close(self) -> None:
        """The section is complete."""
        ...


class LineSplitter:
    """Cuts octets that come in pieces into lines without their line ends; overlong ones are cut in pieces."""

    def __init__(self) -> None:
        self._partial = b""

    def feed(self, octets: bytes) -> list[bytes]:
        """The lines that are complete with these octets."""
        *lines, self._partial = (self._partial + octets).split(b"\n")
        result = [line.removesuffix(b"\r") for line in lines]
        while len(self._partial) > _LINE:
            result.append(self._partial[:_LINE])
            self._partial = self._partial[_LINE:]
        return result

    def rest(self) -> bytes:
        """What is left of a last line without line end."""
        rest, self._partial = self._partial, b""
        return rest


class ScreenSink:
    """Shows the lines of a message, escaped; what goes beyond ``fold`` lines is only counted (None: nothing is)."""

    def __init__(self, console: Console, hint: str, fold: int | None) -> None:
        self._console = console
        self._hint = hint
        self._fold = fold
        self._splitter = LineSplitter()
        self._shown = 0
        self._folded_lines = 0
        self._folded_octets = 0

    def write(self, octets: bytes) -> None:
        if self._fold is not None and self._shown >= self._fold:
            self._folded_octets += len(octets)
            self._folded_lines += octets.count(b"\n")
            return
        for line in self._splitter.feed(octets):
            self._line(line)

    def _line(self, line: bytes) -> None:
        if self._fold is not None and self._shown >= self._fold:
            self._folded_lines += 1
            self._folded_octets += len(line) + 2
            return
        self._shown += 1
        self._console.show(escape_octets(line))

    def close(self) -> None:
        rest = self._splitter.rest()
        if rest:
            self._line(rest)
        if self._folded_octets:
            lines, octets = self._folded_lines, self._folded_octets
            self._console.show(f"… {lines:,} more lines, about {octets:,} octets; {self._hint}")


class RawSink:
    """Gives the octets to standard output as they are."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, octets: bytes) -> None:
        self._console.write(octets)

    def close(self) -> None:
        return


class KeepSink:
    """Keeps the octets for the result, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.octets = bytearray()
        self.size = 0
        self._limit = limit

    def write(self, octets: bytes) -> None:
        self.size += len(octets)
        self.octets += octets[: max(0, self._limit - len(self.octets))]

    def close(self) -> None:
        return


class FileSink:
    """Writes to a file, mode 0600. It is emptied when the first octets come, not before: a refusal leaves it alone.

    With ``append`` it is not emptied, and the octets go to its end. A file that can't be opened is a UsageError; if
    writing fails later, ``error`` says why and the rest is dropped.
    """

    def __init__(self, path: str, *, append: bool = False) -> None:
        self.path = os.path.expanduser(path)
        self.octets = 0
        self.error: str | None = None
        self._begun = append
        self._existed = os.path.exists(self.path)
        end = os.O_APPEND if append else 0
        try:
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | end, 0o600)
            os.set_blocking(self._file, True)
        except ValueError:
            raise UsageError("the name of a file can't hold a NUL") from None
        except OSError as error:
            raise UsageError(f"{path} can't be written: {reason(error)}") from None

    def write(self, octets: bytes) -> None:
        if self.error is not None:
            return
        try:
            self._begin()
            view = memoryview(octets)
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            self.error = f"{self.path}: {reason(error)}; {self.octets:,} octets were written"
        else:
            self.octets += len(octets)

    def write_line(self, line: str) -> None:
        self.write(line.encode("utf-8", "surrogateescape") + b"\n")

    def close(self) -> None:
        return

    def finish(self, accepted: bool) -> None:
        """The command is complete: an accepted one without data leaves an empty file."""
        if accepted and self.error is None:
            self._begin()
        os.close(self._file)
        if not self._begun and not self._existed:
            os.unlink(self.path)

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            if os.path.isfile(self.path):
                os.ftruncate(self._file, 0)
