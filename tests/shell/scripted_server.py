"""A server that does what a test tells it to, when the test tells it to."""

from __future__ import annotations

import re
import socket
import ssl
import threading

import trustme
from terminal import PATIENCE


class ScriptedServer:
    """Listens on loopback; a test accepts, sends and reads in the order that it wants."""

    def __init__(self, protocol: str = "imap") -> None:
        self.protocol = protocol
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self._socket: socket.socket | None = None
        self._accepted: list[socket.socket] = []
        self._buffer = b""
        self._context: ssl.SSLContext | None = None

    def use_tls(self, certificate: trustme.LeafCert) -> None:
        """Speak TLS from the start."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._context)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def url(self, user: str = "") -> str:
        return f"{self.protocol}://{user}{'@' if user else ''}127.0.0.1:{self.port}"

    def accept(self, greeting: bytes | None = None) -> None:
        """Take a connection and greet. From now on all is about this one; earlier ones stay open and silent."""
        self._socket, _ = self._listener.accept()
        self._accepted.append(self._socket)
        self._socket.settimeout(PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is not None:
            self._socket = self._context.wrap_socket(self._socket, server_side=True)
        self._buffer = b""
        if greeting is None:
            greeting = b"* OK [CAPABILITY IMAP4rev1] ready" if self.protocol == "imap" else b"+OK ready"
        if greeting:
            self.send(greeting + b"\r\n")

    def log_in(self, user: str = "ana") -> None:
        """Answer the login at the start."""
        if self.protocol == "imap":
            self.answer(f'LOGIN "?{user}"? .*', b"OK [CAPABILITY IMAP4rev1 IDLE] logged in")
        else:
            self.answer(f"USER {user}", b"+OK password?")
            self.answer("PASS .*", b"+OK 3 messages")

    def send(self, octets: bytes) -> None:
        assert self._socket is not None
        self._socket.sendall(octets)

    def send_in_background(self, octets: bytes) -> threading.Thread:
        """Send what may be more than the network takes at once."""
        thread = threading.Thread(target=self._send_quietly, args=(octets,), daemon=True)
        thread.start()
        return thread

    def _send_quietly(self, octets: bytes) -> None:
        try:
            self.send(octets)
        except OSError:
            return

    def line(self) -> bytes:
        """The next line from the client, without its line end."""
        assert self._socket is not None
        while b"\n" not in self._buffer:
            octets = self._socket.recv(65536)
            if not octets:
                raise AssertionError(f"the client has closed the connection after {self._buffer!r}")
            self._buffer += octets
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.removesuffix(b"\r")

    def expect(self, pattern: str) -> bytes:
        """Read a line that matches (as a whole, without its tag in IMAP); the tag, empty in POP3."""
        line = self.line()
        tag, command = line.split(b" ", 1) if self.protocol == "imap" and b" " in line else (b"", line)
        assert re.fullmatch(pattern, command.decode()), f"the client sent {line!r} and not {pattern!r}"
        return tag

    def answer(self, pattern: str, reply: bytes, untagged: bytes = b"") -> None:
        """Read a command and answer it: ``reply`` follows the tag (IMAP) or is all (POP3)."""
        tag = self.expect(pattern)
        self.send(untagged + (tag + b" " if tag else b"") + reply + b"\r\n")

    def quiet_for(self, seconds: float) -> bool:
        """Whether the client sends nothing for so long."""
        assert self._socket is not None
        if self._buffer:
            return False
        self._socket.settimeout(seconds)
        try:
            return not self._socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(PATIENCE)

    def gone(self) -> bool:
        """Whether the client closes the connection without saying anything more."""
        assert self._socket is not None
        try:
            return not self._socket.recv(65536)
        except ConnectionResetError:
            return True

    def hang_up(self) -> None:
        """Close the connection."""
        assert self._socket is not None
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._socket = None

    def close(self) -> None:
        for accepted in [*self._accepted, *filter(None, [self._socket])]:
            accepted.close()
        self._listener.close()
