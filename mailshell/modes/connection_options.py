"""The options of a connection on a command line: TLS, and the way to the server."""

from __future__ import annotations

import argparse
import ipaddress
from typing import TYPE_CHECKING

from mailshell.exits import UsageError

if TYPE_CHECKING:
    from mailshell.transport.dial import Route
    from mailshell.transport.tls import TlsOptions

_VERSIONS = ("1.0", "1.1", "1.2", "1.3")


def add_tls_options(parser: argparse._ActionsContainer) -> None:
    """What ``tls_options`` reads."""
    add = parser.add_argument
    add("--insecure", action="store_true", help="accept any certificate")
    add("--cafile", metavar="FILE", help="trust the certificates in this file instead of the system's")
    add("--capath", metavar="FOLDER", help="likewise those in a folder, under the names that openssl rehash gives")
    add("--cert", metavar="FILE", help="the certificate to show when the server asks for one")
    add("--key", metavar="FILE", help="its key, if --cert does not hold it")
    add("--sni", metavar="NAME", help="the name to send, and to look for in the certificate, instead of the host's")
    add("--tls-min", choices=_VERSIONS, help="no lower version of TLS (default 1.2)")
    add("--tls-max", choices=_VERSIONS, help="no higher version of TLS")
    add("--ciphers", metavar="LIST", help="the cipher suites up to TLS 1.2, as openssl ciphers has them")
    add("--alpn", metavar="NAME", help="the protocol to offer by ALPN (imap, pop3); none by default")
    add("--keylog", metavar="FILE", help="append the secrets of TLS to this file, for Wireshark: they open the session")


def add_route_options(parser: argparse._ActionsContainer) -> None:
    """What ``route`` reads."""
    add = parser.add_argument
    add("--connect", metavar="HOST:PORT", help="connect there; the URL's name still counts for TLS")
    add("--bind", metavar="ADDRESS", help="connect from this address of this computer")
    add("-4", dest="ipv4", action="store_true", help="IPv4 only")
    add("-6", dest="ipv6", action="store_true", help="IPv6 only")


def tls_options(chosen: argparse.Namespace) -> TlsOptions:
    """How TLS is to be done."""
    from mailshell.transport.tls import TlsOptions

    return TlsOptions(
        insecure=chosen.insecure,
        cafile=chosen.cafile,
        capath=chosen.capath,
        server_name=chosen.sni,
        cert=chosen.cert,
        key=chosen.key,
        minimum=chosen.tls_min,
        maximum=chosen.tls_max,
        ciphers=chosen.ciphers,
        keylog=chosen.keylog,
        alpn=chosen.alpn,
    )


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
