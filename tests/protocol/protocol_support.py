"""Helpers of the protocol tests: cutting octets, joining what was cut, measuring what is held."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from mailshell.protocol.engine import Engine
from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart, SecretSpan
from mailshell.protocol.exchange import Completed, Continuation, Event, Greeting, Stray, Untagged
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.data import Data
from mailshell.protocol.imap.framing import Framer as ImapFramer
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.protocol.limits import Limits
from mailshell.protocol.pop3.connection import Pop3Connection
from mailshell.protocol.pop3.framing import Framer as Pop3Framer
from mailshell.protocol.secrecy import mask

SMALL = Limits(segment=0, line=40, literal=100, kept_literal=20, response=120, nesting=5, outstanding=4)
FRAMES = (Line, LinePart, LiteralPart, BodyPart, BodyEnd)


def pieces(octets: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The octets, cut at the offsets."""
    at = sorted({0, len(octets), *(cut % (len(octets) + 1) for cut in cuts)})
    return [octets[start:end] for start, end in itertools.pairwise(at)]


def frames_of(framer: ImapFramer | Pop3Framer, chunks: Iterable[bytes]) -> Iterator[object]:
    for chunk in chunks:
        framer.feed(chunk)
        while (frame := framer.next()) is not None:
            yield frame


def merged(events: Iterable[object]) -> list[object]:
    """The events with adjacent pieces of one literal, body or over-long line joined, so that cuts do not show.

    Reports keep their place among whole frames; a piece goes on over what stands between.
    """
    result: list[object] = []
    for event in events:
        last = result[-1] if result else None
        if (
            (isinstance(event, LiteralPart) and isinstance(last, LiteralPart) and event.position and not last.last)
            or (isinstance(event, LinePart) and isinstance(last, LinePart) and not last.last)
            or (isinstance(event, BodyPart) and isinstance(last, BodyPart))
        ):
            assert not isinstance(event, BodyPart) or event.offset == last.offset + len(last.octets)
            joined = replace(last, octets=last.octets + event.octets)
            result[-1] = replace(joined, last=event.last) if isinstance(event, LinePart) else joined
        else:
            result.append(event)
    return result


def octets_of(events: Iterable[object]) -> bytes:
    return b"".join(event.octets for event in events if isinstance(event, FRAMES))


def told(events: Iterable[Event]) -> list[object]:
    """The events in a form that can be compared between two engines."""
    result: list[object] = []
    for event in merged(events):
        exchange = getattr(event, "exchange", None)
        if exchange is None:
            result.append(event)
        else:
            response = getattr(event, "response", None)
            result.append(
                (type(event).__name__, response, exchange.number, exchange.tag, exchange.name, exchange.words)
            )
    return result


def responses(events: Iterable[Event]) -> list[Response]:
    kinds = (Untagged, Completed, Continuation, Greeting)
    return [event.response for event in events if isinstance(event, kinds) and isinstance(event.response, Response)]


def imap(*, greeting: bytes = b"* OK ready\r\n", limits: Limits | None = None) -> ImapConnection:
    engine = ImapConnection(limits) if limits else ImapConnection()
    list(engine.received(greeting))
    return engine


def pop3(*, greeting: bytes = b"+OK ready\r\n", limits: Limits | None = None) -> Pop3Connection:
    engine = Pop3Connection(limits) if limits else Pop3Connection()
    list(engine.received(greeting))
    return engine


def response(octets: bytes) -> Response:
    """The one response that the octets hold."""
    engine = imap()
    engine.sent(b"A1 NOOP\r\n")
    found = responses(engine.received(octets))
    assert len(found) == 1, found
    return found[0]


def data(octets: bytes) -> Data:
    """What a response says; it must be without deviations."""
    value, deviations = read_data(response(octets))
    assert not deviations, [str(deviation) for deviation in deviations]
    return value


def rules(octets: bytes) -> set[str]:
    """The rules from which a response deviates."""
    return {deviation.rule for deviation in read_data(response(octets))[1]}


def play(engine: Engine, script: str | Sequence[str]) -> list[Event]:
    """Play lines that begin with ``C: `` or ``S: ``; the rest of each, with CRLF, is sent or received."""
    events: list[Event] = []
    for line in script.strip().splitlines() if isinstance(script, str) else script:
        side, octets = line.strip()[:3], line.strip()[3:].encode("latin-1") + b"\r\n"
        events += engine.sent(octets) if side == "C: " else engine.received(octets)
    return events


def deviations(events: Iterable[Event]) -> list[str]:
    return [event.rule for event in events if hasattr(event, "rule")]


def strays(events: Iterable[Event]) -> list[bytes]:
    return [event.octets for event in events if isinstance(event, Stray)]


#: Octets in which what matters to a framer is frequent.
FRAGMENTS = [
    b"\r\n",
    b"\n",
    b"\r",
    b".",
    b"..",
    b".\r\n",
    b"\r\n.\r\n",
    b"\r\n.\n",
    b"{",
    b"}",
    b"{0}\r\n",
    b"{3}\r\n",
    b"{3+}\r\n",
    b"{3-}\r\n",
    b"~{2}\r\n",
    b"{200}\r\n",
    b"{99999999999999999999}\r\n",
    b"{3}\n",
    b"(",
    b")",
    b"[",
    b"]",
    b'"',
    b"\\",
    b" ",
    b"*",
    b"* ",
    b"+ ",
    b"+OK ",
    b"-ERR ",
    b"* OK ",
    b"* 1 FETCH (",
    b"* OK [X {2}\r\n",
    b"A1 OK ",
    b"A1 NO ",
    b"A1 ",
    b"LOGIN ",
    b"AUTHENTICATE PLAIN ",
    b"SELECT ",
    b"IDLE",
    b"STARTTLS",
    b"DONE",
    b"NIL",
    b"BODY[",
    b"1",
    b"x" * 30,
    b"\x00",
    b"\xff",
    b"\xc3\xa9",
    b"CAPA",
    b"LIST",
    b"RETR 1",
    b"PASS ",
    b"AUTH PLAIN",
    b"* SEARCH ",
    b"* LIST ",
    b"\t",
]
octets = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=6), max_size=40).map(b"".join)
cuts = st.lists(st.integers(0, 2000), max_size=12)


def secret_spans(engine: Engine, chunk: bytes, offset: int) -> list[SecretSpan]:
    """What is secret in octets that were sent at ``offset``: by state, and because it is known."""
    return engine.marks.spans(chunk, offset) + engine.secrets.scan(chunk)


def masked(engine: Engine, chunk: bytes, offset: int) -> bytes:
    """What may be shown of octets that were sent at ``offset``."""
    return mask(chunk, secret_spans(engine, chunk, offset))
