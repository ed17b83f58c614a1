"""TLS over any stream of octets, without I/O: ciphertext in, plaintext out, and the other way round.

`TlsLayer` drives one ``ssl.SSLObject`` over two ``ssl.MemoryBIO``. It knows no socket, hence serves TCP, a
Unix socket and a child process alike, and can start in the middle of a connection (STARTTLS, RFC 9051
section 6.2.1; STLS, RFC 2595 section 4).
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from mailshell.transport.errors import TlsFailed
from mailshell.transport.tls_errors import describe_tls_error

__all__ = ["TlsEvent", "TlsInfo", "TlsLayer", "TlsOptions", "TlsOutput", "describe_tls_error", "make_context"]

CHUNK = 256 * 1024
"""Octets: the largest piece of plaintext handed out, and of plaintext encrypted at a time."""
RECORD = 16 * 1024
"""Octets: the most plaintext in one TLS record (RFC 8446 section 5.1)."""


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """How far the server's certificate is to be trusted."""

    insecure: bool = False
    """Accept any certificate for any name, and TLS versions and ciphers long out of use."""
    cafile: str | None = None
    """A PEM file of certificates to trust *instead of* the system's."""
    capath: str | None = None
    """A folder of certificates under hashed names (see openssl-rehash(1)), likewise."""
    server_name: str | None = None
    """The name to send (SNI) and to look for in the certificate, where it is not the host's."""


def make_context(options: TlsOptions, alpn: Sequence[str] | None = None) -> ssl.SSLContext:
    """A client's context: certificate and name are checked and TLS is at least 1.2, unless
    `options.insecure`.

    A certificate which is itself in `options.cafile` is trusted even when its issuer is unknown, so that a
    server's own certificate can be pinned. Raises `TlsFailed` when a CA file cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if options.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        # Servers that need this are those which predate RFC 5746 (2010).
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    else:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        _load_authorities(context, options)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def _load_authorities(context: ssl.SSLContext, options: TlsOptions) -> None:
    if not options.cafile and not options.capath:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return
    try:
        context.load_verify_locations(options.cafile, options.capath)
    except ssl.SSLError as exc:
        raise TlsFailed(f"{options.cafile or options.capath}: holds no certificate in PEM form") from exc
    except OSError as exc:
        what = exc.strerror or "cannot be read"
        raise TlsFailed(f"{options.cafile or options.capath}: cannot read the CA file: {what.lower()}") from exc


@dataclass(frozen=True, slots=True)
class TlsInfo:
    """What a finished handshake agreed on."""

    version: str
    """"TLSv1.3" and the like, as OpenSSL names it."""
    cipher: str
    """The cipher suite, as OpenSSL names it."""
    bits: int
    """Secret bits of the cipher."""
    server_name: str
    """The name sent and checked; empty if there was none."""
    verified: bool
    """Whether the certificate's chain and name were checked (and, since the handshake succeeded, were
    good).
    """
    peer_certificate: bytes | None = field(default=None, repr=False)
    """The server's certificate in DER; None if it sent none."""
    alpn: str | None = None
    """The protocol agreed on by ALPN (RFC 7301)."""
    certificate: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The same certificate read (in the form of ``SSLSocket.getpeercert``), verified or not; empty if
    unreadable.
    """


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
            peer_certificate=self._object.getpeercert(True),
            alpn=self._object.selected_alpn_protocol(),
            certificate=self.peer_certificate(),
        )

    def peer_certificate(self) -> Mapping[str, object]:
        """The server's certificate in the form of ``SSLSocket.getpeercert``, even if it was found bad.

        Python tells this only through a private attribute; where that is missing, the result is empty.
        """
        try:
            chain = self._object._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
            info = chain[0].get_info() if chain else {}
        except (AttributeError, IndexError, TypeError, ValueError, ssl.SSLError):
            return {}
        return info if isinstance(info, dict) else {}
