"""A proxy that records: one client's session with a real server, passed through octet for octet.

TLS ends at the proxy and begins there anew, so that what is recorded is what the two sides say.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from mailshell.contract import SessionError
from mailshell.exits import UsageError
from mailshell.nobody import Nobody
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Event
from mailshell.protocol.secrecy import Secrets
from mailshell.recording.file import make_file
from mailshell.recording.header import Header, now
from mailshell.recording.recorder import Recorder
from mailshell.replay.serving.link import Link
from mailshell.replay.serving.listening import Listening
from mailshell.session import Session
from mailshell.transport.deflate import NotDeflate
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed, TlsFailed
from mailshell.transport.tls import TlsOptions
from mailshell.wire import Closed, Compressed, Octets, WireEvent

_CONNECT_SECONDS = 15.0
#: The server is not read while the client has so much to read yet (octets).
_MOST_WAITING = 1 << 20


class RecordingProxy(Listening):
    """Listens for clients and connects each to ``endpoint``. The first one's session is recorded at ``path``, which
    must not exist. ``problems``: what went wrong, one sentence each.
    """

    def __init__(self, endpoint: Endpoint, path: Path, tls: TlsOptions | None = None) -> None:
        super().__init__(endpoint.protocol, implicit_tls=endpoint.implicit_tls, upgrades=False)
        self.problems: list[str] = []
        self._endpoint = endpoint
        self._path = path
        self._tls = tls
        self._clients = 0

    def certificate(self) -> Path | None:
        """The certificate that clients may trust, made now if TLS has not begun: STARTTLS may come. UsageError."""
        self.context()
        return self.cafile

    async def serve(self, link: Link) -> None:
        self._clients += 1
        if self._clients > 1:
            self.problems.append("a recording holds one session, and a second client has connected")
            return
        secrets = Secrets()
        try:
            file = make_file(self._path)
        except UsageError as error:
            self.problems.append(str(error))
            return
        header = Header(
            self._endpoint.protocol,
            role="proxy",
            start=now(),
            host=self._endpoint.host,
            port=self._endpoint.port or None,
            tls="implicit" if self._endpoint.implicit_tls else "none",
        )
        recorder = Recorder(file, header, secrets, time.monotonic())
        try:
            await self._pass(link, recorder, secrets)
        finally:
            recorder.close(time.monotonic())

    async def _pass(self, link: Link, recorder: Recorder, secrets: Secrets) -> None:
        """Pass octets between the client and the server until either ends."""
        from_server = _FromServer(link)
        session = Session(self._endpoint, Nobody(), observers=[recorder, from_server], tls=self._tls, secrets=secrets)
        try:
            await session.open(_CONNECT_SECONDS)
        except (ConnectFailed, SessionError) as error:
            self.problems.append(str(error))
            session.abort()
            return
        from_server.session = session
        answering = asyncio.ensure_future(self._answer(link, session, from_server))
        try:
            while octets := await link.read():
                session.write(octets)
        except NotDeflate as error:
            self.problems.append(f"the client: {error}")
        except SessionError:
            # The server has ended the connection; what it said before that is passed on.
            await answering
        finally:
            answering.cancel()
            session.close()
            await session.wait_closed()

    async def _answer(self, link: Link, session: Session, from_server: _FromServer) -> None:
        while octets := await from_server.get():
            if isinstance(octets, Compressed):
                link.deflate()
                continue
            if not (session.awaits_tls and from_server.empty):
                await link.write(octets)
                continue
            # The handshake with the server comes first: the client begins its own as soon as it has the answer.
            try:
                await session.start_tls()
            except TlsFailed as error:
                self.problems.append(str(error))
                break
            await link.write(octets)
            await link.start_tls(self.context())
        link.close()


class _FromServer:
    """An observer that queues what the server says, and stops reading while too much of it waits."""

    masks = False

    def __init__(self, link: Link) -> None:
        self.session: Session | None = None
        self._link = link
        self._queue: asyncio.Queue[bytes | Compressed] = asyncio.Queue()
        self._waiting = 0
        self._paused = False

    @property
    def empty(self) -> bool:
        return self._queue.empty()

    async def get(self) -> bytes | Compressed:
        """What came next; empty at the end."""
        octets = await self._queue.get()
        if isinstance(octets, Compressed):
            return octets
        self._waiting -= len(octets)
        stream = self.session.stream if self.session is not None else None
        if self._paused and self._waiting == 0 and stream is not None:
            self._paused = False
            stream.resume()
        return octets

    def wire(self, event: WireEvent) -> None:
        if isinstance(event, Octets) and event.side is Side.SERVER:
            self._waiting += len(event.octets)
            self._queue.put_nowait(event.octets)
            stream = self.session.stream if self.session is not None else None
            if self._waiting > _MOST_WAITING and stream is not None:
                self._paused = True
                stream.pause()
        elif isinstance(event, Compressed):
            self._link.inflate()
            self._queue.put_nowait(event)
        elif isinstance(event, Closed):
            self._queue.put_nowait(b"")

    def event(self, event: Event, time: float, tls: bool) -> None:
        return
