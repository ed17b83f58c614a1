"""An engine and a trace fed with octets, as a session does it; a server that plays a script and records both sides."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from mailshell.protocol.events import Side
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.protocol.pop3.connection import Pop3Connection
from mailshell.protocol.secrecy import ChunkMask
from mailshell.trace.trace import Trace
from mailshell.wire import Closed, Connected, Octets, TlsStarted


class Player:
    """Feeds an engine and a trace in the way of ``Session``. ``text`` is what was written so far."""

    def __init__(self, protocol: str = "imap", limits: Limits = DEFAULT, **options: Any) -> None:
        self.engine = ImapConnection(limits) if protocol == "imap" else Pop3Connection(limits)
        self.written: list[str] = []
        write: Callable[[str], object] = options.pop("write", self.written.append)
        self.trace = Trace(protocol, write, secrets=self.engine.secrets, **options)
        self.now = 100.0
        self.tls = False
        self._echoes = ChunkMask(self.engine.secrets)
        self._received = 0

    @property
    def text(self) -> str:
        return "".join(self.written)

    @property
    def rows(self) -> list[str]:
        return self.text.splitlines()

    def connect(self, peer: str = "mail.example:143", attempts: tuple[str, ...] = ()) -> Player:
        self.trace.wire(Connected(self.now, peer, attempts))
        return self

    def start_tls(self, verified: bool = True) -> Player:
        self.tls = True
        self.trace.wire(TlsStarted(self.now, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "mail.example", verified))
        return self

    def client(self, *chunks: bytes) -> Player:
        for octets in chunks:
            self.now += 0.001
            offset = self.engine.sent_octets
            events = self.engine.sent(octets)
            spans = tuple(self.engine.marks.spans(octets, offset) + self.engine.secrets.scan(octets))
            self.trace.wire(Octets(Side.CLIENT, octets, self.now, self.tls, offset, spans))
            for event in events:
                self.trace.event(event, self.now, self.tls)
        return self

    def server(self, *chunks: bytes) -> Player:
        for octets in chunks:
            self.now += 0.0115
            spans = tuple(self._echoes.spans(octets))
            self.trace.wire(Octets(Side.SERVER, octets, self.now, self.tls, self._received, spans))
            self._received += len(octets)
            for event in self.engine.received(octets):
                self.trace.event(event, self.now, self.tls)
        return self

    def close(self, by_server: bool = True, reason: str = "the server closed the connection") -> Player:
        self.trace.wire(Closed(self.now, by_server, reason))
        return self

    def play(self, recorded: Sequence[tuple[str, bytes]]) -> Player:
        """Play what a ``ScriptedServer`` recorded."""
        self.connect()
        for side, octets in recorded:
            if side == "EOF":
                self.close()
            elif side == "C":
                self.client(octets)
            else:
                self.server(octets)
        return self


#: In a script: read one more line from the client.
READ = object()
#: In a script: close the connection.
EOF = object()

_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


class ScriptedServer:
    """Plays a greeting and, for each command, an answer; records the octets of both sides in order.

    An answer is a list of parts: octets to be sent, in which ``{tag}`` stands for the client's tag, READ or EOF.
    """

    def __init__(self, greeting: bytes, answers: Sequence[Sequence[object]]) -> None:
        self.recorded: list[tuple[str, bytes]] = []
        self._greeting = greeting
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._listener.close()

    @property
    def tag_prefix(self) -> str:
        first = next(octets for side, octets in self.recorded if side == "C")
        return re.split(rb"\d", first)[0].decode()

    def _run(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as reader, contextlib.suppress(OSError):
            self._connection = connection
            self._send(self._greeting)
            for answer in self._answers:
                line = self._read(reader)
                tag = line.split(b" ", 1)[0]
                while (match := _LITERAL.search(line)) is not None:
                    self._send(b"+ Ready for literal data\r\n")
                    self.recorded.append(("C", reader.read(int(match[1]))))
                    line = self._read(reader)
                for part in answer:
                    if part is READ:
                        self._read(reader)
                    elif part is EOF:
                        self.recorded.append(("EOF", b""))
                        return
                    else:
                        assert isinstance(part, bytes)
                        self._send(part.replace(b"{tag}", tag))

    def _send(self, octets: bytes) -> None:
        self.recorded.append(("S", octets))
        self._connection.sendall(octets)

    def _read(self, reader: Any) -> bytes:
        line: bytes = reader.readline()
        if line:
            self.recorded.append(("C", line))
        return line
