"""The messages of a session as files: what FETCH gave of ``BODY[]`` or ``RFC822``, and what RETR gave.

The octets are those of the message: dots are unstuffed (RFC 1939 section 3), nothing else is changed. They go from the
recording to the file as they are read.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from mailshell.exits import UsageError
from mailshell.export.source import Source
from mailshell.protocol.events import BodyPart, Line, LiteralPart, Side
from mailshell.protocol.exchange import Began, Completed, Exchange, Untagged
from mailshell.protocol.imap.data import Body, Fetched
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.streams import reason

_FETCH = re.compile(rb"\* (\d{1,20}) (?:UID)?FETCH ", re.IGNORECASE)
#: The end of a line behind which a message, or a part of one (with an origin), stands as a literal.
_SECTION = re.compile(rb"[( ](BODY\[\]|BINARY\[\]|RFC822)(<\d+>)? ~?\{\d+\+?\}\r?\n\Z", re.IGNORECASE)
_WHOLE = ("BODY[]", "BINARY[]", "RFC822")
#: A name that is taken gets a number; after so many it is a fault of something else.
_MOST_NAMES = 100_000


def write(source: Source, folder: Path) -> list[str]:
    """Write each message into the folder, which is made if there is none; what was written, in lines for the person.

    UsageError if that can't be done, or if the recording holds no message.
    """
    was_there = folder.exists()
    letters = _Letters(_make_folder(folder))
    try:
        for moment in source.moments():
            letters.take(moment.what)
        letters.end()
    except OSError as error:
        raise UsageError(f"{folder} can't be written: {reason(error)}") from None
    finally:
        letters.discard()
    lines = [*letters.report, *source.warnings]
    if not letters.written:
        if not was_there:
            folder.rmdir()
        why = f" ({lines[0]})" if lines else ""
        raise UsageError(f"{source.path} holds no message fetched as BODY[] or RFC822, or retrieved with RETR{why}")
    return lines


class _Letters:
    """Finds messages among the events. ``report``: a line for each."""

    def __init__(self, folder: Path) -> None:
        self.report: list[str] = []
        self.written = 0
        self._folder = folder
        self._file: BinaryIO | None = None
        self._path = ""
        self._octets = 0
        #: Messages of the response being received that are complete and have no name yet: path, octets.
        self._unnamed: list[tuple[str, int]] = []
        self._number = ""
        self._retrieved: Exchange | None = None

    def take(self, what: object) -> None:
        match what:
            case Line(side=Side.SERVER) as line:
                self._line(line)
            case LiteralPart(side=Side.SERVER) as part if self._file is not None:
                self._add(part.octets)
                if part.last:
                    self._complete()
            case Untagged(response=response) if response.name in ("FETCH", "UIDFETCH"):
                self._fetched(response)
            case Began(exchange=exchange) if exchange.name == "RETR":
                words = exchange.words.split()
                number = words[1] if len(words) > 1 else ""
                self._number = number if number.isascii() and number.isdigit() and len(number) <= 20 else "unknown"
                self._retrieved = exchange
                self._begin()
            case BodyPart() as part if self._retrieved is not None:
                self._add(part.content())
            case Completed(exchange=exchange) if exchange is self._retrieved:
                self._retrieved = None
                self._complete()
                self._name(f"message-{self._number}")

    def end(self) -> None:
        """The recording ends, perhaps within a message."""
        if self._file is not None:
            self.report.append(f"message {self._number} is cut off after {self._octets:,} octets, and is left out")
        self._name(f"message-{self._number}")

    def discard(self) -> None:
        """Remove what has no name."""
        if self._file is not None:
            self._file.close()
            self._file = None
            os.unlink(self._path)
        for path, _ in self._unnamed:
            os.unlink(path)
        self._unnamed.clear()

    # --- IMAP

    def _line(self, line: Line) -> None:
        if line.first:
            self._name(f"message-{self._number}")
            match = _FETCH.match(line.octets)
            self._number = match[1].decode() if match else ""
        section = _SECTION.search(line.octets[-60:]) if self._number and line.literal is not None else None
        if section is not None and section[2]:
            name = (section[1] + section[2]).decode()
            self.report.append(f"of message {self._number} a part was fetched ({name}), and is left out")
        elif section is not None:
            self._begin()

    def _fetched(self, response: Response) -> None:
        data, _ = read_data(response)
        if not isinstance(data, Fetched):
            return
        uid: object = None
        for item in data.items:
            if item.name == "UID":
                uid = item.value
            elif item.name in _WHOLE and isinstance(item.value, Body) and item.value.octets and not self._unnamed:
                # A short message may come as a quoted string.
                self._begin()
                self._add(item.value.octets)
                self._complete()
        self._name(f"uid-{uid}" if isinstance(uid, int) else f"message-{self._number or response.number}")

    # --- files

    def _begin(self) -> None:
        number, self._path = tempfile.mkstemp(prefix=".mailshell-", suffix=".part", dir=self._folder)
        self._file = os.fdopen(number, "wb")
        self._octets = 0

    def _add(self, octets: bytes) -> None:
        if self._file is not None:
            self._file.write(octets)
            self._octets += len(octets)

    def _complete(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            self._unnamed.append((self._path, self._octets))

    def _name(self, name: str) -> None:
        while self._unnamed:
            path, octets = self._unnamed[0]
            target = self._reserve(name)
            os.replace(path, target)
            self._unnamed.pop(0)
            self.written += 1
            self.report.append(f"{octets:,} octets written to {target}")

    def _reserve(self, name: str) -> Path:
        """A file that was not there before, with this name, or with a number behind it."""
        for number in range(1, _MOST_NAMES):
            path = self._folder / (f"{name}.eml" if number == 1 else f"{name}-{number}.eml")
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            except FileExistsError:
                continue
            return path
        raise UsageError(f"{self._folder} holds too many messages of the name {name}")


def _make_folder(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"{folder} is no folder; the messages are written into one, each to a file") from None
    except OSError as error:
        raise UsageError(f"{folder} can't be made: {reason(error)}") from None
    return folder
