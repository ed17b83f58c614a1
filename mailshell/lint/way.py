"""How the server is reached, as far as a checker has to know it, and what must not go over an open way."""

from __future__ import annotations

import ipaddress

from mailshell.wire import Connected, WireEvent

#: The mechanisms that send the password, or a token that is as good, to whoever reads along.
SENDS_SECRET = frozenset({"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"})


class Way:
    """``known``: a connection was seen. ``open``: it goes to another machine, and others may read along.

    Octets without a connection may come from a log that was written behind TLS.
    """

    def __init__(self) -> None:
        self.known = self.open = False

    def see(self, event: WireEvent) -> None:
        """Take in an event of the wire."""
        if isinstance(event, Connected):
            self.known, self.open = True, is_remote(event.peer)


def is_remote(peer: str) -> bool:
    """Whether the address (``192.0.2.1:110``, ``[2001:db8::1]:110``) is that of another machine.

    What goes over the loopback interface, a pipe or a socket file can be read by nobody else.
    """
    host = peer.rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
