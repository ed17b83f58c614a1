r"""A server that plays a script, one for each connection, and keeps what it received.

A script is a list of steps. Text is a playbook, one step a line::

    S: * OK ready            send the line and CRLF; $0, $1 ... stand for what the last C~ matched
    C: a1 NOOP               expect exactly this line
    C~ (\S+) LOGOUT          expect a line that matches this regular expression as a whole
    LOGOUT                   expect LOGOUT with any tag, and answer it
    QUIT                     expect QUIT, and answer it
    WAIT 0.1                 do nothing for so many seconds
    TLS                      the server's side of a TLS handshake
    TLS-BROKEN               likewise of one that fails
    DEFLATE                  compress, and expect compressed octets, from here on (RFC 4978)
    EOF                      expect that the client ends the connection without another word
    STALL                    do nothing until the client ends the connection
    CLOSE                    end the connection; at the end of a script it goes without saying
    RESET                    end it with a TCP reset

Octets as a step are sent as they are, and a function as a step is called with the connection. Whatever is not as the
script says ends the connection and stands in ``problems``; nothing lasts longer than ``LIMIT`` seconds.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

#: No step waits longer than this for the client (seconds).
LIMIT = 10.0


class Surprise(Exception):
    """The client did not do what the script says."""


class Connection:
    """One connection, for the steps of a script."""

    def __init__(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        self.received = bytearray()
        self._socket = sock
        self._tls = tls
        self._buffer = b""
        self._words: tuple[str, ...] = ()
        self._packer: zlib._Compress | None = None
        self._unpacker: zlib._Decompress | None = None
        sock.settimeout(LIMIT)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # --- steps

    def send(self, octets: bytes) -> None:
        """Send the octets, all in one."""
        if self._packer is not None:
            octets = self._packer.compress(octets) + self._packer.flush(zlib.Z_SYNC_FLUSH)
        self._socket.sendall(octets)

    def send_raw(self, octets: bytes) -> None:
        """Send the octets as they are, whatever is compressed otherwise."""
        self._socket.sendall(octets)

    def flood(self, piece: bytes, most: int) -> None:
        """Send a piece again and again, until ``most`` octets are sent or the client ends the connection."""
        with contextlib.suppress(OSError):
            for _ in range(most // len(piece)):
                self._socket.sendall(piece)

    def line(self) -> bytes:
        """The next line, without its line end."""
        while b"\n" not in self._buffer:
            if not self._more():
                raise Surprise(f"the client ended the connection after {bytes(self.received[-80:])!r}")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.removesuffix(b"\r")

    def expect(self, pattern: str) -> None:
        """The next line matches the regular expression."""
        line = self.line()
        match = re.fullmatch(pattern, line.decode("utf-8", "surrogateescape"))
        if match is None:
            raise Surprise(f"{pattern!r} was expected, and {line!r} came")
        self._words = (match[0], *match.groups(""))

    def octets(self, count: int) -> bytes:
        """The next octets, this many."""
        while len(self._buffer) < count:
            if not self._more():
                raise Surprise(f"the client ended the connection before octet {count}")
        octets, self._buffer = self._buffer[:count], self._buffer[count:]
        return octets

    def quiet(self, seconds: float) -> None:
        """The client sends nothing for so long."""
        self._socket.settimeout(seconds)
        try:
            if self._buffer or self._more():
                raise Surprise(f"nothing was expected, and {self._buffer!r} came")
        except TimeoutError:
            pass
        finally:
            self._socket.settimeout(LIMIT)

    def start_tls(self) -> None:
        """The server's side of a handshake; a client that breaks it off ends the script."""
        assert self._tls is not None, "this server has no certificate"
        self._socket = self._tls.wrap_socket(self._socket, server_side=True)

    def break_tls(self) -> None:
        """The server's side of a handshake that fails, on this side or the client's."""
        try:
            self.start_tls()
        except OSError:
            return
        raise Surprise("the TLS handshake was expected to fail, and has not")

    def compress(self) -> None:
        """Compress and decompress from here on."""
        self._packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        self._unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)

    def forget_compression(self) -> None:
        """Send as it is from here on; what comes is decompressed all the same."""
        self._packer = None

    @property
    def peer(self) -> str:
        """The client's address, without its port."""
        return str(self._socket.getpeername()[0])

    @property
    def peer_certificate(self) -> bytes | None:
        """What the client showed of itself, in DER; None if nothing."""
        assert isinstance(self._socket, ssl.SSLSocket)
        return self._socket.getpeercert(binary_form=True)

    def tls_unique(self) -> bytes:
        """The channel binding of the connection's TLS (up to TLS 1.2)."""
        assert isinstance(self._socket, ssl.SSLSocket)
        return self._socket.get_channel_binding("tls-unique") or b""

    def end(self) -> None:
        """The client ends the connection, and says nothing before."""
        with contextlib.suppress(ConnectionError):
            if self._buffer or self._more():
                raise Surprise(f"nothing more was expected, and {self._buffer!r} came")

    def stall(self) -> None:
        """Do nothing until the client ends the connection."""
        with contextlib.suppress(OSError):
            while self._more():
                pass

    def close(self) -> None:
        """End the connection, after what was sent."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    # --- playing

    def play(self, script: Script) -> None:
        """All steps in order."""
        for step in script:
            if isinstance(step, bytes):
                self.send(step)
            elif isinstance(step, str):
                for row in step.splitlines():
                    self._row(row.lstrip())
            else:
                step(self)

    def _row(self, row: str) -> None:
        word, _, text = row.partition(" ")
        match word:
            case "":
                return
            case "S:":
                filled = re.sub(r"\$(\d)", lambda match: self._words[int(match[1])], text)
                self.send(filled.encode("utf-8", "surrogateescape") + b"\r\n")
            case "C:":
                self.expect(re.escape(text))
            case "C~":
                self.expect(text)
            case "LOGOUT":
                self.expect(r"(\S+) LOGOUT")
                self.send(f"* BYE bye\r\n{self._words[1]} OK done\r\n".encode())
            case "QUIT":
                self.expect("QUIT")
                self.send(b"+OK bye\r\n")
            case "WAIT":
                time.sleep(float(text))
            case "TLS":
                self.start_tls()
            case "TLS-BROKEN":
                self.break_tls()
            case "DEFLATE":
                self.compress()
            case "EOF":
                self.end()
            case "STALL":
                self.stall()
            case "CLOSE":
                self.close()
            case "RESET":
                self.reset()
            case _:
                raise AssertionError(f"a playbook has no {row!r}")

    def _more(self) -> bool:
        octets = self._socket.recv(65536)
        ended = not octets
        if self._unpacker is not None:
            octets = self._unpacker.decompress(octets)
        self.received += octets
        self._buffer += octets
        return not ended


Step: TypeAlias = str | bytes | Callable[[Connection], object]
Script: TypeAlias = Sequence[Step]


class PlaybookServer:
    """Listens on loopback and plays its scripts, each connection on a thread of its own."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.problems: list[str] = []
        self.connections: list[Connection] = []
        self._scripts = list(scripts)
        self._tls = tls
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def received(self) -> bytes:
        """What came over all connections, in the order of the connections."""
        return b"".join(bytes(connection.received) for connection in self.connections)

    @property
    def lines(self) -> list[str]:
        """The lines received."""
        return self.received.decode("utf-8", "surrogateescape").split("\r\n")[:-1]

    def url(self, scheme: str = "imap", user: str = "") -> str:
        """The URL of this server."""
        return f"{scheme}://{user}{'@' if user else ''}127.0.0.1:{self.port}"

    def wait_for(self, octets: bytes) -> None:
        """Wait until these octets have come."""
        end = time.monotonic() + LIMIT
        while octets not in self.received:
            assert time.monotonic() < end, f"{octets!r} has not come"
            time.sleep(0.005)

    def finish(self) -> None:
        """Wait until all scripts have ended, and stop."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(LIMIT)
        for thread in self._threads:
            thread.join(LIMIT)
            if thread.is_alive():
                self.problems.append("a script has not ended")

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if len(self.connections) == len(self._scripts):
                self.problems.append("the client connected once too often")
                sock.close()
                continue
            connection = Connection(sock, self._tls)
            script = self._scripts[len(self.connections)]
            self.connections.append(connection)
            thread = threading.Thread(target=self._play, args=(connection, script), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _play(self, connection: Connection, script: Script) -> None:
        try:
            connection.play(script)
        except Surprise as surprise:
            self.problems.append(str(surprise))
        except OSError as error:
            self.problems.append(f"{type(error).__name__}: {error}, after {bytes(connection.received[-80:])!r}")
        finally:
            connection.close()
