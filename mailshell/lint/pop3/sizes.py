"""The size that LIST announces against the octets that RETR brings (RFC 1939 sections 5 and 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.piece import Piece
from mailshell.lint.pop3.measure import Size
from mailshell.lint.pop3.reply import number_of
from mailshell.protocol.events import BodyEnd

_BLOCK = 1024


class Sizes(Checker):
    """Compares when a message is complete. ``listed``: the sizes of LIST by message number."""

    concerns = frozenset({"RETR"})

    def __init__(self, listed: Mapping[int, int]) -> None:
        self._listed = listed
        self._size = Size()

    def body(self, part: Piece | BodyEnd, now: Now) -> Faults:
        if isinstance(part, Piece):
            self._size.feed(part)
            return NONE
        size, self._size = self._size, Size()
        asked = now.engine.answering
        number = None if asked is None else number_of(asked)
        listed = None if number is None else self._listed.get(number)
        return NONE if number is None or listed in (None, size.octets) else self._differ(part, number, listed, size)

    def _differ(self, part: BodyEnd, number: int, listed: int, size: Size) -> Iterator[Fault]:
        rule = "" if size.masked else _judge(listed, size)
        if rule:
            detail = (
                f"LIST says that message {number} has {listed:,} octets, and {size.octets:,} came{_why(rule, size)}"
            )
            yield Fault(rule, part.offset, part.offset + 1, detail, f"{listed:,} octets")


def _judge(listed: int, size: Size) -> str:
    """The rule that explains the difference; empty if there is none, or another rule has told its cause."""
    short = listed - size.octets
    if short in (0, size.single, size.bare):
        return ""
    if short == -size.lines:
        return "size-counts-lf"
    if short == -2:
        return "size-without-last-crlf"
    if short == -size.three:
        return "stuffed-twice"
    if short == size.dots:
        return "size-counts-stuffing"
    if listed % _BLOCK == 0 and abs(short) < _BLOCK:
        return "size-rounded"
    return "message-incomplete" if short > _BLOCK + size.octets // 4 else "list-size-differs"


def _why(rule: str, size: Size) -> str:
    match rule:
        case "size-counts-lf":
            return f": {size.lines:,} fewer, one for each line"
        case "stuffed-twice":
            return f": {size.three:,} more, one for each line that begins with three dots"
        case "size-counts-stuffing":
            return f": {size.dots:,} more, one for each line that begins with a dot"
        case "size-rounded":
            return f", and it is a multiple of {_BLOCK:,}"
    return ""
