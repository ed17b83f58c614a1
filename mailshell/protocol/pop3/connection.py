"""The POP3 engine: sees the octets of both sides as they cross the wire and says what they are. No I/O.

The rules, in prose:

- Replies come in the order of the commands (RFC 1939 section 3; pipelining, RFC 2449 section 6.6).
- A reply is a status line; after ``+OK`` to a command whose reply is multi-line, a body follows.
- During AUTH the server sends challenges (``+ base64``), and every line of this side is a response and secret, except
  ``*``, which cancels (RFC 5034 section 4).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from mailshell.protocol import secrecy
from mailshell.protocol.catalogue import Command
from mailshell.protocol.events import (
    BodyEnd,
    BodyPart,
    Deviation,
    LimitReached,
    Line,
    LinePart,
    SecretSpan,
    Side,
)
from mailshell.protocol.exchange import Awaits, Began, Completed, Continuation, Event, Exchange, Greeting, Sent, Stray
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.protocol.pop3.catalogue import CATALOGUE
from mailshell.protocol.pop3.framing import Framer
from mailshell.protocol.pop3.response import StatusLine, read_status
from mailshell.protocol.pop3.state import Phase, Pop3State
from mailshell.protocol.secrecy import Marks, Secrets
from mailshell.protocol.sniff import recognise

_WORDS = 1000
_CAPABILITIES = 1 << 16


class Pop3Connection:
    """One POP3 session, seen from outside: ``sent`` and ``received`` give the events of each side."""

    protocol = "pop3"

    def __init__(self, limits: Limits = DEFAULT, secrets: Secrets | None = None) -> None:
        self.limits = limits
        self.secrets = Secrets() if secrets is None else secrets
        self.state = Pop3State()
        self._queue: deque[Exchange] = deque()
        self._arguments: dict[Exchange, str] = {}
        self._count = 0
        self._client = Framer(Side.CLIENT, limits)
        self._server = Framer(Side.SERVER, limits)
        self.marks = Marks(self.secrets)
        self._began: tuple[StatusLine, Exchange] | None = None
        self._capabilities: bytearray | None = None
        self._bare_lf = False
        self._overlong = 0

    # --- what the session knows

    @property
    def outstanding(self) -> list[Exchange]:
        """The commands without a complete reply, the oldest first."""
        return list(self._queue)

    @property
    def sent_octets(self) -> int:
        """How many octets this side has sent."""
        return self._client.offset + len(self._client.partial_line)

    @property
    def inside(self) -> str:
        """What the server has begun and not ended: for the message when it stops in the middle."""
        if self._server.inside_body:
            return "inside a multi-line reply, before the line with the single dot that ends it"
        if self._server.partial_line:
            return f"inside a line, {len(self._server.partial_line):,} octets received"
        return ""

    @property
    def answering(self) -> Exchange | None:
        """The command whose multi-line reply is being received."""
        return self._began[1] if self._began is not None else None

    @property
    def partial_line(self) -> bool:
        """Whether this side has begun a line and not ended it."""
        return bool(self._client.partial_line)

    @property
    def farewell(self) -> bool:
        """Whether the server has accepted QUIT, after which it closes the connection."""
        return self.state.phase is Phase.UPDATE

    def take_rest(self) -> bytes:
        """What was received and not read yet; it is forgotten."""
        return self._server.take_rest()

    def started_tls(self) -> None:
        """TLS stands. What was learnt in the clear was forgotten when the server agreed (RFC 2595 section 4)."""
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
            elif isinstance(frame, LinePart):
                events.append(self.marks.part(frame, "response" if self._authenticating() else None))
            else:
                events.append(frame)
        partial = self._client.partial_line
        if partial:
            self.marks.add(self._secrets_in(partial)[1], self._client.offset)
        return events

    def _sent_line(self, line: Line, events: list[Event]) -> None:
        text = line.text
        record, spans = self._secrets_in(text)
        for start, end, label in spans:
            if label in ("response", "initial-response"):
                self.secrets.learn_response(text[start:end], label)
            else:
                self.secrets.learn(text[start:end], label)
                self.secrets.learn(text[start:end].strip(b" "), label)
        line = self.marks.line(line, spans)
        events.append(line)
        if self._authenticating() is not None:
            return
        name, _, arguments = CATALOGUE.find(text.replace(b"\t", b" ").decode("latin-1"))
        self._count += 1
        words = secrecy.mask(line.text, line.secret).decode("utf-8", "replace")[:_WORDS]
        multiline = record is not None and record.is_multiline(arguments)
        exchange = Exchange(self._count, "", name, record, words, multiline=multiline)
        if name == "AUTH" and arguments.strip():
            exchange.awaits = Awaits.SASL
        elif name in ("USER", "APOP", "RPOP"):
            self.state.pending_user = text.split(b" ", 2)[1].decode("utf-8", "replace") if b" " in text else None
        if len(self._queue) >= self.limits.outstanding:
            self._arguments.pop(self._queue.popleft(), None)
            events.append(LimitReached(Side.CLIENT, "outstanding", self.limits.outstanding, line.offset))
        self._queue.append(exchange)
        self._arguments[exchange] = arguments.strip()[:100] if name in ("DELE", "LANG") else ""
        events.append(Sent(exchange))

    def _secrets_in(self, text: bytes) -> tuple[Command | None, list[SecretSpan]]:
        """The record of the command in a line and the spans in it that are secret: up to the end of the line."""
        if self._authenticating() is not None:
            return None, [] if text == b"*" else [SecretSpan(0, len(text), "response")]
        text = text.replace(b"\t", b" ")
        _, record, arguments = CATALOGUE.find(text.decode("latin-1"))
        at = len(text) - len(arguments)
        for argument in record.parsed if record is not None else ():
            if argument.secret:
                return record, [SecretSpan(at, len(text), argument.name)] if at < len(text) else []
            space = text.find(b" ", at)
            at = len(text) if space < 0 else space + 1
        return record, []

    def _authenticating(self) -> Exchange | None:
        for exchange in self._queue:
            if exchange.awaits is Awaits.SASL:
                return exchange
        return None

    # --- the server's side

    def received(self, octets: bytes) -> Iterator[Event]:
        """Read octets that the server has sent. Lazy: after the answer that starts TLS, ``take_rest`` gets the rest."""
        self._server.feed(octets)
        while (frame := self._server.next()) is not None:
            if isinstance(frame, Line):
                known = self.secrets.scan(frame.octets) if self.secrets else ()
                yield replace(frame, secret=tuple(known)) if known else frame
                yield from self._received_line(frame)
                continue
            yield frame
            if isinstance(frame, BodyPart):
                if self._capabilities is not None and len(self._capabilities) < _CAPABILITIES:
                    self._capabilities += frame.content()
            elif isinstance(frame, BodyEnd):
                yield from self._end_body()
            elif isinstance(frame, LinePart) and frame.last and self._queue:
                # An answer too long to be read is still an answer: those after it must not slip.
                yield self._complete(read_status(b"", self._overlong))
            elif isinstance(frame, LimitReached):
                self._overlong = frame.offset

    def _received_line(self, line: Line) -> Iterator[Event]:
        end = line.offset + len(line.octets)
        if not self._bare_lf and not line.octets.endswith(b"\r\n"):
            self._bare_lf = True
            yield self._deviation("bare-lf", end - 1, end, "a line ends with a bare LF instead of CRLF", "RFC 1939 3")
        response = read_status(line.text, line.offset)
        if self.state.phase is Phase.GREETING:
            yield from self._received_greeting(response)
        elif response.status == "+":
            yield from self._received_challenge(response)
        elif not self._queue or not response.status:
            yield from self._received_stray(response)
        else:
            exchange = self._queue[0]
            if response.ok and exchange.multiline:
                self._server.begin_body()
                self._began = (response, exchange)
                self._capabilities = bytearray() if exchange.name == "CAPA" else None
                yield Began(response, exchange)
            else:
                yield self._complete(response)

    def _received_greeting(self, response: StatusLine) -> Iterator[Event]:
        self.state.greet(response.line)
        if not response.status or response.status == "+":
            other = recognise(response.line)
            known = other not in ("", "a POP3 server")
            what = f"this is {other}, not a POP3 server" if known else "the server's first line is no POP3 greeting"
            yield self._deviation_in(response, "no-greeting", what, "RFC 1939 4")
        yield Greeting(response)

    def _received_challenge(self, response: StatusLine) -> Iterator[Event]:
        exchange = self._authenticating()
        if exchange is None:
            yield self._deviation_in(
                response, "unexpected-continuation", "a challenge, and no AUTH waits for one", "RFC 5034 4"
            )
        else:
            exchange.continued += 1
        yield Continuation(response, exchange)

    def _received_stray(self, response: StatusLine) -> Iterator[Event]:
        if response.status:
            what, rule = "a reply, and no command waits for one", "unexpected-reply"
        else:
            what, rule = "a line that begins with neither +OK nor -ERR", "stray-line"
        yield self._deviation_in(response, rule, what, "RFC 1939 3")
        yield Stray(response.line, response.offset)

    def _end_body(self) -> Iterator[Event]:
        began, self._began = self._began, None
        if self._capabilities is not None:
            self.state.learn_capabilities(bytes(self._capabilities))
            self._capabilities = None
        if began is not None:
            yield self._complete(began[0])

    def _complete(self, response: StatusLine) -> Completed:
        exchange = self._queue.popleft()
        argument = self._arguments.pop(exchange, "")
        exchange.status = response
        exchange.awaits = Awaits.NOTHING
        if response.ok:
            self.state.complete(exchange.name, argument, response.text)
        return Completed(response, exchange)

    def _deviation_in(self, response: StatusLine, rule: str, message: str, section: str) -> Deviation:
        return self._deviation(rule, response.offset, response.offset + len(response.line), message, section)

    def _deviation(self, rule: str, start: int, end: int, message: str, section: str) -> Deviation:
        return Deviation(Side.SERVER, rule, start, end, message, section)
