"""Listening on loopback, in the clear or with a throw-away certificate; each client gets a task of its own."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path

from mailshell.exits import UsageError
from mailshell.misbehave.between import Trouble
from mailshell.replay.serving.certificate import Certificate
from mailshell.replay.serving.link import Link
from mailshell.streams import reason

_BACKLOG = 1024
#: How long the conversations may take to end when the server does (seconds).
_GRACE = 1.0


class Listening(ABC):
    """A server of a protocol. ``implicit_tls``: TLS begins with the connection; ``upgrades``: it may begin later.
    ``trouble`` is put between it and each client.

    ``port`` and, with TLS, ``cafile``, the certificate that clients may trust, are known once it is open.
    """

    def __init__(self, protocol: str, *, implicit_tls: bool, upgrades: bool, trouble: Trouble | None = None) -> None:
        self.port = 0
        self.cafile: Path | None = None
        self._protocol = protocol
        self._implicit_tls = implicit_tls
        self._trouble = trouble if trouble is not None and trouble.concerns(protocol) else None
        self._upgrades = upgrades or (self._trouble is not None and self._trouble.begins_tls(protocol))
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        #: How many clients there were.
        self._sessions = 0
        self._certificate: Certificate | None = None

    @abstractmethod
    async def serve(self, link: Link) -> None:
        """Serve a client, from when its connection stands until it should end."""

    @property
    def url(self) -> str:
        """Where clients connect to."""
        return f"{self._protocol}{'s' if self._implicit_tls else ''}://127.0.0.1:{self.port}"

    def context(self) -> ssl.SSLContext:
        """The server's side of TLS. UsageError where no certificate can be made."""
        if self._certificate is None:
            folder = Path(tempfile.mkdtemp(prefix="mailshell-serve-"))
            try:
                self._certificate = Certificate(folder)
            except UsageError:
                folder.rmdir()
                raise
            self.cafile = self._certificate.cafile
        return self._certificate.context

    async def open(self, host: str, port: int) -> None:
        """Listen; with port 0 the system picks one. UsageError if that can't be, or no certificate can be made."""
        context = self.context() if self._implicit_tls or self._upgrades else None
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: Link(self._run), host, port, ssl=context if self._implicit_tls else None, backlog=_BACKLOG
            )
        except OSError as error:
            self._remove_certificate()
            raise UsageError(f"{host} port {port} can't be listened on: {reason(error)}") from None
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and end the conversations."""
        if self._server is not None:
            self._server.close()
        tasks = {link.task for link in self._links if link.task is not None}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE)
        for link in list(self._links):
            link.abort()
        self._remove_certificate()

    async def _run(self, link: Link) -> None:
        self._links.add(link)
        self._sessions += 1
        if self._trouble is not None:
            link.put(self._trouble.between(self._protocol, self._sessions), self.context)
        try:
            await self.serve(link)
            await link.finish()
        finally:
            self._links.discard(link)

    def _remove_certificate(self) -> None:
        if self.cafile is not None:
            shutil.rmtree(self.cafile.parent, ignore_errors=True)
