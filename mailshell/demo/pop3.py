"""The demonstration's POP3 server (RFC 1939, 2449, 5034 and 6856) on asyncio."""

from __future__ import annotations

import asyncio

from mailshell.demo.listener import Listener
from mailshell.demo.mailbox import INBOX, PASSWORD, USER
from mailshell.demo.maildrop import ListMaildrop, Maildrop
from mailshell.demo.pop3_errands import settle
from mailshell.demo.pop3_sasl import Account
from mailshell.demo.pop3_session import Session

#: A client that says nothing for so many seconds is disconnected (RFC 1939, section 3).
IDLE_TIMEOUT = 600.0


class Pop3Demo:
    """A POP3 server that is running."""

    def __init__(self, maildrop: Maildrop, *, idle_timeout: float = IDLE_TIMEOUT) -> None:
        self._maildrop = maildrop
        self._account = Account(USER.encode(), PASSWORD.encode())
        self._idle_timeout = idle_timeout
        self._listener = Listener(self._serve)

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

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry octets between a connection and its session, and run the session's errands."""
        session = Session(self._maildrop, self._account)
        try:
            async with asyncio.timeout(None) as patience:
                await self._send(writer, session.greeting(), patience)
                while not session.closed and (octets := await reader.read(1 << 16)):
                    for outcome in session.receive(octets):
                        await self._send(writer, await settle(outcome, self._maildrop), patience)
        except TimeoutError:
            pass  # closed without a reply, and without removing anything: RFC 1939, section 3
        finally:
            session.lost()

    async def _send(self, writer: asyncio.StreamWriter, reply: bytes, patience: asyncio.Timeout) -> None:
        """Send a reply, and let the time to the next sign of life begin anew."""
        patience.reschedule(asyncio.get_running_loop().time() + self._idle_timeout)
        writer.write(reply)
        await writer.drain()


async def start_pop3(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    maildrop: Maildrop | None = None,
    idle_timeout: float = IDLE_TIMEOUT,
) -> Pop3Demo:
    """Start the server over the maildrop given, or over one of its own with a fresh copy of the sample INBOX."""
    if maildrop is None:
        maildrop = ListMaildrop(message.octets for message in INBOX)
    server = Pop3Demo(maildrop, idle_timeout=idle_timeout)
    await server.open(host, port)
    return server
