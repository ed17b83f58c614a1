"""TOP against what was asked for, and against RETR of the same message (RFC 1939 section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from mailshell.lint.checker import Checker, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.measure import Letter
from mailshell.lint.pop3.reply import number_of
from mailshell.protocol.events import BodyEnd, BodyPart

_T = TypeVar("_T")
#: So many messages are remembered to be compared.
_MOST = 500
#: A reply to TOP that is cut behind so many octets was cut by a limit of the server.
_LONG = 32 << 10


class Tops(Checker):
    """Whether TOP gives the header, the empty line, and as many lines of the body as it should."""

    def __init__(self) -> None:
        self._letter = Letter()
        self._whole: dict[int, Letter] = {}
        self._tops: dict[int, tuple[int, Letter]] = {}

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Iterator[Fault]:
        asked = now.engine.answering
        if asked is None or asked.name not in ("RETR", "TOP"):
            return
        if isinstance(part, BodyPart):
            self._letter.feed(part)
            return
        letter, self._letter = self._letter, Letter()
        number, lines = number_of(asked), number_of(asked, 1)
        start, end = part.offset, part.offset + 1
        if asked.name == "TOP" and lines is not None and letter.lines > lines:
            detail = f"TOP asked for {lines:,} lines of the body, and {letter.lines:,} came"
            yield Fault("top-too-many-lines", start, end, detail)
        if number is None:
            return
        if asked.name == "TOP" and lines is not None:
            _keep(self._tops, number, (lines, letter))
        elif asked.name == "RETR":
            _keep(self._whole, number, letter)
        if number in self._whole and number in self._tops:
            yield from _compare(number, *self._tops.pop(number), self._whole[number], start, end)


def _keep(known: dict[int, _T], number: int, what: _T) -> None:
    """Remember it, and forget what is oldest if there is too much."""
    known[number] = what
    if len(known) > _MOST:
        del known[next(iter(known))]


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
