"""The IMAP engine: sees the octets of both sides as they cross the wire and says what they are. No I/O.

It learns of commands by reading what was sent, so that octets sent raw, lines pasted with a tag of their own and
recorded sessions are understood in one and the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailshell.protocol import secrecy
from mailshell.protocol.events import (
    Deviation,
    LimitReached,
    Line,
    LinePart,
    LiteralHeader,
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
    Stray,
    Untagged,
)
from mailshell.protocol.imap.commands import CommandReader, Head, first_argument, read_head, unquote
from mailshell.protocol.imap.framing import Framer
from mailshell.protocol.imap.mailbox_name import decode_mailbox
from mailshell.protocol.imap.response import KeptLiteral, Kind, Response, Segment, read_response
from mailshell.protocol.imap.state import ImapState, Phase
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.protocol.secrecy import Marks, Secrets
from mailshell.protocol.sniff import recognise

_WORDS = 1000


class ImapConnection:
    """One IMAP session, seen from outside: ``sent`` and ``received`` give the events of each side."""

    protocol = "imap"

    def __init__(self, limits: Limits = DEFAULT, secrets: Secrets | None = None) -> None:
        self.limits = limits
        self.secrets = Secrets() if secrets is None else secrets
        self.state = ImapState()
        #: The command that the response being received answers, while its literals pass.
        self.answering: Exchange | None = None
        self._outstanding: list[Exchange] = []
        self._count = 0
        self._client = Framer(Side.CLIENT, limits)
        self._server = Framer(Side.SERVER, limits)
        self.marks = Marks(self.secrets)
        self._current: Exchange | None = None
        self._reader = CommandReader(None)
        self._secret_literal: str | None = None
        self._value = bytearray()
        self._segments: list[Segment] = []
        self._literal: bytearray | None = None
        self._header: LiteralHeader | None = None
        self._begun = 0
        self._kept = 0
        self._skipping = False
        self._learnt: set[Exchange] = set()
        self._bare_lf = False

    # --- what the session knows

    @property
    def outstanding(self) -> list[Exchange]:
        """The commands without a completion, the oldest first."""
        return list(self._outstanding)

    @property
    def sent_octets(self) -> int:
        """How many octets this side has sent."""
        return self._client.offset + len(self._client.partial_line)

    @property
    def inside(self) -> str:
        """What the server has begun and not ended: for the message when it stops in the middle."""
        literal = self._server.inside_literal
        if literal is not None:
            return f"inside a literal, {literal[0]:,} of {literal[1]:,} octets received"
        if self._server.partial_line:
            return f"inside a line, {len(self._server.partial_line):,} octets received"
        return "" if self._server.between else "inside a response"

    @property
    def partial_line(self) -> bool:
        """Whether this side has begun a line and not ended it."""
        return bool(self._client.partial_line)

    @property
    def farewell(self) -> bool:
        """Whether the server has said that it closes the connection."""
        return self.state.said_bye

    def take_rest(self) -> bytes:
        """What was received and not read yet; it is forgotten."""
        return self._server.take_rest()

    def started_tls(self) -> None:
        """TLS stands. What was learnt in the clear was forgotten when the server agreed (RFC 9051 section 6.2.1)."""
        self.state.tls = True

    # --- this side

    def sent(self, octets: bytes) -> list[Event]:
        """Note octets that this side has sent. Call it before they are shown anywhere: it finds what is secret."""
        events: list[Event] = []
        self.marks.begin()
        self._client.feed(octets)
        while (frame := self._client.next()) is not None:
            if isinstance(frame, Line):
                self._sent_line(frame, events)
            elif isinstance(frame, LiteralPart):
                events.append(self._sent_literal(frame))
            elif isinstance(frame, LinePart):
                # Too long to be read: it may hold anything, and during AUTHENTICATE it does.
                label = "response" if self._expects_sasl() else None
                self._current, self._reader, self._secret_literal = None, CommandReader(None), label
                self._value.clear()
                events.append(self.marks.part(frame, label))
            else:
                events.append(frame)
        self._mark_partial_line()
        return events

    def _sent_line(self, line: Line, events: list[Event]) -> None:
        if self._expects_sasl() is not None:
            self._sent_sasl(line, events)
            return
        if line.first and self._idling() is not None and line.text.upper() == b"DONE":
            idling = self._idling()
            assert idling is not None
            idling.awaits = Awaits.NOTHING
            events.append(line)
            return
        text = line.text
        if line.first:
            head = read_head(text)
            self._reader = CommandReader(head.masked_as)
            spans, label = self._reader.read(text, head.start, line.literal is not None)
            self._learn(text, spans)
            line = self.marks.line(line, spans)
            events.append(line)
            self._begin(head, line, events)
        else:
            spans, label = self._reader.read(text, 0, line.literal is not None)
            self._learn(text, spans)
            events.append(self.marks.line(line, spans))
        self._secret_literal = label
        self._value.clear()
        exchange = self._current
        if exchange is not None and line.literal is not None and line.literal.sync:
            exchange.awaits = Awaits.LITERAL
        elif exchange is not None and line.literal is None:
            exchange.awaits = _AWAITS.get(exchange.name, Awaits.NOTHING)

    def _begin(self, head: Head, line: Line, events: list[Event]) -> None:
        """A command begins: from now on its tag is outstanding."""
        self._current = None
        if not head.tag:
            return
        self._count += 1
        words = secrecy.mask(line.text, line.secret).decode("utf-8", "replace").partition(" ")[2]
        exchange = Exchange(self._count, head.tag, head.name, head.record, words[:_WORDS])
        self._current = exchange
        if len(self._outstanding) >= self.limits.outstanding:
            self._learnt.discard(self._outstanding.pop(0))
            events.append(LimitReached(Side.CLIENT, "outstanding", self.limits.outstanding, line.offset))
        self._outstanding.append(exchange)
        if head.name in ("SELECT", "EXAMINE"):
            self.state.begin_select("", head.name == "EXAMINE")
        elif head.name == "AUTHENTICATE":
            self.state.pending_user = None
        self._note_names(line.text, head.start)
        events.append(Sent(exchange))

    def _note_names(self, text: bytes, start: int) -> None:
        """Remember the mailbox that is being selected and the user that logs in, if the first line names them."""
        exchange, pending = self._current, self.state.pending_mailbox
        first = first_argument(text[start:])
        if exchange is None or not first:
            return
        if exchange.name in ("SELECT", "EXAMINE") and pending is not None and not pending.name:
            pending.name = decode_mailbox(first)
        elif exchange.name == "LOGIN":
            self.state.pending_user = first.decode("utf-8", "replace")

    def _sent_literal(self, part: LiteralPart) -> LiteralPart:
        label = self._secret_literal
        if label is not None or (self._current is not None and self._current.name in _NAMING):
            self._value += part.octets[: max(0, self.limits.kept_literal - len(self._value))]
            if part.last:
                self._sent_value(bytes(self._value), label)
                self._value.clear()
        return self.marks.part(part, label)

    def _sent_value(self, value: bytes, label: str | None) -> None:
        """A literal that is a secret, or that names the mailbox being selected or the user that logs in."""
        pending = self.state.pending_mailbox
        if label is not None:
            self.secrets.learn(value, label)
        elif self._current is not None and self._current.name == "LOGIN":
            self.state.pending_user = value.decode("utf-8", "replace")
        elif pending is not None and not pending.name:
            pending.name = decode_mailbox(value)

    def _sent_sasl(self, line: Line, events: list[Event]) -> None:
        """A line while AUTHENTICATE waits: a response, unless it cancels (RFC 9051 section 6.2.2)."""
        if line.text != b"*":
            self.secrets.learn_response(line.text)
            line = self.marks.line(line, [SecretSpan(0, len(line.text), "response")])
        self._secret_literal = "response"
        self._value.clear()
        events.append(line)

    def _mark_partial_line(self) -> None:
        """Mark what is secret in a line that has not ended: its octets may be shown before the rest comes."""
        partial = self._client.partial_line
        if not partial:
            return
        text = partial.rstrip(b"\r")
        if self._expects_sasl() is not None:
            spans = [SecretSpan(0, len(partial), "response")]
        elif self._client.between_lines:
            head = read_head(text)
            spans, _ = CommandReader(head.masked_as).read(text, head.start, literal=False)
        else:
            spans, _ = CommandReader(self._reader.record, self._reader.arguments).read(text, 0, literal=False)
        self.marks.add(spans, self._client.offset)

    def _learn(self, text: bytes, spans: list[SecretSpan]) -> None:
        for start, end, label in spans:
            if label == "length":
                continue
            value = text[start:end].rstrip(b" ")
            if label == "initial-response":
                self.secrets.learn_response(value, label)
            else:
                self.secrets.learn(unquote(value), label)

    def _expects_sasl(self) -> Exchange | None:
        for exchange in self._outstanding:
            if exchange.awaits is Awaits.SASL:
                return exchange
        return None

    def _idling(self) -> Exchange | None:
        for exchange in self._outstanding:
            if exchange.awaits is Awaits.IDLE:
                return exchange
        return None

    # --- the server's side

    def received(self, octets: bytes) -> Iterator[Event]:
        """Read octets that the server has sent. Lazy: after the answer that starts TLS, ``take_rest`` has the rest."""
        self._server.feed(octets)
        while (frame := self._server.next()) is not None:
            if isinstance(frame, LiteralPart):
                yield frame
                self._keep(frame)
            elif isinstance(frame, Line):
                if frame.first:
                    self.answering = self._answering(frame)
                known = self.secrets.scan(frame.octets) if self.secrets else ()
                yield replace(frame, secret=tuple(known)) if known else frame
                yield from self._received_line(frame)
            elif isinstance(frame, LinePart):
                yield frame
                self._skipping = True
                if frame.last and self._server.between:
                    yield from self._end_response(frame.offset + len(frame.octets))
            else:
                yield frame

    def _received_line(self, line: Line) -> Iterator[Event]:
        if not self._bare_lf and not line.octets.endswith(b"\r\n"):
            self._bare_lf = True
            end = line.offset + len(line.octets)
            yield self._deviation("bare-lf", end - 1, end, "a line ends with a bare LF instead of CRLF", "2.2")
        if line.first:
            self._begun, self._kept = line.offset, 0
        self._kept += len(line.octets) + self.limits.segment
        if self._kept > self.limits.response and not self._skipping:
            self._skipping = True
            yield LimitReached(Side.SERVER, "response", self.limits.response, self._begun)
        if not self._skipping:
            self._segments.append(line.octets)
        if line.literal is not None:
            self._header = line.literal
            keep = line.literal.size <= self.limits.kept_literal
            if keep and self._kept + line.literal.size > self.limits.response:
                keep = False
            self._literal = bytearray() if keep and not self._skipping else None
            return
        yield from self._end_response(line.offset + len(line.octets))

    def _end_response(self, end: int) -> Iterator[Event]:
        """The response is complete. One whose first line was too long to be read is not told of."""
        segments, skipped = tuple(self._segments), self._skipping
        self._segments, self._skipping = [], False
        if segments:
            yield from self._received_response(read_response(segments, self._begun, end - self._begun, skipped))

    def _keep(self, part: LiteralPart) -> None:
        if self._literal is not None:
            self._literal += part.octets
            self._kept += len(part.octets)
        if part.last and self._header is not None and not self._skipping:
            kept = None if self._literal is None else bytes(self._literal)
            self._segments.append(KeptLiteral(self._header, kept))
            self._literal = None

    def _received_response(self, response: Response) -> Iterator[Event]:
        if self.state.phase is Phase.GREETING:
            yield from self._received_greeting(response)
        elif response.kind is Kind.UNTAGGED:
            yield from self._received_untagged(response)
        elif response.kind is Kind.CONTINUATION:
            yield from self._received_continuation(response)
        elif response.kind is Kind.TAGGED:
            yield from self._received_tagged(response)
        else:
            yield from self._received_stray(response)

    def _received_greeting(self, response: Response) -> Iterator[Event]:
        if response.kind is Kind.UNTAGGED and response.name in ("OK", "PREAUTH", "BYE"):
            self.state.greet(response)
        else:
            self.state.phase = Phase.NOT_AUTHENTICATED
            other = recognise(response.line)
            what = f"this is {other}, not an IMAP server" if other else "the server's first line is no IMAP greeting"
            yield self._deviation_in(response, "no-greeting", what, "7.1")
        yield Greeting(response)

    def _received_untagged(self, response: Response) -> Iterator[Event]:
        self.state.apply(response)
        if response.name == "CAPABILITY" or response.code_name == "CAPABILITY":
            self._learnt.update(self._outstanding)
        yield Untagged(response, self._answers(response))

    def _answers(self, response: Response) -> Exchange | None:
        """The oldest outstanding command that asks for such data (None: nobody asked)."""
        for exchange in self._outstanding:
            record = exchange.record
            if record is not None and response.name in record.replies:
                return exchange
        return None

    def _answering(self, line: Line) -> Exchange | None:
        if line.literal is None:
            return None
        return self._answers(read_response((line.octets,), line.offset, len(line.octets)))

    def _received_continuation(self, response: Response) -> Iterator[Event]:
        for exchange in self._outstanding:
            if exchange.awaits is not Awaits.NOTHING:
                exchange.continued += 1
                if exchange.awaits is Awaits.LITERAL:
                    exchange.awaits = Awaits.NOTHING
                yield Continuation(response, exchange)
                return
        yield self._deviation_in(
            response, "unexpected-continuation", "a continuation request, and nothing waits for one", "7.6"
        )
        yield Continuation(response, None)

    def _received_tagged(self, response: Response) -> Iterator[Event]:
        exchange = next((one for one in self._outstanding if one.tag == response.tag), None)
        if exchange is None:
            yield self._deviation_in(
                response, "unknown-tag", f"an answer with the tag {response.tag}, which no command waits for", "2.2.2"
            )
            yield Stray(response.line, response.offset)
            return
        self._outstanding.remove(exchange)
        if exchange is self._current and exchange.awaits is Awaits.LITERAL:
            # The server declines the literal before it was sent (RFC 9051 section 4.3): what comes is a new command.
            self._client.drop_literal()
        exchange.status = response
        exchange.awaits = Awaits.NOTHING
        learnt = exchange in self._learnt or response.code_name == "CAPABILITY"
        self._learnt.discard(exchange)
        self.state.complete(exchange.name, response, learnt)
        yield Completed(response, exchange)

    def _received_stray(self, response: Response) -> Iterator[Event]:
        yield self._deviation_in(
            response, "stray-line", "a line that is neither untagged, tagged nor a continuation request", "2.2.2"
        )
        yield Stray(response.line, response.offset)

    def _deviation_in(self, response: Response, rule: str, message: str, section: str) -> Deviation:
        return self._deviation(rule, response.offset, response.offset + len(response.line), message, section)

    def _deviation(self, rule: str, start: int, end: int, message: str, section: str) -> Deviation:
        return Deviation(Side.SERVER, rule, start, end, message, f"RFC 9051 {section}")


#: The commands whose first literal is a name to be remembered.
_NAMING = frozenset({"SELECT", "EXAMINE", "LOGIN"})
_AWAITS = {"AUTHENTICATE": Awaits.SASL, "IDLE": Awaits.IDLE}
