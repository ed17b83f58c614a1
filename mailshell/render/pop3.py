"""What a POP3 server answers, as lines for a person (RFC 1939, RFC 2449)."""

from __future__ import annotations

import re

from mailshell.protocol.pop3.response import StatusLine
from mailshell.render.columns import Column, Table
from mailshell.render.shown import shown
from mailshell.render.values import counted, size

#: Commands whose multi-line reply is a message: it is streamed by whoever calls, not rendered here.
MESSAGE_BODIES = frozenset({"RETR", "TOP"})

_TWO_NUMBERS = re.compile(rb"(\d{1,19})[ \t]+(\d{1,19})(?:[ \t]+(.*))?\Z", re.DOTALL)
_NUMBER_AND_ID = re.compile(rb"(\d{1,19})[ \t]+(\S+)(?:[ \t]+(.*))?\Z", re.DOTALL)


class Pop3Rendering:
    """The answer to one command, given without line ends and with its stuffed dots removed.

    ``whole``: nothing is cut to fit a row into ``width``, because a program may read it.
    """

    def __init__(self, name: str, arguments: str = "", *, width: int = 100, whole: bool = False) -> None:
        self.name = name.upper()
        self.arguments = arguments
        self._messages = 0
        self._octets = 0
        self._single = False
        self._table: Table | None = None
        self._pattern = _TWO_NUMBERS
        if self.name == "LIST":
            self._table = Table([Column("#", number=True), Column("OCTETS", number=True)], width, whole=whole)
        elif self.name == "UIDL":
            self._table = Table([Column("#", number=True), Column("UNIQUE-ID")], width, whole=whole)
            self._pattern = _NUMBER_AND_ID

    def status(self, response: StatusLine) -> list[str]:
        """What a single-line reply says: STAT, and LIST and UIDL with a message number. None for other replies."""
        self._single = True
        if not response.ok:
            return []
        if self.name == "STAT" and (match := _TWO_NUMBERS.match(response.rest)):
            return [f"{counted(int(match[1]), 'message')}, {size(int(match[2]))}"]
        if self.name in ("LIST", "UIDL") and self.arguments.strip() and (match := self._pattern.match(response.rest)):
            what = size(int(match[2])) if self.name == "LIST" else f"unique-id {shown(match[2])}"
            return [f"message {int(match[1])}: {what}"]
        return []

    def line(self, line: bytes) -> list[str]:
        """A line of a multi-line reply: what can be shown now."""
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        if self._table is None:
            return [shown(line)]
        match = self._pattern.match(line)
        if match is None:
            return [*self._table.flush(more=True), shown(line)]
        self._messages += 1
        second = shown(match[2])
        if self.name == "LIST":
            self._octets += int(match[2])
            second = f"{int(match[2]):,}"
        row = [str(int(match[1])), second]
        if match[3]:
            row.append(shown(match[3]))
        return self._table.add(row)

    def finish(self) -> list[str]:
        """What was held back, and the sum of a listing; nothing after a single-line reply."""
        if self._table is None or self._single:
            return []
        lines = self._table.flush()
        total = counted(self._messages, "message")
        lines.append(f"({total}, {size(self._octets)})" if self.name == "LIST" else f"({total})")
        return lines
