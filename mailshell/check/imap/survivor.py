"""Sends what may end a connection, so that the next probe does not suffer from it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from mailshell.check.bench import Bench
from mailshell.check.client import Client, Reply
from mailshell.check.imap.examined import examined
from mailshell.contract import ConnectionLost
from mailshell.protocol.exchange import Status

#: So long an answer is waited for (seconds).
_PATIENCE = 5.0


@dataclass(slots=True)
class Survivor:
    """Has a connection of its own, with the mailbox selected read-only; a new one if the last was ended."""

    bench: Bench
    client: Client | None = None

    async def send(self, octets: bytes) -> tuple[Status | None, Reply, str]:
        """The status of the command that the octets are, what came back, and how it ended: ``""``, ``lost``, ``mute``.

        ``mute``: nothing came for some seconds.
        """
        if self.client is None:
            self.client = await self.bench.connect(linted=False)
            await examined(self.bench, self.client)
        client = self.client
        try:
            async with asyncio.timeout(_PATIENCE):
                statuses, reply = await client.before_noop(octets)
                return (statuses[0] if statuses else None), reply, ""
        except ConnectionLost:
            self.client = None
            return None, client.seen(), "lost"
        except TimeoutError:
            self.client = None
            client.session.abort()
            return None, client.seen(), "mute"
