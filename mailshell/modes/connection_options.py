"""The options of a command line for the way to the server; those for TLS stand in `mailshell.config.connection`."""

from __future__ import annotations

import argparse
import ipaddress
from typing import TYPE_CHECKING

from mailshell.exits import UsageError

if TYPE_CHECKING:
    from mailshell.transport.dial import Route


def add_route_options(parser: argparse._ActionsContainer) -> None:
    """What ``route`` reads."""
    add = parser.add_argument
    add("--connect", metavar="HOST:PORT", help="connect there; the URL's name still counts for TLS")
    add("--bind", metavar="ADDRESS", help="connect from this address of this computer")
    add("-4", dest="ipv4", action="store_true", help="IPv4 only")
    add("-6", dest="ipv6", action="store_true", help="IPv6 only")


def route(chosen: argparse.Namespace) -> Route:
    """The way to the server. UsageError for what is no address."""
    from mailshell.transport.dial import Route
    from mailshell.transport.endpoint import EndpointError, parse_url

    if chosen.ipv4 and chosen.ipv6:
        raise UsageError("-4 and -6 leave no address; without either both are tried")
    version = 4 if chosen.ipv4 else 6 if chosen.ipv6 else 0
    host, port = "", 0
    if chosen.connect:
        try:
            target = parse_url(f"imap://{chosen.connect}")
        except EndpointError as error:
            raise UsageError(f"--connect: {error}") from None
        if "/" in chosen.connect or "@" in chosen.connect:
            raise UsageError("--connect takes HOST or HOST:PORT; users and mailboxes stand in the URL")
        host, port = target.host, target.port if _names_port(chosen.connect) else 0
    if chosen.bind:
        try:
            bound = ipaddress.ip_address(chosen.bind).version
        except ValueError:
            raise UsageError(f"--bind takes an IP address of this computer, which {chosen.bind} is not") from None
        if version and version != bound:
            raise UsageError(f"{chosen.bind} is an IPv{bound} address, and -{version} wants the other kind")
    return Route(version, chosen.bind or "", host, port)


def _names_port(text: str) -> bool:
    """Whether ``HOST:PORT`` or ``[ADDRESS]:PORT`` has a port."""
    return text.rpartition("]")[2].rpartition(":")[2].isdigit() and ":" in text.rpartition("]")[2]
