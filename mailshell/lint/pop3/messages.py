"""How a message begins, and its header: what servers add that does not belong there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.reply import Lines, without_masks
from mailshell.protocol.events import BodyEnd, BodyPart
from mailshell.protocol.exchange import Completed

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_STATUS = re.compile(rb"\+OK(?: [^:\r\n]*)?\r?\n\Z")
_MBOX = re.compile(rb">?From ")
_EMPTY_STATUS = re.compile(rb"Status:[ \t]*\r?\n\Z", re.IGNORECASE)
_EMPTY_STATUSES = re.compile(rb"^Status:[ \t]*\r?\n", re.IGNORECASE | re.MULTILINE)
#: So many octets are read as a header; what has none in them is no message.
_LONGEST = 1 << 20


def _is_plain(octets: bytes) -> bool:
    """Whether a message begins with a whole header in which nothing is to be told of."""
    end = octets.find(b"\r\n\r\n")
    if end < 0 or octets[:1] in b" \t\r\n+>Ff":
        return False
    header = octets[: end + 2]
    return header.isascii() and _EMPTY_STATUSES.search(header) is None


class Headers(Checker):
    """Reads the header of each message in RETR and TOP."""

    concerns = frozenset({"RETR", "TOP"})

    def __init__(self) -> None:
        self._lines = Lines()
        self._inside = True
        self._first = True
        self._beyond_ascii = False
        self._utf8 = False
        self._read = 0

    def completed(self, event: Completed, now: Now) -> Faults:
        self._utf8 = self._utf8 or (event.response.ok and event.exchange.name == "UTF8")
        return NONE

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Faults:
        if isinstance(part, BodyEnd):
            self._lines.clear()
            self._inside = self._first = True
            self._beyond_ascii, self._read = False, 0
            return NONE
        if not self._inside:
            return NONE
        if not self._read and _is_plain(part.octets):
            self._inside = False
            return NONE
        return self._header(part)

    def _header(self, part: BodyPart) -> Iterator[Fault]:
        for line, offset in self._lines.feed(part):
            if not line.rstrip(b"\r\n"):
                self._inside = False
                return
            yield from self._line(line, offset)
        self._read += len(part.octets)
        self._inside = self._read < _LONGEST

    def _line(self, line: bytes, offset: int) -> Iterator[Fault]:
        first, self._first = self._first, False
        if first:
            if _MBOX.match(line):
                yield Fault("mbox-from-line", offset, offset + len(line.rstrip(b"\r\n")), expected="a header field")
            elif _STATUS.match(line):
                what = "the reply begins with a second status line, which a client takes for the header"
                yield Fault("answered-twice", offset, offset + len(line.rstrip(b"\r\n")), what, "a header field")
            elif line[:1] in (b" ", b"\t"):
                yield Fault("begins-with-continuation", offset, offset + 1, expected="the name of a header field")
        if _EMPTY_STATUS.match(line):
            yield Fault("empty-status-field", offset, offset + len(line.rstrip(b"\r\n")))
        if not self._beyond_ascii and not self._utf8 and not line.isascii():
            match = _BEYOND_ASCII.search(without_masks(line))
            if match is not None:
                self._beyond_ascii = True
                yield Fault("eight-bit-header", offset + match.start(), offset + match.end(), expected="ASCII")
