"""A session: a transport, a protocol engine, and the observers that see what passes between them.

Octets are handled as they arrive, in the order in which they arrive, without a queue: a body of any size passes through
in the pieces in which the network delivers it. Reading never waits for anybody: what nobody asked for goes to the
listener at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from mailshell.answers import Answers, fail_quietly
from mailshell.connection_end import no_greeting, why_ended
from mailshell.contract import (
    AnswerUnusable,
    ConnectionLost,
    Handler,
    Listener,
    LiteralSource,
    Part,
    SessionError,
    TimeLimit,
)
from mailshell.dispatch import dispatch
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Deviation, LimitReached, Side
from mailshell.protocol.exchange import Awaits, Completed, Event, Exchange, Greeting, Sent, Status
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.protocol.secrecy import ChunkMask, Secrets
from mailshell.transport.connect import connect, server_name_of
from mailshell.transport.deflate import Deflate, NotDeflate
from mailshell.transport.dial import DIRECT, Route
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed, TlsFailed
from mailshell.transport.stream import Stream
from mailshell.transport.tls import TlsOptions, make_context
from mailshell.transport.tls_info import TlsInfo
from mailshell.wire import (
    Closed,
    Compressed,
    Connected,
    Diagnostic,
    Injected,
    NotConnected,
    Observer,
    Octets,
    TlsBegun,
    WireEvent,
    tls_refused,
    tls_started,
)

_PIECE = 1 << 18
#: So many octets of what comes instead of a greeting are kept, to tell what it is.
_FIRST = 256


class Session:
    """One connection to one server. Made closed; ``open`` connects it and waits for the greeting."""

    def __init__(
        self,
        endpoint: Endpoint,
        listener: Listener,
        *,
        observers: Sequence[Observer] = (),
        tls: TlsOptions | None = None,
        route: Route = DIRECT,
        timeout: float = 60.0,
        limits: Limits = DEFAULT,
        secrets: Secrets | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint
        self.listener = listener
        self.observers = list(observers)
        self.tls_options = tls or TlsOptions()
        self.route = route
        self.engine = make_engine(endpoint.protocol, limits, secrets)
        self.greeting: Status | None = None
        self.closed_because: str | None = None
        self.awaits_tls = False
        #: The handshake that failed last.
        self.tls_failure: TlsFailed | None = None
        self.compression: Deflate | None = None
        self.last_activity = 0.0
        self._clock = clock
        self._stream: Stream | None = None
        self._reached = False
        self._greeted: asyncio.Future[Status] | None = None
        self._received = 0
        self._first = b""
        self._echoes = ChunkMask(self.engine.secrets)
        self._own = ChunkMask(self.engine.secrets)
        self._closing = False
        #: Who waits for which answer.
        self.answers = Answers(timeout, lambda: self._clock() - self.last_activity, lambda: self.engine.inside)

    # --- the connection

    @property
    def protocol(self) -> str:
        return self.engine.protocol

    @property
    def is_open(self) -> bool:
        return self._stream is not None and not self._stream.closed

    @property
    def why_closed(self) -> str:
        """Why there is no connection (any more)."""
        return self.closed_because or "the connection could not be made"

    @property
    def tls(self) -> bool:
        return self._stream is not None and self._stream.tls is not None

    @property
    def stream(self) -> Stream | None:
        """The transport under the session; None before it is opened."""
        return self._stream

    async def open(self, connect_timeout: float) -> Status:
        """Connect and wait for the greeting, which is returned.

        Raises ConnectFailed (the transport), ConnectionLost, AnswerUnusable (no greeting of this protocol) or
        TimeLimit (accepted and says nothing).
        """
        loop = asyncio.get_running_loop()
        self._greeted = loop.create_future()
        try:
            stream = await connect(
                self.endpoint,
                self,
                tls=self.tls_options,
                timeout=connect_timeout,
                route=self.route,
                connected=self._connected,
            )
        except ConnectFailed as error:
            if isinstance(error, TlsFailed):
                self.tls_failure = error
            if isinstance(error, TlsFailed) and self._reached:
                self._wire(tls_refused(self._clock(), error))
                self._wire(Closed(self._clock(), False, "the connection was dropped"))
            else:
                self._wire(NotConnected(self._clock(), str(error), tuple(error.attempts)))
            raise
        self._stream = stream
        self.last_activity = self._clock()
        if stream.tls is not None:
            self._tls_started(stream.tls)
        try:
            self.greeting = await self._wait(self._greeted, f"connected to {self.endpoint.name}, but it says nothing")
        except TimeLimit as error:
            if self._first:
                raise self._unusable(f"nothing more for {self.answers.timeout:g} s, {self.engine.inside}") from None
            hint = "" if self.tls else f"; a port that expects TLS waits like this: try {self.protocol}s://"
            raise TimeLimit(f"{error}{hint}") from None
        except ConnectionLost as error:
            raise (self._unusable(str(error)) if self._first else error) from None
        return self.greeting

    def _unusable(self, then: str) -> AnswerUnusable:
        return AnswerUnusable(no_greeting(self.endpoint.name, self.protocol, self._first, then))

    async def start_tls(self) -> None:
        """Do the handshake after the server has agreed to STARTTLS or STLS. Raises TlsFailed."""
        assert self._stream is not None
        name = server_name_of(self.endpoint, self.tls_options)
        self._wire(TlsBegun(self._clock(), name))
        try:
            info = await self._stream.start_tls(make_context(self.tls_options), name, self.answers.timeout)
        except TlsFailed as error:
            self.tls_failure = error
            self._wire(tls_refused(self._clock(), error))
            raise
        self.awaits_tls = False
        self._tls_started(info)

    def _connected(self, stream: Stream) -> None:
        self._reached = True
        now = self._clock()
        self._wire(Connected(now, stream.peer, tuple(stream.attempts)))
        if self.endpoint.implicit_tls:
            self._wire(TlsBegun(now, server_name_of(self.endpoint, self.tls_options)))

    def _tls_started(self, info: TlsInfo) -> None:
        self.engine.started_tls()
        self._wire(tls_started(self._clock(), info))

    def close(self) -> None:
        """End the connection, gracefully and without waiting."""
        self._closing = True
        if self._stream is not None:
            self._stream.close()

    async def wait_closed(self) -> None:
        """Wait until the socket is closed and a child process has ended: 4.5 s at the most after ``close``."""
        if self._stream is not None:
            await self._stream.wait_closed()

    def abort(self) -> None:
        """End the connection at once."""
        self._closing = True
        if self._stream is not None:
            self._stream.abort()

    # --- sending

    def write(self, octets: bytes) -> list[Exchange]:
        """Send octets exactly as they are; the commands that they begin are returned. Raises ConnectionLost."""
        if self._stream is None or self._stream.closed:
            raise ConnectionLost(self.closed_because or "not connected")
        now, tls, offset = self._clock(), self.tls, self.engine.sent_octets
        events = self.engine.sent(octets)
        packed = self.compression.compress(octets) if self.compression is not None else None
        if self.observers:
            spans = self.engine.marks.spans(octets, offset)
            if self._masks():
                spans += self._own.spans(octets)
            size = len(packed) if packed is not None else None
            self._wire(Octets(Side.CLIENT, octets, now, tls, offset, tuple(spans), size))
            for event in events:
                self._show(event, now, tls)
        try:
            self._stream.write(octets if packed is None else packed)
        except ConnectionError as error:
            raise ConnectionLost(str(error)) from error
        self.last_activity = now
        begun = [event.exchange for event in events if isinstance(event, Sent)]
        for event in events:
            if isinstance(event, LimitReached):
                self.listener.report(event)
        return begun

    @property
    def owed(self) -> Exchange | None:
        """The command whose literal or SASL response the server waits for: it would take any line for that."""
        waiting = (Awaits.LITERAL, Awaits.SASL)
        return next((exchange for exchange in self.engine.outstanding if exchange.awaits in waiting), None)

    def begin(self, octets: bytes, handler: Handler | None) -> Exchange:
        """Send the first octets of a command; its answer goes to the handler.

        Raises ConnectionLost, or SessionError if the server would take the octets for something else.
        """
        if not octets.strip():
            raise SessionError("an empty line is no command; .raw sends it")
        if (owed := self.owed) is not None:
            raise SessionError(
                f"the server would take this for {owed.awaits.value} that {owed.name} still owes; "
                ".raw sends it all the same, .close ends the connection"
            )
        exchange = self.begin_raw(octets, handler)
        if exchange is None:
            raise SessionError("this has become a part of what was sent raw before it, and is no command")
        return exchange

    def begin_raw(self, octets: bytes, handler: Handler | None) -> Exchange | None:
        """Send octets whatever they are; the last command that they begin, if they begin one."""
        begun = self.write(octets)
        if not begun:
            return None
        # Of several commands in one write only the last is waited for; the answers to the others go to the listener.
        for exchange in begun[:-1]:
            exchange.abandoned = True
        self.answers.attend(begun[-1], handler)
        return begun[-1]

    async def command(self, parts: Sequence[Part], handler: Handler | None) -> tuple[Exchange, Status]:
        """Send a command, letting each synchronizing literal wait for its continuation, and wait for the completion.

        Raises ConnectionLost, AnswerUnusable, TimeLimit. If this is cancelled the command stays outstanding and its
        answer, when it comes, goes to the listener as late.
        """
        first = parts[0]
        assert isinstance(first, bytes)
        exchange = self.begin(first, handler)
        try:
            for part in parts[1:]:
                if isinstance(part, bytes):
                    self.write(part)
                elif part.sync and await self.answers.continuation(exchange) is None:
                    break
                else:
                    await self._send_literal(part)
            return exchange, await self.answers.completion(exchange)
        except BaseException:
            self.answers.abandon(exchange)
            raise

    async def _send_literal(self, literal: LiteralSource) -> None:
        assert self._stream is not None
        try:
            async for piece in literal.pieces():
                for at in range(0, len(piece), _PIECE):
                    self.write(piece[at : at + _PIECE])
                    try:
                        await self._stream.drain()
                    except ConnectionError as error:
                        raise ConnectionLost(self.closed_because or str(error)) from error
        except ConnectionLost:
            raise
        except BaseException:
            # The server would take whatever is sent next for the rest of the literal.
            self._drop("the connection was dropped, because a literal could not be sent whole")
            raise

    async def _wait(self, future: asyncio.Future[Status], what: str) -> Status:
        """Wait as long as octets come. TimeLimit with ``what`` once nothing has come for the time of an answer."""
        while not future.done():
            left = self.answers.timeout - (self._clock() - self.last_activity)
            if left <= 0:
                raise TimeLimit(f"{what} for {self.answers.timeout:g} s")
            await asyncio.wait({future}, timeout=left)
        return future.result()

    # --- receiving: called by the transport, in order, never waiting

    def received(self, octets: bytes) -> None:
        """The transport has read octets."""
        self.last_activity = self._clock()
        if self.compression is not None:
            self._inflate(octets)
        elif any(exchange.name == "COMPRESS" for exchange in self.engine.outstanding):
            # What follows the line that agrees is compressed, so each line is read before the next.
            while octets and self.compression is None:
                end = octets.find(b"\n") + 1 or len(octets)
                self._read(octets[:end])
                octets = octets[end:]
            if octets:
                self._inflate(octets)
        else:
            self._read(octets)

    def _inflate(self, octets: bytes) -> None:
        assert self.compression is not None
        packed = len(octets)
        try:
            for piece in self.compression.decompress(octets):
                self._read(piece, packed)
                packed = 0
                if self._closing:
                    return
        except NotDeflate as error:
            self._give_up(f"the connection was dropped: {error}")

    def _read(self, octets: bytes, packed: int | None = None) -> None:
        now, tls = self.last_activity, self.tls
        if self.observers:
            spans = tuple(self._echoes.spans(octets)) if self._masks() else ()
            self._wire(Octets(Side.SERVER, octets, now, tls, self._received, spans, packed))
        self._received += len(octets)
        if self.greeting is None:
            self._first = (self._first + octets)[:_FIRST]
        for event in self.engine.received(octets):
            if self.observers:
                self._show(event, now, tls)
            if not self._concerns_connection(event):
                dispatch(event, self.engine.answering, self.answers, self.listener)

    def _concerns_connection(self, event: Event) -> bool:
        """Do what an event asks of the connection itself. Whether nobody else is to be told of it."""
        match event:
            case Greeting():
                if self._greeted is not None and not self._greeted.done():
                    self._greeted.set_result(event.response)
                return True
            case Completed() if event.response.ok:
                self._agreed(event.exchange.name)
            case Deviation(rule="no-greeting") if self._greeted is not None and not self._greeted.done():
                self._greeted.set_exception(AnswerUnusable(f"{self.endpoint.name}: {event.message}"))
                return True
            case LimitReached(what="line" | "literal", side=Side.SERVER):
                # Where the answer ends can't be told any more, and there may be no end to it.
                self._give_up(f"the connection was dropped: {str(event).partition(';')[0]}")
                return True
        return False

    def _agreed(self, name: str) -> None:
        """The server has agreed to a command after which octets are read in another way."""
        if name in ("STARTTLS", "STLS") and not self.tls:
            self._stop_for_tls()
        elif name == "COMPRESS" and self.compression is None:
            self.compression = Deflate()
            self._wire(Compressed(self._clock(), "DEFLATE"))

    def _stop_for_tls(self) -> None:
        """From here on only TLS is read. What came in the clear after the answer was injected (RFC 9051 11.1)."""
        assert self._stream is not None
        self._stream.pause()
        self.awaits_tls = True
        rest = self.engine.take_rest()
        if rest:
            self._wire(Injected(self._clock(), rest))
            self.listener.injected(rest)

    def _give_up(self, reason: str) -> None:
        """What the server sends can't be read any more."""
        if not self._fail(AnswerUnusable(reason)):
            self.listener.closed(reason)
        self._drop(reason)

    def _drop(self, reason: str) -> None:
        self.closed_because = reason
        self.abort()

    def end_of_stream(self, error: BaseException | None, clean: bool) -> None:
        """The transport has ended: the peer closed it, it was closed here, or it failed."""
        if self._closing:
            reason = self.closed_because or "the connection was closed"
        else:
            reason = why_ended(error, clean, self.engine.inside)
        self.closed_because = reason
        self._wire(Closed(self._clock(), not self._closing, reason, broken=error is not None and not self._closing))
        connecting = self.greeting is None
        self._fail(ConnectionLost(reason))
        # A handshake that failed is told by whoever asked for it, and an end that was announced needs no telling.
        told = connecting or isinstance(error, TlsFailed) or (self.engine.farewell and error is None)
        if not self._closing and not told:
            self.listener.closed(reason)

    def stderr(self, line: str) -> None:
        """A child process has written a line to its standard error."""
        self._wire(Diagnostic(self._clock(), line))
        self.listener.diagnostic(line)

    def _fail(self, error: SessionError) -> bool:
        """No answer that is waited for can come any more. Whether one was."""
        waited = self.answers.fail(error)
        if self._greeted is not None and not self._greeted.done():
            fail_quietly(self._greeted, error)
            return True
        return waited

    # --- observers

    def _masks(self) -> bool:
        return any(observer.masks for observer in self.observers)

    def _wire(self, event: WireEvent) -> None:
        for observer in self.observers:
            observer.wire(event)

    def _show(self, event: Event, now: float, tls: bool) -> None:
        for observer in self.observers:
            observer.event(event, now, tls)
