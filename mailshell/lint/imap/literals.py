"""Literals of another length than announced, and what else goes wrong around them.

The rules, in prose:

- Behind a literal stands a space, a parenthesis that closes, or the line's end; behind the value of a section the next
  data item or the end of the list. Anything else: the announced number is wrong, or nothing was to follow.
- If ``)`` and the beginning of the next response stand in the literal, it was too short; else it was too long.
- Neither is decided here: a fault tells both readings, and the octets are read as the number says.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.footing import Footing
from mailshell.lint.imap.places import lines_of
from mailshell.protocol.events import Deviation, Line, LiteralPart, Side
from mailshell.protocol.exchange import Sent
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.terms import TERMS
from mailshell.protocol.imap.terms_fetch import ITEM
from mailshell.wire import Closed, Octets, WireEvent

#: So much of a literal's end is kept.
_TAIL = 4096
#: Seconds of silence after which a literal that seems to hold the completion of a command is taken for too short.
SILENCE = 2.0
#: The name of a FETCH data item, as an answer has it.
ITEM_NAME = b"(?:%b)" % b"|".join(
    re.escape(term.name.encode().removesuffix(b"["))
    + (rb"\[[^\]\r\n]*\](?:<\d+>)?" if term.name.endswith("[") else b"")
    for term in sorted(TERMS.of_kind(ITEM), key=lambda term: -len(term.name))
)
_SECTION = rb"(?:(?:BODY|BINARY)(?:\.PEEK)?\[[^\]\r\n]*\](?:<\d+>)?|RFC822(?:\.HEADER|\.TEXT)?)"
_SECTION_BEFORE = re.compile(_SECTION + rb" ?~?\{\d+[+-]?\}\r?\n\Z", re.IGNORECASE)
_NO_VALUE = re.compile(rb"[ (](" + _SECTION + rb")[ \t]*\Z", re.IGNORECASE)
#: A data item that is not known is taken for one if it is in capitals, or a vendor's.
_UNKNOWN = rb"(?:[A-Z][A-Z0-9.-]*|(?i:X-[A-Z0-9.-]+))"
_NEXT = re.compile(rb"[ \t]*\)[ \t]*\r?\n\Z|[ \t]+(?:(?i:%b)(?=[ \t])|%b[ \t]+\S)" % (ITEM_NAME, _UNKNOWN))
_TRAILER = re.compile(rb"[ \t]*\)[ \t]*(?=%b[ \t])" % ITEM_NAME, re.IGNORECASE)
_GLUED = re.compile(rb"%b[ \t]" % ITEM_NAME, re.IGNORECASE)
_UNTAGGED = rb"\* (?:\d+ (?:FETCH|EXISTS|RECENT|EXPUNGE)|OK|NO|BAD|BYE)\b"
_CLOSING = re.compile(rb"\)\r?\n?\Z")


@dataclass(slots=True)
class _Literal:
    """``start`` and ``end`` of its announcement; ``section``: it is the value of a section."""

    start: int
    end: int
    size: int
    section: bool
    position: int = 0
    tail: bytes = b""
    told: bool = False


class Literals(Checker):
    """A literal is as long as announced, and its response goes on behind it."""

    plain = False

    def __init__(self, footing: Footing) -> None:
        self._footing = footing
        self._literal: _Literal | None = None
        self._last: _Literal | None = None
        #: Where the response begins of which the literals were seen last, and the one that was explained last.
        self._begun = self._explained = -1
        self._response: Response | None = None
        self._heard = 0.0

    # --- as it comes

    def wire(self, event: WireEvent, now: Now) -> Iterator[Fault]:
        if isinstance(event, Octets) and event.side is Side.SERVER:
            self._heard = event.time
        elif isinstance(event, Closed):
            yield from self._unfinished(now)
            literal = self._literal
            if literal is not None and not literal.told and literal.position < literal.size and event.by_server:
                detail = f"the connection ends after {literal.position:,} of the {literal.size:,} octets of a literal"
                yield Fault("literal-cut-off", literal.start, literal.end, detail)

    def sent(self, event: Sent, now: Now) -> Iterator[Fault]:
        if now.time - self._heard >= SILENCE:
            yield from self._unfinished(now)

    def idle(self, now: Now) -> Iterator[Fault]:
        if now.time - self._heard >= SILENCE:
            yield from self._unfinished(now)

    def literal(self, part: LiteralPart, now: Now) -> Faults:
        literal = self._literal
        if literal is not None:
            literal.position += len(part.octets)
            if len(part.octets) >= _TAIL:
                literal.tail = part.octets[-_TAIL:]
            else:
                literal.tail = (literal.tail + part.octets)[-_TAIL:]
        return NONE

    def line(self, line: Line, now: Now) -> Faults:
        return NONE if line.first and line.literal is None else self._around(line, now)

    def _around(self, line: Line, now: Now) -> Iterator[Fault]:
        """A line before or behind a literal."""
        if line.first:
            self._begun = line.offset
        behind, self._literal = self._literal, None
        self._last = None if line.first else behind
        if not line.first and behind is not None:
            if behind.told:
                self._explained = self._begun
            elif line.octets != b")\r\n":
                yield from self._behind(behind, line, now)
        if line.literal is not None:
            text = line.text
            brace = text.rfind(b"{")
            start, end = line.offset + brace - line.literal.binary, line.offset + len(text)
            section = _SECTION_BEFORE.search(line.octets[-1000:]) is not None
            self._literal = _Literal(start, end, line.literal.size, section)

    # --- what the response was

    def untagged(self, received: Received, now: Now) -> Faults:
        response = self._response = received.response
        line = response.line
        if len(response.segments) > 1 or line.endswith(b")") or response.name not in ("FETCH", "UIDFETCH"):
            return NONE
        tail = line[-500:]
        match = _NO_VALUE.search(tail)
        if match is None or line.count(b"(", response.body) <= line.count(b")", response.body):
            return NONE
        self._explained = self._footing.lost = response.offset
        base = response.offset + len(line) - len(tail)
        start, end = base + match.start(1), base + match.end(1)
        return (Fault("literal-not-announced", start, end, expected="{n} behind it, or a quoted string"),)

    def deviation(self, event: Deviation, now: Now) -> Iterator[Fault]:
        response = self._response
        if event.rule != "unbalanced" or response is None or self._explained == response.offset:
            return
        closes_nothing = event.end - event.start == 1
        fault = None if closes_nothing else self._left_open(response, now)
        if fault is not None:
            self._footing.lost = fault.start
            yield fault
        elif closes_nothing:
            yield Fault("unbalanced", event.start, event.end, "a parenthesis closes nothing")
        else:
            yield Fault("unbalanced", event.start, event.start + 1, "a parenthesis is not closed")

    def _left_open(self, response: Response, now: Now) -> Fault | None:
        """Why a response whose last octets stand behind a literal leaves a parenthesis open; None: who knows."""
        literal = self._last
        if literal is None or self._begun != response.offset or response.skipped:
            return None
        offset, line = deque(lines_of(response), maxlen=1)[0]
        if (fault := self._short(literal, line, now)) is not None:
            return fault
        if (closing := _CLOSING.search(literal.tail)) is not None:
            return _too_short(literal, literal.size - len(closing[0]))
        if line.strip(b"\r\n"):
            return None
        detail = "a line without an octet stands between a literal and the rest of its response"
        otherwise = "the literal was announced too short, and the line's end is its own"
        return Fault("empty-line", offset, offset + len(line), detail, "`)`", otherwise)

    # --- within

    def _behind(self, literal: _Literal, line: Line, now: Now) -> Iterator[Fault]:
        """What stands behind a literal that has come as long as announced."""
        octets = line.octets
        trailer = _TRAILER.match(octets) if literal.section else None
        if trailer:
            self._explained = self._begun
            start, end = line.offset + trailer.end(), line.offset + len(line.text)
            yield Fault("item-behind-list", start, end, expected="these items before the `)`")
            return
        fits = octets[:1] in b" \t)]\r\n"
        if fits and literal.section and octets.strip() not in (b"", b")"):
            fits = _NEXT.match(octets) is not None
        if fits:
            return
        self._explained = self._begun
        if _GLUED.match(octets):
            yield Fault("missing-space", line.offset, line.offset + 1, expected="a space behind the literal")
            return
        self._footing.lost = literal.start
        yield self._short(literal, octets, now) or self._long(literal, line)

    def _long(self, literal: _Literal, line: Line) -> Fault:
        text = line.text
        closing = len(text.rstrip(b") \t")) if text.endswith(b")") else 0
        start, end = line.offset, line.offset + (closing or len(text))
        detail = f"{literal.size:,} octets are announced, and what follows them can't follow a literal"
        if not closing:
            return Fault("literal-too-long", start, end, detail, "a space, `)` or the line's end")
        detail += f"; the next `)` that could end the response stands {closing:,} octets further on"
        otherwise = f"the literal has {literal.size + closing:,} octets, {closing:,} more than announced"
        return Fault("literal-too-long", start, end, detail, f"{{{literal.size + closing}}}", otherwise)

    def _short(self, literal: _Literal, after: bytes, now: Now) -> Fault | None:
        """The fault, if the next response begins within the literal. ``after``: the octets behind it."""
        octets = literal.tail + after[:200]
        tags = b"|".join(re.escape(one.tag.encode("latin-1")) for one in now.engine.outstanding[:100])
        tagged = rb"|(?:%b) (?:OK|NO|BAD) " % tags if tags else b""
        match = re.search(rb"\)\r?\n(?=%b%b)" % (_UNTAGGED, tagged), octets)
        if match is None or match.start() >= len(literal.tail):
            return None
        return _too_short(literal, literal.size - (len(literal.tail) - match.start()))

    def _unfinished(self, now: Now) -> Iterator[Fault]:
        """A literal that waits for octets, and ends with what looks like the end of its command."""
        literal = self._literal
        if literal is None or literal.told or literal.position >= literal.size:
            return
        for exchange in now.engine.outstanding[:100]:
            tag = re.escape(exchange.tag.encode("latin-1"))
            match = re.search(rb"\)\r?\n(?:\* [^\r\n]*\r?\n)*%b (?:OK|NO|BAD)(?: [^\r\n]*)?\r?\n\Z" % tag, literal.tail)
            if match:
                literal.told = True
                self._footing.lost = literal.start
                yield _too_short(literal, literal.position - (len(literal.tail) - match.start()))
                return


def _too_short(literal: _Literal, octets: int) -> Fault:
    """A literal that seems to have only so many octets."""
    missing = literal.size - octets
    detail = f"{literal.size:,} octets are announced, and after {octets:,} the response ends: {missing:,} too many"
    otherwise = f"the literal has {literal.size:,} octets, and `)` and the line behind it are a part of it"
    return Fault("literal-too-short", literal.start, literal.end, detail, f"{{{octets}}}", otherwise)
