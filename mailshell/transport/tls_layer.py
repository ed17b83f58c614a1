"""TLS over any stream of octets, without I/O: ciphertext in, plaintext out, and the other way round.

`TlsLayer` drives one ``ssl.SSLObject`` over two ``ssl.MemoryBIO``. It knows no socket, hence serves TCP, a
Unix socket and a child process alike, and can start in the middle of a connection (STARTTLS, RFC 9051
section 6.2.1; STLS, RFC 2595 section 4).
"""

from __future__ import annotations

import ssl
from collections import deque
from enum import Enum
from typing import NamedTuple

from mailshell.transport.certificate import Certificate
from mailshell.transport.key_exchange import KeyExchange
from mailshell.transport.tls_info import TlsInfo, presented, unique_binding

__all__ = ["TlsEvent", "TlsLayer", "TlsOutput"]

CHUNK = 256 * 1024
"""Octets: the largest piece of plaintext handed out, and of plaintext encrypted at a time."""
RECORD = 16 * 1024
"""Octets: the most plaintext in one TLS record (RFC 8446 section 5.1)."""


class TlsEvent(Enum):
    """What happened beside plaintext, in the order in which it did."""

    HANDSHAKE_DONE = "handshake done"
    PEER_CLOSED = "peer closed"
    """close_notify has come (RFC 8446 section 6.1): no plaintext follows."""


class TlsOutput(NamedTuple):
    """What came of some ciphertext. The parts belong together: plaintext counts even if an error follows
    it.
    """

    plaintext: list[bytes]
    """Pieces of up to 256 KiB."""
    ciphertext: bytes
    """To be sent to the peer now (handshake, key update, alert)."""
    events: list[TlsEvent]
    error: ssl.SSLError | None = None
    """Set once when TLS broke; `ciphertext` then holds the alert which says so, and the layer is dead."""


class TlsLayer:
    """The client's side of one TLS connection.

    Call `start` once, then `receive_ciphertext` and `send_plaintext` in any order, then `close`.
    """

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        """Raises ``ValueError`` when the context checks names and `server_name` is empty or no name."""
        if context.check_hostname and not server_name:
            # SSLSocket refuses this, but SSLObject would go on and accept a certificate for any name.
            raise ValueError("a context that checks names needs one")
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._key_exchange = KeyExchange(context)
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name or None)
        self._server_name = server_name
        self._verified = context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
        self._unsent: deque[memoryview] = deque()
        self._buffer = memoryview(bytearray(CHUNK))
        self.handshaking: bool = True
        self.peer_closed: bool = False
        self.failed: bool = False
        self.closing: bool = False

    def start(self) -> bytes:
        """The first octets of the handshake (ClientHello)."""
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return self._outgoing.read()

    def receive_ciphertext(self, octets: bytes | memoryview) -> TlsOutput:
        """Take octets from the peer.  Never raises for what they hold: see `TlsOutput.error`."""
        plaintext: list[bytes] = []
        events: list[TlsEvent] = []
        error: ssl.SSLError | None = None
        if self.failed or self.closing:
            return TlsOutput(plaintext, b"", events)
        self._incoming.write(octets)
        try:
            if self.handshaking:
                self._object.do_handshake()
                self.handshaking = False
                events.append(TlsEvent.HANDSHAKE_DONE)
            self._read(plaintext)
            if self.peer_closed:
                events.append(TlsEvent.PEER_CLOSED)
            else:
                self._write()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as exc:
            self.failed = True
            error = exc
        return TlsOutput(plaintext, self._outgoing.read(), events, error)

    def _read(self, plaintext: list[bytes]) -> None:
        """Decrypt all there is, in pieces as large as fit, with one copy for each."""
        if self.peer_closed:
            return
        read, buffer = self._object.read, self._buffer
        filled = 0
        try:
            while True:
                if CHUNK - filled < RECORD:
                    plaintext.append(bytes(buffer[:filled]))
                    filled = 0
                count = read(RECORD, buffer[filled:])
                if not count:
                    self.peer_closed = True
                    return
                filled += int(count)
        except ssl.SSLZeroReturnError:
            self.peer_closed = True
        except ssl.SSLWantReadError:
            pass
        finally:
            if filled:
                plaintext.append(bytes(buffer[:filled]))

    def send_plaintext(self, octets: bytes) -> bytes:
        """Encrypt; what cannot be encrypted yet (the handshake goes on) is kept and sent later, in order.

        Raises ``ssl.SSLError`` if TLS is broken.
        """
        view = memoryview(octets)
        self._unsent.extend(view[at : at + CHUNK] for at in range(0, len(view), CHUNK))
        if not self.handshaking and not self.closing:
            try:
                self._write()
            except ssl.SSLWantReadError:  # a renegotiation (TLS 1.2): goes on when the peer has answered
                pass
        return self._outgoing.read()

    def _write(self) -> None:
        unsent = self._unsent
        while unsent:
            count = self._object.write(unsent[0])
            if count < len(unsent[0]):
                unsent[0] = unsent[0][count:]
            else:
                unsent.popleft()

    def close(self) -> bytes:
        """close_notify, to be sent before the stream below is closed; empty in or before the handshake."""
        if self.closing or self.failed or self.handshaking:
            self.closing = True
            return b""
        self.closing = True
        try:
            self._object.unwrap()
        except ssl.SSLError:
            pass  # usually SSLWantReadError: the peer's own close_notify, for which nobody waits
        return self._outgoing.read()

    def info(self) -> TlsInfo:
        """What the handshake agreed on; only after `TlsEvent.HANDSHAKE_DONE`."""
        name, _, bits = self._object.cipher() or ("unknown", "", 0)
        return TlsInfo(
            version=self._object.version() or "unknown",
            cipher=name,
            bits=bits or 0,
            server_name=self._server_name,
            verified=self._verified,
            key_exchange=self._key_exchange.name(name),
            alpn=self._object.selected_alpn_protocol(),
            resumed=bool(self._object.session_reused),
            asked=self._key_exchange.asked,
            shown=self._key_exchange.shown,
            chain=self.chain(),
            unique=unique_binding(self._object),
        )

    @property
    def lacks_certificate(self) -> bool:
        """Whether the server asked for a certificate of this side, and got none."""
        return self._key_exchange.asked and not self._key_exchange.shown

    def chain(self) -> tuple[Certificate, ...]:
        """The server's certificates, its own first, even if they were found bad."""
        return presented(self._object)
