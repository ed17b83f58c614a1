"""The Message-ID in the reply to RETR or TOP."""

from __future__ import annotations

import re

from mailshell.lint.message_id import plain_id
from mailshell.lint.pop3.reply import Lines
from mailshell.protocol.events import BodyPart

_MESSAGE_ID = re.compile(rb"message-id[ \t]*:(.*)\Z", re.IGNORECASE | re.DOTALL)
#: So many octets are read as a header.
_LONGEST = 1 << 18


class HeaderId:
    """Reads a header for its first Message-ID. ``place``: where its line stands."""

    def __init__(self) -> None:
        self.value: bytes | None = None
        self.place: tuple[int, int] | None = None
        self._lines = Lines()
        self._inside = True
        self._begun = False
        self._read = 0

    def feed(self, part: BodyPart) -> None:
        """Take in a piece of the reply."""
        if not self._inside:
            return
        for line, offset in self._lines.feed(part):
            text = line.rstrip(b"\r\n")
            match = None if self._begun else _MESSAGE_ID.match(text)
            # It may stand in the line after the name of its field.
            if match is not None or (self._begun and line[:1] in (b" ", b"\t")):
                self._begun = True
                self.value = plain_id(text if match is None else match[1])
                self.place = offset, offset + len(text)
            elif self._begun:
                self._inside = False
            if not text or self.value is not None:
                self._inside = False
            if not self._inside:
                return
        self._read += len(part.octets)
        self._inside = self._read < _LONGEST
