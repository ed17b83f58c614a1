"""``> FILE``: all of an answer in one file, or with ``{}`` in its name a file for each message.

``{}`` becomes the number of the message, in UID FETCH its UID. A UID may stand behind the section that it belongs to
(RFC 9051 section 7.5.2 gives no order), so that there the file has the message's number until the UID is known.
"""

from __future__ import annotations

import os
from typing import Protocol

from mailshell.exits import UsageError
from mailshell.interpreter.body import BodySink, FileSink, KeepSink
from mailshell.streams import reason

#: What stands for the number of a message in the name of a file.
PLACE = "{}"


class Destination(Protocol):
    """Where an answer is written. ``error`` says why writing failed; the rest is dropped then."""

    path: str

    @property
    def octets(self) -> int: ...

    @property
    def error(self) -> str | None: ...

    def body(self, message: str) -> BodySink:
        """Where the next section goes; ``message`` tells the messages of one answer apart."""
        ...

    def rename(self, message: str, name: str) -> None:
        """This is how the message is called from now on."""
        ...

    def write_line(self, line: str) -> None: ...

    def finish(self, accepted: bool) -> None:
        """The command is complete."""
        ...

    def report(self) -> list[str]:
        """What was written, in lines for the person."""
        ...


class OneFile:
    """All in one file. UsageError if it can't be opened."""

    def __init__(self, path: str) -> None:
        self._sink = FileSink(path)
        self.path = self._sink.path
        self._bodies = 0
        self._messages: set[str] = set()

    @property
    def octets(self) -> int:
        return self._sink.octets

    @property
    def error(self) -> str | None:
        return self._sink.error

    def body(self, message: str) -> BodySink:
        self._bodies += 1
        self._messages.add(message)
        return self._sink

    def rename(self, message: str, name: str) -> None:
        return

    def write_line(self, line: str) -> None:
        self._sink.write_line(line)

    def finish(self, accepted: bool) -> None:
        self._sink.finish(accepted)

    def report(self) -> list[str]:
        lines = [f"{self.octets:,} octets written to {self.path}"]
        if len(self._messages) > 1:
            name, extension = os.path.splitext(self.path)
            each = f"> {name}-{PLACE}{extension}"
            lines.append(f"note: {len(self._messages):,} messages stand in this file; {each} makes one file of each")
        elif self._bodies > 1:
            lines.append(
                f"note: {self._bodies:,} sections stand in this file; fetched singly each has a file of its own"
            )
        return lines


class FilePerMessage:
    """A file for each message. UsageError if there is no folder for them; nothing is written but messages."""

    def __init__(self, pattern: str) -> None:
        self.path = os.path.expanduser(pattern)
        self.error: str | None = None
        folder, self._name = os.path.split(self.path)
        self._folder = folder or "."
        if PLACE in folder:
            raise UsageError(f"{PLACE} stands for the number of a message in the name of a file, not in its folder")
        if not os.path.isdir(self._folder):
            raise UsageError(f"{pattern} can't be written: no such folder")
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise UsageError(f"{pattern} can't be written: permission denied")
        self._sink: FileSink | None = None
        self._message = ""
        self._written: dict[str, None] = {}
        self._octets = 0

    @property
    def octets(self) -> int:
        return self._octets + (self._sink.octets if self._sink is not None else 0)

    def body(self, message: str) -> BodySink:
        if self._sink is None or message != self._message:
            self._end(accepted=True)
            self._begin(message)
        return self._sink or KeepSink(0)

    def _path_of(self, message: str) -> str:
        return os.path.join(self._folder, self._name.replace(PLACE, message))

    def _begin(self, message: str) -> None:
        if self.error is not None:
            return
        try:
            self._sink = FileSink(self._path_of(message), append=message in self._written)
        except UsageError as error:
            self.error = str(error)
            return
        self._message = message
        self._written[message] = None

    def _end(self, accepted: bool) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.finish(accepted)
            self._octets += sink.octets
            self.error = self.error or sink.error

    def rename(self, message: str, name: str) -> None:
        if message != self._message or name == message or name in self._written or message not in self._written:
            return
        self._end(accepted=True)
        try:
            os.replace(self._path_of(message), self._path_of(name))
        except OSError as error:
            self.error = f"{self._path_of(name)}: {reason(error)}"
            return
        del self._written[message]
        self._written[name] = None

    def write_line(self, line: str) -> None:
        return

    def finish(self, accepted: bool) -> None:
        self._end(accepted)

    def report(self) -> list[str]:
        names = list(self._written)
        if not names:
            return ["no message came, and no file was written"]
        last = f" to {self._path_of(names[-1])}" if len(names) > 1 else ""
        files = "1 file" if len(names) == 1 else f"{len(names):,} files"
        return [f"{self.octets:,} octets written to {files}: {self._path_of(names[0])}{last}"]


def destination(path: str, *, messages: bool) -> Destination:
    """What ``> FILE`` writes to. ``messages``: the command asks for messages or sections of them."""
    return FilePerMessage(path) if messages and PLACE in path else OneFile(path)
