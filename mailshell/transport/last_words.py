"""What a peer sent before the connection broke.

A failed write makes asyncio stop reading at once, though the server's last words (an IMAP BYE that says why,
say) may still wait in the kernel. They are what a debugger wants most.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

__all__ = ["last_words"]

MOST = 1024 * 1024
"""Octets at most that are still read."""
_READ = 256 * 1024


def last_words(sock: socket.socket) -> Iterator[bytes]:
    """Read what is left in a socket that does not block, until there is no more or an error comes."""
    left = MOST
    while left > 0:
        try:
            octets = sock.recv(_READ)
        except OSError:
            return
        if not octets:
            return
        left -= len(octets)
        yield octets
