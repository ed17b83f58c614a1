"""Level 1: one row for each request, with its answer, the time taken and the sizes.

The sizes count what crossed the wire for the request, literals and bodies included. Secret octets that this side
sends, or that the server echoes in a line, are left out: a size would tell the length of the password. The row says so.
What the server sends unasked counts for the request that waits, if it is the only one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mailshell.protocol.events import (
    BodyEnd,
    BodyPart,
    Frame,
    LimitReached,
    Line,
    LinePart,
    LiteralPart,
    SecretSpan,
    Side,
)
from mailshell.protocol.exchange import (
    Awaits,
    Completed,
    Continuation,
    Event,
    Exchange,
    Greeting,
    Sent,
    Status,
    Stray,
    Untagged,
)
from mailshell.protocol.secrecy import mask_text, outermost
from mailshell.trace import prefix
from mailshell.trace.lines import CLIP, clip
from mailshell.trace.rows import Rows
from mailshell.trace.settings import Settings
from mailshell.wire import Closed

_MOST_WORDS = 1000


@dataclass(slots=True)
class _Request:
    exchange: Exchange
    words: bytes
    began: float
    tls: bool
    sent: int = 0
    received: int = 0
    labels: dict[str, None] = field(default_factory=dict)
    echoed: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Sending:
    """A line of this side of which it is not known yet whether it begins a request."""

    words: bytes
    octets: int
    labels: tuple[str, ...]


class Requests:
    """Follows the requests, and writes their rows while the level is 1."""

    def __init__(self, settings: Settings, rows: Rows) -> None:
        self._settings = settings
        self._rows = rows
        self._requests: dict[Exchange, _Request] = {}
        self._sending: _Sending | None = None
        self._received = 0
        self._echoed: tuple[str, ...] = ()

    def event(self, event: Event, time: float, tls: bool) -> None:
        """Count a frame, or write the row of a request that is complete."""
        if isinstance(event, (Line, LinePart, LiteralPart, BodyPart, BodyEnd)):
            spans = self._spans(event)
            octets = len(event.octets) - secret_octets(spans)
            if event.side is Side.CLIENT:
                self._client(event, octets, spans)
            else:
                self._received += octets
                self._echoed += tuple(span.label for span in outermost(spans))
        elif isinstance(event, Sent):
            self._begin(event.exchange, time, tls)
        elif isinstance(event, (Untagged, Continuation)):
            alone = next(iter(self._requests)) if len(self._requests) == 1 else None
            self._count_received(event.exchange or alone)
        elif isinstance(event, Completed):
            self._count_received(event.exchange)
            self._complete(event.exchange, event.response, time, tls)
        elif isinstance(event, (Greeting, Stray)):
            self._count_received(None)
        elif isinstance(event, LimitReached) and event.what == "outstanding" and self._requests:
            del self._requests[next(iter(self._requests))]

    def closed(self, event: Closed) -> None:
        """Write the rows of those that got no answer."""
        self._attribute()
        for request in self._requests.values():
            if self._settings.level == 1:
                self._row(request, "no answer", event.time, request.tls, surprise=True)
        self._requests.clear()

    def _spans(self, frame: Frame) -> tuple[SecretSpan, ...]:
        if self._settings.show_secrets:
            return ()
        if isinstance(frame, Line):
            return frame.secret
        if isinstance(frame, (LinePart, LiteralPart)) and frame.secret is not None:
            return (SecretSpan(0, len(frame.octets), frame.secret),)
        return ()

    def _client(self, frame: Frame, octets: int, spans: tuple[SecretSpan, ...]) -> None:
        self._attribute()
        words = b""
        if isinstance(frame, Line) and frame.first:
            words = self._settings.mask(frame.text[:_MOST_WORDS], [span for span in spans if span.start <= _MOST_WORDS])
        self._sending = _Sending(words, octets, tuple(span.label for span in outermost(spans)))

    def _attribute(self) -> None:
        """What was sent and began no request belongs to the one that it goes on with."""
        sending, self._sending = self._sending, None
        if sending is None or not self._requests:
            return
        requests = list(self._requests.values())
        owner = next((each for each in requests if each.exchange.awaits is Awaits.SASL), requests[-1])
        owner.sent += sending.octets
        owner.labels.update(dict.fromkeys(sending.labels))

    def _begin(self, exchange: Exchange, time: float, tls: bool) -> None:
        sending, self._sending = self._sending, None
        if sending is None:
            sending = _Sending(f"{exchange.tag} {exchange.words}".strip().encode(), 0, ())
        labels = dict.fromkeys(sending.labels)
        self._requests[exchange] = _Request(exchange, sending.words, time, tls, sending.octets, 0, labels)

    def _count_received(self, exchange: Exchange | None) -> None:
        request = self._requests.get(exchange) if exchange is not None else None
        if request is not None:
            request.received += self._received
            request.echoed.update(dict.fromkeys(self._echoed))
        self._received, self._echoed = 0, ()

    def _complete(self, exchange: Exchange, response: Status, time: float, tls: bool) -> None:
        self._attribute()
        request = self._requests.pop(exchange, None)
        if request is None or self._settings.level != 1:
            return
        code = b"" if response.code is None else b"[" + response.code + b"] "
        status = response.status.encode() or b"unreadable"
        answer = self._settings.mask_known(status + b" " + code + response.text).strip()
        late = ", late" if exchange.abandoned else ""
        self._row(request, clip(answer + b"\r\n", CLIP) + late, time, tls)

    def _row(self, request: _Request, answer: str, time: float, tls: bool, *, surprise: bool = False) -> None:
        words = clip(request.words + b"\r\n", CLIP)
        taken = f"{(time - request.began) * 1000:,.1f} ms"
        sent = f"sent {request.sent:,}{_masks(request.labels)}"
        received = f"received {request.received:,}{_masks(request.echoed)} octets"
        self._rows.add(prefix.of_request(tls, surprise=surprise), f"{words} → {answer}  {taken}  {sent}, {received}")


def _masks(labels: Iterable[str]) -> str:
    return "".join(f" + {mask_text(label)}" for label in labels if label != "length")


def secret_octets(spans: tuple[SecretSpan, ...]) -> int:
    """How many octets the spans cover; they may overlap."""
    count, at = 0, 0
    for start, end, _ in sorted(spans):
        count += max(0, end - max(at, start))
        at = max(at, end)
    return count
