"""A session as exchanges: each command with what was sent for it and what answered it, and what stood between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailshell.export.masking import masked
from mailshell.export.rows import Kind, Row, RowMaker
from mailshell.export.source import Moment, Source, Told
from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart, SecretSpan, Side
from mailshell.protocol.exchange import Awaits, Completed, Continuation, Exchange, Greeting, Sent, Stray, Untagged

#: So many parts may wait for one that is not complete.
_MOST_WAITING = 10_000
#: Up to this size a literal that was sent is kept (octets).
KEPT = 64 << 10


@dataclass(slots=True)
class SentPart:
    """A line that was sent, with its line end, or a literal; secrets masked.

    ``octets`` is None if there were too many to be kept; ``size`` is their number. ``secret``: a literal is one.
    """

    octets: bytes | None
    size: int
    literal: bool = False
    secret: str | None = None


@dataclass(slots=True)
class GatheredExchange:
    """A command and its answer. Times are in seconds since the recording began; ``ended`` is None if none came."""

    exchange: Exchange
    began: float
    tls: bool
    ended: float | None = None
    parts: list[SentPart] = field(default_factory=list)
    sent: list[Row] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Aside:
    """What belongs to no command. ``kind``: ``greeting``, ``unsolicited``, ``unexpected``,
    ``sent``, ``command`` (typed), ``note`` or ``error``."""

    kind: str
    time: float
    tls: bool
    rows: list[Row]


class Gatherer:
    """Gathers a session. What has come to its end is given and forgotten; literals and bodies should be folded."""

    def __init__(self, source: Source, fold: int | None) -> None:
        #: In the order in which they began.
        self._items: deque[GatheredExchange | Aside] = deque()
        self._source = source
        self._fold = fold
        self._open: dict[Exchange, GatheredExchange] = {}
        self._last: GatheredExchange | None = None
        self._sending: tuple[list[Row], list[SentPart]] = ([], [])
        self._receiving: list[Row] = []
        self._literal = bytearray()

    def gather(self) -> Iterator[GatheredExchange | Aside]:
        """Read the recording; its parts, in the order in which they began, each when it is complete."""
        time, tls = 0.0, False
        for moment, rows in RowMaker(self._source, self._fold).stream():
            for row in rows:
                self._row(row)
            if moment is not None:
                time, tls = moment.time, moment.tls
                self._moment(moment)
                yield from self._complete()
        self._attribute()
        if self._receiving:
            self._aside("unexpected", time, tls)
        yield from self._items

    def _complete(self) -> Iterator[GatheredExchange | Aside]:
        """The first parts, if nothing can be added to them. One that is never answered holds up only so many."""
        while self._items:
            first = self._items[0]
            waits = isinstance(first, GatheredExchange) and (first is self._last or first.exchange in self._open)
            if waits and len(self._items) <= _MOST_WAITING:
                return
            if isinstance(first, GatheredExchange):
                self._open.pop(first.exchange, None)
                self._last = None if first is self._last else self._last
            yield self._items.popleft()

    def _row(self, row: Row) -> None:
        if row.kind in (Kind.NOTE, Kind.ERROR):
            kind = "note" if row.kind is Kind.NOTE else "error"
            self._items.append(Aside(kind, row.time, row.tls, [row]))
        elif row.side is Side.SERVER:
            self._receiving.append(row)
        else:
            if row.kind is Kind.LINE and row.first:
                self._attribute()
            self._sending[0].append(row)

    def _moment(self, moment: Moment) -> None:
        what = moment.what
        match what:
            case Line(side=Side.CLIENT) as line:
                self._keep(SentPart(masked(line.octets, line.secret), len(line.octets)))
            case LinePart(side=Side.CLIENT) as long:
                self._keep(SentPart(None, len(long.octets), secret=long.secret))
            case LiteralPart(side=Side.CLIENT) as part:
                self._keep_literal(part)
            case Line() | LinePart() | LiteralPart() | BodyPart() | BodyEnd():
                self._attribute()
            case Sent(exchange=exchange):
                rows, parts = self._sending
                self._sending = ([], [])
                item = GatheredExchange(exchange, moment.time, moment.tls, parts=parts, sent=rows)
                self._open[exchange] = self._last = item
                self._items.append(item)
            case Greeting():
                self._aside("greeting", moment.time, moment.tls)
            case Stray():
                self._aside("unexpected", moment.time, moment.tls)
            case Untagged(exchange=asked) | Continuation(exchange=asked):
                self._answer(asked, moment)
            case Completed(exchange=exchange):
                self._answer(exchange, moment)
                if (done := self._open.pop(exchange, None)) is not None:
                    done.ended = moment.time
            case Told(kind="command", text=text):
                row = Row(Kind.NOTE, moment.time, moment.tls, None, text)
                self._items.append(Aside("command", moment.time, moment.tls, [row]))

    def _keep(self, part: SentPart) -> None:
        self._sending[1].append(part)

    def _keep_literal(self, part: LiteralPart) -> None:
        if part.size <= KEPT:
            self._literal += part.octets
        if part.last:
            octets: bytes | None = bytes(self._literal) if part.size <= KEPT else None
            self._literal.clear()
            if octets is not None and part.secret is not None:
                octets = masked(octets, [SecretSpan(0, len(octets), part.secret)]).rstrip(b" ")
            self._keep(SentPart(octets, part.size, literal=True, secret=part.secret))

    def _attribute(self) -> None:
        """What was sent and began no command belongs to the one that it goes on with."""
        rows, parts = self._sending
        if not rows and not parts:
            return
        self._sending = ([], [])
        owner = next((item for item in self._open.values() if item.exchange.awaits is Awaits.SASL), self._last)
        if owner is not None:
            owner.sent += rows
            owner.parts += parts
        elif rows:
            self._items.append(Aside("sent", rows[0].time, rows[0].tls, rows))

    def _answer(self, exchange: Exchange | None, moment: Moment) -> None:
        item = self._open.get(exchange) if exchange is not None else None
        if exchange is None and len(self._open) == 1:
            # What comes unasked stands with the command that waits, if it is the only one; as in the trace.
            item = next(iter(self._open.values()))
        if item is None:
            self._aside("unsolicited", moment.time, moment.tls)
            return
        item.answers += self._receiving
        self._receiving = []

    def _aside(self, kind: str, time: float, tls: bool) -> None:
        rows, self._receiving = self._receiving, []
        self._items.append(Aside(kind, time, tls, rows))
