"""TOP against what was asked for, and against RETR of the same message (RFC 1939 section 7)."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.piece import Piece
from mailshell.lint.pop3.measure import Letter
from mailshell.lint.pop3.reply import number_of
from mailshell.lint.recent import Recent
from mailshell.protocol.events import BodyEnd

#: So many messages are remembered to be compared.
_MOST = 1000
#: A reply to TOP that is cut behind so many octets was cut by a limit of the server.
_LONG = 32 << 10


class Tops(Checker):
    """Whether TOP gives the header, the empty line, and as many lines of the body as it should."""

    concerns = frozenset({"RETR", "TOP"})

    def __init__(self) -> None:
        self._letter = Letter()
        self._whole = Recent[int, Letter](_MOST)
        self._tops = Recent[int, tuple[int, Letter]](_MOST)

    def body(self, part: Piece | BodyEnd, now: Now) -> Faults:
        if isinstance(part, Piece):
            self._letter.feed(part)
            return NONE
        letter, self._letter = self._letter, Letter()
        asked = now.engine.answering
        number = None if asked is None else number_of(asked)
        if asked is None or number is None:
            return NONE
        if asked.name == "RETR":
            self._whole.put(number, letter)
            return self._compared(number, part) if self._tops else NONE
        lines = number_of(asked, 1)
        if lines is None:
            return NONE
        self._tops.put(number, (lines, letter))
        faults = self._compared(number, part)
        if letter.lines > lines:
            detail = f"TOP asked for {lines:,} lines of the body, and {letter.lines:,} came"
            return (Fault("top-too-many-lines", part.offset, part.offset + 1, detail), *faults)
        return faults

    def _compared(self, number: int, part: BodyEnd) -> Faults:
        """A top and the whole message, as soon as both are known."""
        whole = self._whole.get(number)
        top = None if whole is None else self._tops.pop(number)
        return NONE if whole is None or top is None else _compare(number, *top, whole, part.offset, part.offset + 1)


def _compare(number: int, asked: int, top: Letter, whole: Letter, start: int, end: int) -> Iterator[Fault]:
    """A top of ``asked`` lines, and the whole message."""
    if top.header != whole.header and not (top.masked or whole.masked):
        yield Fault("top-header-differs", start, end, f"message {number} has another header in TOP than in RETR")
    if whole.blank and not top.blank:
        yield Fault("top-without-blank-line", start, end, expected="an empty line behind the header")
        return
    due = min(asked, whole.lines)
    if top.lines < due:
        rule = "top-truncated" if top.octets >= _LONG else "top-too-few-lines"
        detail = f"TOP {number} {asked} gave {top.lines:,} lines of the body, and RETR has {whole.lines:,}"
        yield Fault(rule, start, end, detail, f"{due:,} lines")
