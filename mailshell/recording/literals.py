"""Masks within literals: how many octets each covers, so that a recording can be played in step with what it announces.

The rules, in prose:

- A literal has the size that was announced before it. A secret within it can't just go: whoever plays the recording
  would take other octets for its rest. So its mask says how many octets of the literal it covers.
- That must not tell the length of the secret: the mask covers as many of its neighbours as make a multiple of
  ``ROUND``.
- A literal that is secret as a whole has its announced size masked too, if that is not written yet; then its mask has
  no size. If such a literal comes in parts, the masks of the later ones cover nothing.
- An announcement stays what it is, also if it looks like a piece of a secret.

Only IMAP has literals. The octets are framed here and not by the engine, which hears of them after the recorder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailshell.protocol.events import Line, LiteralPart, SecretSpan, Side
from mailshell.protocol.exchange import Completed, Event
from mailshell.protocol.imap.framing import Framer
from mailshell.recording.octets import MOST_COVERED

#: What a mask within a literal covers is a multiple of this (octets), unless there is no more of the literal at hand.
ROUND = 16
#: The label of a span that hides the size of a literal.
LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Cover:
    """The octets from ``start`` to ``end`` get a mask; ``span`` is the secret among them. ``size`` is that of Mask."""

    start: int
    end: int
    span: SecretSpan
    size: int | None = None


@dataclass(frozen=True, slots=True)
class _Announcement:
    """Where an announcement stands, and the digits in it."""

    start: int
    end: int
    digits: SecretSpan


@dataclass(frozen=True, slots=True)
class _Part:
    """Where a part of a literal stands. ``hidden``: its size is masked; ``first``, ``last``: it is that part."""

    start: int
    end: int
    hidden: bool
    first: bool
    last: bool


class Literals:
    """Knows where literals stand. Give it all octets of both sides once, in order."""

    def __init__(self) -> None:
        self._framers = {side: Framer(side) for side in Side}
        #: Whether the size of the literal that was announced last is masked.
        self._hidden = dict.fromkeys(Side, False)

    def started_tls(self) -> None:
        """The octets begin anew: what came in the clear behind the answer that starts TLS is no part of them."""
        self._framers = {side: Framer(side) for side in Side}

    def event(self, event: Event) -> None:
        """A command that is answered before its literal was sent has none (RFC 9051 section 4.3)."""
        if isinstance(event, Completed):
            self._framers[Side.CLIENT].drop_literal()

    def covers(self, side: Side, octets: bytes, secret: Sequence[SecretSpan]) -> list[Cover]:
        """What the masks of these octets cover, in order; ``secret`` are the spans that must not be seen."""
        spans = sorted(secret)
        covers: list[Cover] = []
        at, before = 0, None
        for place in self._places(side, octets, secret):
            covers += _outside(spans, at, place.start)
            if isinstance(place, _Part):
                inside = _inside(spans, place)
                if isinstance(before, _Announcement) and place.last and inside and not place.hidden:
                    inside = _as_a_whole(inside, place, before)
                covers += inside
            at, before = place.end, place
        covers += _outside(spans, at, len(octets) + 1)
        covers += [Cover(span.start, span.end, span) for span in spans if span.label == LENGTH]
        if sum(cover.size or 0 for cover in covers) > MOST_COVERED:
            covers = [Cover(cover.start, cover.end, cover.span) for cover in covers]
        return sorted(covers, key=lambda cover: (cover.start, cover.end))

    def _places(self, side: Side, octets: bytes, secret: Sequence[SecretSpan]) -> Iterator[_Announcement | _Part]:
        framer = self._framers[side]
        begin = framer.offset + len(framer.partial_line)
        framer.feed(octets)
        while (frame := framer.next()) is not None:
            start, end = frame.offset - begin, frame.offset - begin
            if isinstance(frame, LiteralPart):
                end += len(frame.octets)
                yield _Part(start, end, self._hidden[side], frame.position == 0, frame.last)
            elif isinstance(frame, Line) and frame.literal is not None:
                end += len(frame.octets)
                start += frame.octets.rindex(b"{")
                digits = SecretSpan(start + 1, start + 1 + len(_digits(frame.octets)), LENGTH)
                self._hidden[side] = digits in secret
                yield _Announcement(max(0, start), end, digits)


def _digits(line: bytes) -> bytes:
    """The size in the announcement at the end of a line."""
    return line[line.rindex(b"{") + 1 : line.rindex(b"}")].rstrip(b"+-")


def _as_a_whole(covers: list[Cover], part: _Part, announced: _Announcement) -> list[Cover]:
    """If all of a literal is covered, its announced size is masked instead of being told."""
    whole = len(covers) == 1 and (covers[0].start, covers[0].end) == (part.start, part.end)
    if not whole or announced.digits.start < 0:
        return covers
    digits = announced.digits
    return [Cover(digits.start, digits.end, digits), Cover(part.start, part.end, covers[0].span)]


def _outside(spans: Sequence[SecretSpan], start: int, end: int) -> Iterator[Cover]:
    """Covers of what is secret in octets that belong to no literal."""
    for span in spans:
        cover = Cover(max(start, span.start), min(end, span.end), span)
        # An empty span where a literal has ended is that of an empty literal.
        empty = span.start == span.end and (start < span.start < end or span.start == start == 0)
        if span.label != LENGTH and (cover.start < cover.end or empty):
            yield cover


def _inside(spans: Sequence[SecretSpan], place: _Part) -> list[Cover]:
    """Covers of what is secret in a part of a literal."""
    found = [
        span
        for span in spans
        if (span.start < place.end and span.end > place.start) or span.start == span.end == place.start == place.end
    ]
    if not found:
        return []
    if place.hidden:
        return [Cover(place.start, place.end, found[0], None if place.first else 0)]
    covers: list[Cover] = []
    for span in found:
        start, end = max(span.start, place.start), min(span.end, place.end)
        floor = covers[-1].end if covers else place.start
        if covers and start < floor:
            last = covers.pop()
            start, end, span = last.start, max(last.end, end), last.span
            floor = covers[-1].end if covers else place.start
        start, end = _widened(start, end, floor, place.end)
        covers.append(Cover(start, end, span, end - start))
    return covers


def _widened(start: int, end: int, floor: int, ceiling: int) -> tuple[int, int]:
    """The octets with neighbours, so that their number is a multiple of ``ROUND`` if there are so many."""
    wanted = -(-(end - start) // ROUND) * ROUND
    end = min(ceiling, start + wanted)
    return max(floor, end - wanted), end
