"""A server that takes its answers from a good one and makes them wrong: it stands before a demonstration server."""

from __future__ import annotations

import asyncio
import contextlib

from mailshell.misbehave.between import Trouble
from mailshell.replay.serving.link import Link
from mailshell.replay.serving.listening import Listening

_PIECE = 1 << 16


class Misbehaving(Listening):
    """``good``: the port of the good server, which listens on the same host."""

    def __init__(self, protocol: str, trouble: Trouble, host: str, good: int) -> None:
        super().__init__(protocol, implicit_tls=False, upgrades=False, trouble=trouble)
        self._good = host, good

    async def serve(self, link: Link) -> None:
        """Carry octets both ways until the server, or what is put between, ends the connection, or the client has."""
        try:
            reader, writer = await asyncio.open_connection(*self._good)
        except OSError:
            return
        asking = asyncio.ensure_future(_ask(link, writer))
        try:
            with contextlib.suppress(OSError):
                while octets := await reader.read(_PIECE):
                    await link.write(octets)
        finally:
            asking.cancel()
            writer.close()


async def _ask(link: Link, writer: asyncio.StreamWriter) -> None:
    """Give the server what the client sends; in the end, that nothing more comes."""
    with contextlib.suppress(OSError):
        while octets := await link.read():
            writer.write(octets)
            await writer.drain()
        writer.write_eof()
