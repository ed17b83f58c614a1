"""Holds messages in a scratch mailbox against what was put there."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.check.client import Client, Reply
from mailshell.check.imap.fetching import Items, by_uid, flags_of, octets_of, place
from mailshell.protocol.imap.data import Fetched


async def read(client: Client, uids: str = "1:*") -> tuple[Reply, dict[str, Items]]:
    """The messages with all that APPEND or COPY should keep, by UID."""
    reply = await client.ask(f"UID FETCH {uids} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
    return reply, by_uid(reply)


def octets(items: Items) -> bytes | None:
    return octets_of(items, "BODY[]")


def told_flags(fetched: Sequence[Fetched], number: int) -> set[str] | None:
    """The flags that the last FETCH response about a message (its sequence number) tells; None if none does."""
    found: set[str] | None = None
    for one in fetched:
        items = {place(item.name): item.value for item in one.items}
        if one.number == number and "FLAGS" in items:
            found = flags_of(items)
    return found
