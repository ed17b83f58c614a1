"""Octets: line ends, NUL, octets beyond ASCII, the form and length of status lines, lines that a buffer cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import repeat

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.piece import Piece
from mailshell.lint.pop3.reply import arguments, without_masks
from mailshell.protocol.events import BodyEnd, BodyPart, Deviation, Line
from mailshell.protocol.exchange import Completed

_BARE_LF = re.compile(rb"(?<!\r)\n")
_BARE_CR = re.compile(rb"\r(?!\n)")
_STATUS = re.compile(rb"(\+OK|-ERR)(\r?\n)?(.?)", re.IGNORECASE | re.DOTALL)
#: What is right, and as short as most are.
_PLAIN_STATUS = re.compile(rb"(?:\+OK|-ERR)(?: [ -~]{0,500}+)?\r\n").fullmatch
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
#: RFC 1939 section 3, with CRLF.
_LONGEST_STATUS = 512
#: A buffer of 1,024 octets holds as much of a line, by whether CR, LF or NUL take a part of it.
_BUFFER = range(1021, 1025)
_CUT_LINES = 3


class LineEnds(Checker):
    """Each line ends with CRLF, also within a message; NUL is nowhere. Of a reply the first of each kind is told."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def deviation(self, event: Deviation, now: Now) -> Iterator[Fault]:
        if event.rule == "bare-lf":
            yield Fault("bare-lf-status", event.start, event.end, expected="CRLF")

    def body(self, part: Piece | BodyEnd, now: Now) -> Faults:
        if isinstance(part, BodyEnd):
            self._told.clear()
            return NONE
        good = part.line_feeds == part.pairs == part.returns or not part.crlf
        return NONE if good and b"\0" not in part.octets else self._faults(part)

    def _faults(self, part: Piece) -> Iterator[Fault]:
        if part.crlf:
            if part.line_feeds != part.pairs:
                yield from self._first("bare-lf-in-reply", part, _BARE_LF, "CRLF")
            if part.returns != part.pairs:
                yield from self._first("bare-cr-in-reply", part, _BARE_CR, "CRLF, or no CR")
        at = part.octets.find(b"\0")
        if at >= 0 and "nul-in-reply" not in self._told:
            self._told.add("nul-in-reply")
            yield Fault("nul-in-reply", part.offset + at, part.offset + at + 1)

    def _first(self, rule: str, part: BodyPart, form: re.Pattern[bytes], expected: str) -> Iterator[Fault]:
        match = form.search(part.octets) if rule not in self._told else None
        if match is not None:
            self._told.add(rule)
            yield Fault(rule, part.offset + match.start(), part.offset + match.end(), expected=expected)


class StatusLines(Checker):
    """The form of a status line, as far as its octets tell."""

    def __init__(self) -> None:
        self._utf8 = False

    def line(self, line: Line, now: Now) -> Faults:
        return NONE if _PLAIN_STATUS(line.octets) else self._status(line, now)

    def _status(self, line: Line, now: Now) -> Iterator[Fault]:
        octets, offset = line.octets, line.offset
        if octets[:1] not in (b"+", b"-"):
            return
        match = _STATUS.match(octets)
        if match is not None:
            status, _, behind = match.groups()
            if status != status.upper():
                expected = status.upper().decode()
                yield Fault("status-lower-case", offset, offset + len(status), expected=expected)
            if match[2] is None and behind != b" ":
                at = offset + match.start(3)
                yield Fault("status-not-separated", at, at + len(behind), expected="a space or CRLF")
            if len(octets) > _LONGEST_STATUS:
                detail = f"a status line has {len(octets):,} octets instead of at most {_LONGEST_STATUS}"
                yield Fault("status-too-long", offset + _LONGEST_STATUS - 2, offset + len(octets), detail)
        if not octets.isascii():
            yield from self._beyond_ascii(octets, offset, now)

    def _beyond_ascii(self, octets: bytes, offset: int, now: Now) -> Iterator[Fault]:
        octets = without_masks(octets)
        match = _BEYOND_ASCII.search(octets)
        if match is None:
            return
        waiting = now.engine.outstanding[:1]
        if not self._utf8 and not (waiting and waiting[0].name == "LANG"):
            yield Fault("eight-bit-status", offset + match.start(), offset + match.end(), expected="ASCII")
            return
        try:
            octets.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Fault("status-not-utf8", offset + error.start, offset + error.end, expected="UTF-8")

    def completed(self, event: Completed, now: Now) -> Faults:
        exchange = event.exchange
        if event.response.ok and (exchange.name == "UTF8" or (exchange.name == "LANG" and arguments(exchange))):
            self._utf8 = True
        return NONE


def _are_short(octets: bytes) -> bool:
    """Whether no line but the first can be as long as the buffer: one would hold a whole block of half its length."""
    half = _BUFFER.start // 2
    ends = range(half, len(octets) + 1, half)
    return min(map(octets.find, repeat(b"\n"), range(0, len(octets), half), ends), default=0) >= 0


class CutLines(Checker):
    """Lines of one length near 1,024 octets, and none longer, look as if a buffer had cut them."""

    def __init__(self) -> None:
        self._begin: int | None = None
        self._lengths: Counter[int] = Counter()
        self._longer = False
        self._last = 0

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Faults:
        if isinstance(part, BodyPart):
            self._read(part)
            return NONE
        return self._told() if self._lengths else self._begin_anew()

    def _begin_anew(self) -> tuple[Fault, ...]:
        self._lengths.clear()
        self._begin, self._longer = None, False
        return NONE

    def _told(self) -> Iterator[Fault]:
        for length, count in self._lengths.most_common(1):
            if count >= _CUT_LINES and not self._longer:
                detail = f"{count:,} lines have exactly {length:,} octets, and none is longer"
                yield Fault("lines-cut", self._last - 1, self._last, detail)
        self._begin_anew()

    def _read(self, part: BodyPart) -> None:
        """Find the long lines; those that end within the reach of a short one are passed over together."""
        octets, at = part.octets, 0
        begin = part.offset if self._begin is None else self._begin
        if octets.find(b"\n") + part.offset - begin < _BUFFER.start and _are_short(octets):
            self._begin = part.offset + octets.rfind(b"\n") + 1 if b"\n" in octets else begin
            return
        while True:
            reach = max(begin - part.offset + _BUFFER.start, at)
            newline = octets.rfind(b"\n", at, reach)
            if newline < 0 and reach < len(octets):
                newline = octets.find(b"\n", reach)
                if newline >= 0:
                    self._count(begin, part.offset + newline - (octets[newline - 1 : newline] == b"\r"))
            if newline < 0:
                break
            at = newline + 1
            begin = part.offset + at
        self._begin = begin

    def _count(self, begin: int, end: int) -> None:
        if end - begin in _BUFFER:
            self._lengths[end - begin] += 1
            self._last = end
        elif end - begin >= _BUFFER.stop:
            self._longer = True
