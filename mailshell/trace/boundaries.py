"""Levels 4 and 5: the boundaries of each read and write, and a hex dump.

Secret octets are replaced by one mask whatever their number, and sizes and offsets leave them out: counted with them,
they would tell the length of the password.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.protocol.events import Side
from mailshell.trace import prefix
from mailshell.trace.connection import elapsed
from mailshell.trace.masked import pieces
from mailshell.trace.rows import Rows
from mailshell.trace.settings import Settings
from mailshell.wire import Octets

_WIDTH = 16
_PRINTABLE = bytes(code if 0x20 <= code < 0x7F else 0x2E for code in range(256))


class Boundaries:
    """Writes the rows of each read and write."""

    def __init__(self, settings: Settings, rows: Rows) -> None:
        self._settings = settings
        self._rows = rows
        self._hidden = {Side.CLIENT: 0, Side.SERVER: 0}

    def octets(self, event: Octets) -> None:
        """Add the row of a read or a write, and at level 5 its dump."""
        parts = list(pieces(event.octets, () if self._settings.show_secrets else event.secret))
        offset = event.offset - (0 if self._settings.show_secrets else self._hidden[event.side])
        shown = sum(len(piece) for piece in parts if isinstance(piece, bytes))
        masks = "".join(f" + {piece}" for piece in parts if isinstance(piece, str))
        what = "write" if event.side is Side.CLIENT else "read"
        text = f"{elapsed(event.time, self._settings)} {what} at {offset:,}: {shown:,} octets{masks}"
        if event.packed is not None and not masks:
            text += f", {event.packed:,} compressed" if event.packed else ", from the same compressed octets"
        self._rows.add(prefix.of_side(event.side, event.tls, prefix.BOUNDARY), text)
        self._hidden[event.side] += len(event.octets) - shown
        if self._settings.level >= 5:
            self._dump(parts, offset, prefix.of_side(event.side, event.tls, prefix.DUMP))

    def _dump(self, parts: Sequence[bytes | str], offset: int, mark: str) -> None:
        for piece in parts:
            if isinstance(piece, str):
                self._rows.add(mark, piece)
                continue
            for at in range(0, len(piece), _WIDTH):
                row = piece[at : at + _WIDTH]
                digits = f"{row[:8].hex(' ')}  {row[8:].hex(' ')}"
                self._rows.add(mark, f"{offset + at:08x}  {digits:<48}  {row.translate(_PRINTABLE).decode('ascii')}")
            offset += len(piece)
