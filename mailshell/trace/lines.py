"""Literals, multi-line bodies and overlong lines, cut into rows as they stream by, in full or folded.

Memory stays bounded whatever the size: a line longer than ``BOUND`` octets is passed on in pieces, and what is folded
away is only counted.
"""

from __future__ import annotations

from typing import NamedTuple

from mailshell.protocol.events import SecretSpan
from mailshell.protocol.secrecy import Secrets
from mailshell.text.escape import escape_octets

#: A line longer than this is shown in pieces (octets).
BOUND = 1 << 16
#: What has more lines than this is folded,
WHOLE = 5
#: to this many lines,
SHOWN = 3
#: each clipped to this many octets.
CLIP = 200
#: Where nothing is folded, a line is still clipped to this many octets at level 2.
CLIP_LINE = 2000


class Row(NamedTuple):
    """``note``: told by the trace, not part of what crossed the wire. ``ended``: a line of it ends here."""

    text: str
    note: bool = False
    ended: bool = True


def row_text(octets: bytes) -> str:
    """A line with its line end as a row: CRLF is not shown, any other end is; ``\\`` marks a line without an end."""
    if octets.endswith(b"\r\n"):
        return escape_octets(octets[:-2])
    if octets.endswith(b"\n"):
        return escape_octets(octets)
    return escape_octets(octets) + "\\"


def clip(octets: bytes, most: int, more: int = 0) -> str:
    """A line as a row of at most ``most`` octets; what is left out is counted, and ``more`` with it."""
    length = len(octets) - (2 if octets.endswith(b"\r\n") else 0)
    if length <= most and not more:
        return row_text(octets)
    most = min(most, length)
    while most and most < len(octets) and octets[most] & 0xC0 == 0x80:
        most -= 1
    return f"{escape_octets(octets[:most])} … {len(octets) - most + more:,} more octets"


class LineCutter:
    """Cuts octets into lines with their line ends, and long lines into pieces, never within a known secret."""

    def __init__(self, secrets: Secrets | None = None, bound: int = BOUND) -> None:
        self._secrets = secrets
        self._bound = bound
        self._rest = b""

    def feed(self, octets: bytes) -> list[bytes]:
        """The lines that end in these octets, and pieces of long ones. A piece is one that does not end with LF."""
        *lines, rest = (self._rest + octets).split(b"\n")
        pieces: list[bytes] = []
        for line in lines:
            if len(line) < self._bound:
                pieces.append(line + b"\n")
            else:
                pieces.append(self._cut(line + b"\n", pieces))
        self._rest = self._cut(rest, pieces)
        return pieces

    def end(self) -> bytes:
        """What is left: a line without an end, or nothing."""
        rest, self._rest = self._rest, b""
        return rest

    def _cut(self, octets: bytes, pieces: list[bytes]) -> bytes:
        longest = self._secrets.longest if self._secrets is not None else 0
        at = 0
        while len(octets) - at > self._bound + longest:
            window = octets[at : at + self._bound + longest + 1]
            cut = self._place(window)
            pieces.append(window[:cut])
            at += cut
        return octets[at:] if at else octets

    def _place(self, window: bytes) -> int:
        """Where to cut: at the bound, or before the secret or the character that stands across it."""
        cut = self._bound
        spans: list[SecretSpan] = self._secrets.scan(window) if self._secrets is not None else []
        for start, end, _ in sorted(spans, reverse=True):
            if start < cut < end:
                cut = start
        if cut == 0:
            return max(end for start, end, _ in spans if start == 0)
        back = cut
        while back > cut - 4 and window[back] & 0xC0 == 0x80:
            back -= 1
        return back if back > 0 else cut


class Contents:
    """A literal, a body or an overlong line. Give it the octets as they come; it gives rows back."""

    def __init__(self, secrets: Secrets | None, *, folded: bool) -> None:
        self._secrets = secrets
        self._folded = folded
        self._cutter = LineCutter(secrets)
        self._octets = 0
        self._newlines = 0
        self._ended = True
        self._folding = False
        self._held: list[tuple[bytes, int]] = []
        self._open = False
        self._shown = 0

    def feed(self, octets: bytes) -> list[Row]:
        """The rows that can be shown now. Folded contents are held back until it is known whether they are small."""
        if not octets:
            return []
        if self._folded:
            self._octets += len(octets)
            self._newlines += octets.count(b"\n")
            self._ended = octets.endswith(b"\n")
            if self._folding:
                return []
        pieces = self._cutter.feed(octets)
        if self._folded:
            return self._hold(pieces)
        return [Row(row_text(self._masked(piece)), ended=piece.endswith(b"\n")) for piece in pieces]

    def end(self) -> list[Row]:
        """The last rows. A line without an end is marked; what was folded away is counted."""
        rest = self._cutter.end()
        if not self._folded:
            return [Row(row_text(self._masked(rest)))] if rest else []
        rows = self._hold([rest]) if rest and not self._folding else []
        if not self._folding:
            return [Row(clip(line, CLIP_LINE, more)) for line, more in self._held]
        lines = self._newlines + (0 if self._ended else 1)
        more = self._octets - self._shown
        note = f"… {lines - SHOWN:,} more of {lines:,} lines, {more:,} more of {self._octets:,} octets"
        return [*rows, Row(note, note=True)]

    def _masked(self, octets: bytes) -> bytes:
        return self._secrets.mask(octets) if self._secrets is not None else octets

    def _hold(self, pieces: list[bytes]) -> list[Row]:
        for piece in pieces:
            if self._open:
                line, more = self._held[-1]
                self._held[-1] = line, more + len(piece)
            elif len(self._held) == WHOLE:
                self._folding = True
                self._cutter.end()
                rows = [Row(clip(line, CLIP, more)) for line, more in self._held[:SHOWN]]
                self._held.clear()
                return rows
            else:
                self._keep(piece)
            if len(self._held) <= SHOWN:
                self._shown += len(piece)
            self._open = not piece.endswith(b"\n")
        return []

    def _keep(self, piece: bytes) -> None:
        masked = self._masked(piece)
        room = CLIP_LINE + 8
        self._held.append((masked[:room], len(masked) - room) if len(masked) > room else (masked, 0))
