"""The demonstration's IMAP server: pymap, in this process, with its mailboxes in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailshell.demo.errors import DemoUnavailable
from mailshell.demo.listener import Listener

if TYPE_CHECKING:
    from mailshell.demo.listener import Serve
    from mailshell.demo.maildrop import Maildrop

#: The packages that ``mailshell[demo]`` brings, pymap's own needs among them.
_EXTRA = frozenset({"pymap", "pysasl", "proxyprotocol", "typing_extensions"})


class ImapDemo:
    """An IMAP server that is running."""

    def __init__(self, serve: Serve, inbox: Maildrop) -> None:
        self._listener = Listener(serve)
        self._inbox = inbox

    @property
    def inbox(self) -> Maildrop:
        """Its INBOX, for a POP3 server to serve as well."""
        return self._inbox

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._listener.port

    async def open(self, host: str, port: int) -> None:
        """Begin to listen."""
        await self._listener.open(host, port)

    async def close(self) -> None:
        """Stop, and end all connections."""
        await self._listener.close()


async def start_imap(host: str = "127.0.0.1", port: int = 0) -> ImapDemo:
    """Start the server over a fresh copy of the sample mailboxes. Raises DemoUnavailable without pymap."""
    try:
        from mailshell.demo.imap_backend import prepare
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise DemoUnavailable("the demo's IMAP server needs pymap: pip install 'mailshell[demo]'") from missing
    server = ImapDemo(*await prepare())
    await server.open(host, port)
    return server
