"""Literals and multi-line bodies in lines as they stream by: the first few of them, and how much there is beyond."""

from __future__ import annotations

from mailshell.export.masking import masked_known
from mailshell.protocol.secrecy import Secrets
from mailshell.trace.lines import CLIP_LINE, LineCutter, clip, row_text


class Folded:
    """Give it the octets as they come; it gives lines back. ``most``: so many lines are given; None: all of them.

    Where not all are given, each is cut to 2,000 octets. Memory is bounded in either case.
    """

    def __init__(self, most: int | None, secrets: Secrets) -> None:
        self.octets = 0
        self._most = most
        self._secrets = secrets
        self._cutter = LineCutter(secrets)
        self._newlines = 0
        self._ended = True
        self._shown = 0
        self._shown_octets = 0
        self._held: tuple[bytes, int] | None = None

    @property
    def lines(self) -> int:
        """How many lines there were so far."""
        return self._newlines + (0 if self._ended else 1)

    def feed(self, octets: bytes) -> list[str]:
        """The lines that are complete now and are to be shown."""
        if not octets:
            return []
        self.octets += len(octets)
        self._newlines += octets.count(b"\n")
        self._ended = octets.endswith(b"\n")
        if self._most is None:
            return [row_text(masked_known(piece, self._secrets)) for piece in self._cutter.feed(octets)]
        return [] if self._is_full else self._take(self._cutter.feed(octets))

    def end(self) -> list[str]:
        """The line that had no end."""
        rest = self._cutter.end()
        if self._most is None:
            return [row_text(masked_known(rest, self._secrets))] if rest else []
        lines = self._take([rest]) if rest and not self._is_full else []
        return [*lines, *self._release()]

    @property
    def rest(self) -> str:
        """What was not shown, as a count; empty if all was."""
        if self._most is None or self.lines <= self._shown:
            return ""
        more, octets = self.lines - self._shown, self.octets - self._shown_octets
        return f"{more:,} more of {self.lines:,} lines, {octets:,} more of {self.octets:,} octets"

    @property
    def _is_full(self) -> bool:
        return self._most is not None and self._shown >= self._most

    def _take(self, pieces: list[bytes]) -> list[str]:
        lines: list[str] = []
        for piece in pieces:
            if self._is_full:
                # What the cutter holds is counted already.
                self._cutter.end()
                break
            self._shown_octets += len(piece)
            if self._held is None:
                shown = masked_known(piece, self._secrets)
                room = CLIP_LINE + 8
                self._held = (shown[:room], len(shown) - room) if len(shown) > room else (shown, 0)
            else:
                self._held = self._held[0], self._held[1] + len(piece)
            if piece.endswith(b"\n"):
                lines += self._release()
        return lines

    def _release(self) -> list[str]:
        if self._held is None:
            return []
        (line, more), self._held = self._held, None
        self._shown += 1
        return [clip(line, CLIP_LINE, more)]
