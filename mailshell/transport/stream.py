"""One connection on the asyncio loop: octets out of it to a `Receiver`, octets into it by `Stream.write`.

`Stream` is an ``asyncio.Protocol``: each read is delivered from the event loop by a plain call, so there is
no queue between the network and its consumer, memory stays flat at any speed, and clear octets are handed
on as the very object that the loop read. TLS is laid over it by `mailshell.transport.tls`, at once or in
the middle.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from typing import cast

from mailshell.transport.child import Child
from mailshell.transport.errors import ConnectFailed, TlsFailed
from mailshell.transport.last_words import last_words
from mailshell.transport.receiver import Receiver
from mailshell.transport.tls_errors import describe_broken_tls, describe_tls_error, failed_check, plain_text
from mailshell.transport.tls_info import TlsInfo
from mailshell.transport.tls_layer import TlsEvent, TlsLayer

__all__ = ["ConnectFailed", "Receiver", "Stream", "TlsFailed"]

HIGH_WATER = 256 * 1024
"""Octets waiting to be sent above which `Stream.drain` waits."""
LINGER = 0.5
"""Seconds for which a closed connection waits for its peer to close too, so that no reset overtakes the
last octets.
"""
FLUSH = 2.0
"""Seconds after which octets that a peer does not take are given up, once the connection is closed."""


class Stream(asyncio.Protocol):
    """One connection, clear or TLS.  `mailshell.transport.connect.connect` makes it.

    Methods named after ``asyncio.Protocol`` are for the loop only.
    """

    def __init__(
        self,
        receiver: Receiver,
        sock: socket.socket | None,
        *,
        name: str,
        peer: str,
        local: str,
        attempts: list[str] | None = None,
        child: Child | None = None,
    ) -> None:
        self.name: str = name
        """How messages call the server."""
        self.peer: str = peer
        """The server's address: "192.0.2.1:143", "[::1]:143", a path, or "pid 123"."""
        self.local: str = local
        """This side's address; empty where there is none."""
        self.attempts: list[str] = attempts or []
        """Addresses tried, with what came of each."""
        self.tls: TlsInfo | None = None
        """What the TLS handshake agreed on; None as long as the connection is clear."""
        self.bytes_in: int = 0
        """Octets on the wire, so ciphertext under TLS, received."""
        self.bytes_out: int = 0
        """Octets on the wire given to the operating system or waiting for it."""
        self._loop = asyncio.get_running_loop()
        self._receiver = receiver
        self._socket = sock
        self._child = child
        self._transport: asyncio.Transport | None = None
        self._layer: TlsLayer | None = None
        self._handshake: asyncio.Future[TlsInfo] | None = None
        self._first: bytes = b""  # of what the server sent in the handshake
        self._was_clear = False
        self._held: deque[bytes] = deque()
        self._paused = True  # until hand_over()
        self._handed_over = False
        self._end: tuple[BaseException | None, bool] | None = None  # set once; told when nothing is held
        self._told = False
        self._closing = False
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._writable: asyncio.Future[None] | None = None
        self._timers: list[asyncio.TimerHandle] = []

    # -- what the consumer calls -------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether the connection is over, by either side; `Receiver.end_of_stream` may still be to come."""
        return self._closing or self._end is not None or self._lost.done()

    @property
    def exit_status(self) -> int | None:
        """The child process's exit status, negative for a signal; None while it runs or there is none."""
        return self._child.status if self._child else None

    def write(self, octets: bytes) -> None:
        """Send, without waiting; during a handshake the octets wait for its end.

        Raises ``ConnectionError`` when the connection is over.
        """
        if self.closed:
            raise ConnectionError(f"the connection to {self.name} is closed")
        if self._layer is None:
            self._send(octets)
            return
        try:
            self._send(self._layer.send_plaintext(octets))
        except ssl.SSLError as exc:
            self._finish(exc, False)
            raise ConnectionError(f"TLS to {self.name} broke: {exc.reason or exc}") from exc

    async def drain(self) -> None:
        """Wait until at most 256 KiB wait to be sent. Raises ``ConnectionError`` when the connection is
        over.
        """
        while not self.closed and self._writable is not None:
            await asyncio.shield(self._writable)
        if not self.closed:
            await asyncio.sleep(0)  # a loop of write and drain leaves room for reading
        if self.closed:
            error = self._end[0] if self._end else None
            raise ConnectionError(f"the connection to {self.name} is closed") from error

    def pause(self) -> None:
        """Deliver nothing more, from this moment on, until `resume` or the end of `start_tls`."""
        self._paused = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Deliver again; what was held comes from the event loop, not out of this call."""
        self._paused = False
        if self._held or self._end is not None:
            self._loop.call_soon(self._deliver_held)
        elif self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    async def start_tls(self, context: ssl.SSLContext, server_name: str, timeout: float) -> TlsInfo:
        """Begin TLS on the clear connection: the handshake, within `timeout` seconds.

        Octets which were read but held since `pause`, and all that arrive from now on, belong to the
        handshake. It ends a `pause`; nothing is delivered before this returns.

        Raises `TlsFailed`. The connection is then over (the receiver has been told the same error), except
        when TLS could not even begin: `server_name` is none, or TLS is active already.
        """
        if self._layer is not None:
            raise TlsFailed(f"TLS is active already on the connection to {self.name}: it cannot start twice")
        if self.closed:
            raise TlsFailed(f"TLS cannot start: the connection to {self.name} is closed")
        try:
            layer = TlsLayer(context, server_name)
        except ValueError as exc:
            what = f"{server_name!r} is no name" if server_name else "no server name is known"
            raise TlsFailed(
                f"the certificate of {self.name} cannot be checked because {what}: "
                "give the name that it should bear with --sni NAME, or use --insecure"
            ) from exc
        self._layer = layer
        self._was_clear = self._handed_over
        self._handshake = handshake = self._loop.create_future()
        held, self._held, self._paused = self._held, deque(), False
        self._send(layer.start())
        for octets in held:
            self._receive_ciphertext(octets)
        if not self._paused and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        try:
            async with asyncio.timeout(timeout):
                info: TlsInfo = await handshake
        except TimeoutError as exc:
            failure = TlsFailed(
                f"{self.name} did not finish the TLS handshake within {timeout:g} s: "
                "check that this port speaks TLS, or give a longer --timeout"
            )
            self._fail(failure)
            raise failure from exc
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            self._handshake = None
        self.resume()
        return info

    def close(self) -> None:
        """End the connection in good order, without waiting: close_notify (TLS), then the end of the stream.

        Nothing is delivered any more but `Receiver.end_of_stream`, from the event loop. A child process
        gets the end of its input, SIGTERM after 2 s and SIGKILL after 2 s more.
        """
        if self._closing:
            return
        self._stop()
        if self._end is None:
            self._end = (None, True)
            if self._layer is not None:
                self._send(self._layer.close())
            self._half_close()
        if self._child is not None:
            self._child.shut_down()

    def abort(self) -> None:
        """End the connection at once; octets still to be sent are lost and a child process is killed."""
        self._stop()
        if self._end is None:
            self._end = (None, False)
        if self._transport is not None:
            self._transport.abort()
        if self._child is not None:
            self._child.kill()

    async def wait_closed(self) -> None:
        """Wait until the socket is closed and the child process is gone: 4.5 s at most after `close`."""
        await asyncio.shield(self._lost)
        if self._child is not None:
            await self._child.wait()

    def hand_over(self) -> None:
        """Begin to deliver; `connect` calls it last: what fails before is told by its exception alone."""
        self._handed_over = True
        self.resume()

    # -- what the event loop calls -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)
        if self._paused:
            self._transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self.bytes_in += len(data)
        if self._closing:
            return
        if self._layer is not None:
            self._receive_ciphertext(data)
        elif self._paused or self._held:
            self._held.append(data)
        else:
            self._receiver.received(data)

    def eof_received(self) -> bool:
        self._peer_ended()
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        if exc is not None:
            for octets in last_words(self._socket) if self._socket is not None else ():
                if not self._closing and self._end is None:
                    self.data_received(octets)
            self._fail_or_finish(exc)
        else:
            self._peer_ended()
        for timer in self._timers:
            timer.cancel()
        if not self._lost.done():
            self._lost.set_result(None)
        self._wake_writer()
        if self._child is not None:
            self._child.shut_down()

    def pause_writing(self) -> None:
        if self._writable is None:
            self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        self._wake_writer()

    # -- within ------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """This side ends the connection: nothing more is delivered but the end, from the event loop."""
        self._closing = True
        self._paused = False
        self._held.clear()
        self._fail_handshake(TlsFailed(f"the connection to {self.name} was closed during the TLS handshake"))
        self._wake_writer()
        self._loop.call_soon(self._deliver_held)

    def _wake_writer(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)

    def _send(self, octets: bytes) -> None:
        if octets and self._transport is not None and not self._transport.is_closing():
            self.bytes_out += len(octets)
            self._transport.write(octets)

    def _receive_ciphertext(self, octets: bytes) -> None:
        layer = self._layer
        assert layer is not None
        if layer.handshaking and len(self._first) < 256:
            self._first += octets[:256]
        output = layer.receive_ciphertext(octets)
        self._send(output.ciphertext)
        if TlsEvent.HANDSHAKE_DONE in output.events:
            self.tls = layer.info()
            self.pause()  # until start_tls() returns
            if self._handshake is not None and not self._handshake.done():
                self._handshake.set_result(self.tls)
        for piece in output.plaintext:
            if self._closing:
                return
            if self._paused or self._held:
                self._held.append(piece)
            else:
                self._receiver.received(piece)
        if output.error is not None:
            self._fail_or_finish(output.error)
        elif TlsEvent.PEER_CLOSED in output.events:
            self._finish(None, True)

    def _peer_ended(self) -> None:
        """The peer's end of the stream, without an error."""
        if self._layer is None:
            self._finish(None, True)
        elif self._layer.handshaking:
            self._fail_or_finish(ssl.SSLEOFError("end of stream in the handshake"))
        else:
            self._finish(None, self._layer.peer_closed)

    def _fail_or_finish(self, error: BaseException) -> None:
        layer = self._layer
        if layer is None or not layer.handshaking or self._end is not None:
            if isinstance(error, ssl.SSLError):
                broken = ConnectionAbortedError(describe_broken_tls(error, self.name))
                broken.__cause__ = error
                error = broken
            self._finish(error, False)
            return
        chain = layer.chain()
        sentence = describe_tls_error(
            error,
            self.name,
            chain=chain,
            received=self._first,
            starttls=self._was_clear,
            lacks_certificate=layer.lacks_certificate,
        )
        clear = plain_text(error, self._first)
        failure = TlsFailed(sentence, check=failed_check(error), chain=chain, plain_text=clear)
        failure.__cause__ = error
        self._fail(failure)

    def _fail(self, failure: TlsFailed) -> None:
        """The handshake is lost, and the connection with it."""
        self._finish(failure, False)
        self._fail_handshake(failure)

    def _fail_handshake(self, failure: TlsFailed) -> None:
        if self._handshake is not None and not self._handshake.done():
            self._handshake.set_exception(failure)

    def _finish(self, error: BaseException | None, clean: bool) -> None:
        """The stream is over, though what is held comes before its end; the socket winds down by itself."""
        if self._end is not None:
            return
        self._end = (error, clean)
        if self._layer is not None:
            self._send(self._layer.close())
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()
            self._timers.append(self._loop.call_later(FLUSH, self._transport.abort))
        self._wake_writer()
        if self._child is not None:
            self._child.shut_down()
        if not self._held:
            self._deliver_held()

    def _deliver_held(self) -> None:
        """Deliver in order what waited, then the end if it has come, then read on."""
        while self._held and self._handed_over and not self._paused:
            self._receiver.received(self._held.popleft())
        if self._paused or not self._handed_over:
            return
        if self._end is None:
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()
        elif not self._told:
            self._told = True
            self._receiver.end_of_stream(*self._end)

    def _half_close(self) -> None:
        """Shut the sending side, then wait a little for the peer to do the same before closing the socket."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        try:
            transport.write_eof()
        except OSError:
            transport.abort()
            return
        transport.resume_reading()
        self._timers.append(self._loop.call_later(LINGER, self._close_soon))

    def _close_soon(self) -> None:
        transport = self._transport
        if transport is not None and not transport.is_closing():
            transport.close()
            self._timers.append(self._loop.call_later(FLUSH - LINGER, transport.abort))
