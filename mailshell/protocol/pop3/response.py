"""A POP3 status line or challenge (RFC 1939 section 3, RFC 2449 section 8, RFC 5034 section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STATUS = re.compile(rb"(\+OK|-ERR)(?:[ \t]+|\Z)", re.IGNORECASE)
_CODE = re.compile(rb"\[([^\]]*)\][ ]?")


@dataclass(frozen=True, slots=True)
class StatusLine:
    """``status``: ``+OK``, ``-ERR``, ``+`` for a challenge, empty for a line that is none of them."""

    status: str
    line: bytes
    offset: int
    body: int

    @property
    def ok(self) -> bool:
        return self.status == "+OK"

    @property
    def rest(self) -> bytes:
        """What stands after the status."""
        return self.line[self.body :]

    @property
    def code(self) -> bytes | None:
        """The response code of an error, without brackets: ``IN-USE``, ``SYS/TEMP`` (RFC 2449 section 8)."""
        match = _CODE.match(self.rest) if self.status == "-ERR" else None
        return match[1] if match else None

    @property
    def text(self) -> bytes:
        """What the line says to a person."""
        match = _CODE.match(self.rest) if self.status == "-ERR" else None
        return self.rest[match.end() :] if match else self.rest


def read_status(line: bytes, offset: int) -> StatusLine:
    """Read a line without its line end. Never raises."""
    match = _STATUS.match(line)
    if match:
        return StatusLine(match[1].decode().upper(), line, offset, match.end())
    if line[:2] == b"+ " or line == b"+":
        return StatusLine("+", line, offset, min(2, len(line)))
    return StatusLine("", line, offset, 0)
