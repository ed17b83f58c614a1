"""Where a server is and how to reach it: the URL that a user types, read into an `Endpoint`.

The grammar::

    imap://[USER[:PASSWORD]@]HOST[:143][/PATH]        clear, STARTTLS possible (RFC 9051 section 6.2.1)
    imaps://[USER[:PASSWORD]@]HOST[:993][/PATH]       TLS from the first octet (RFC 8314 section 3.2)
    pop3://...[:110]   pop3s://...[:995]              the same for POP3; pop:// and pops:// are other names
    imap+unix:PATH     pop3+unix:PATH                 a Unix-domain socket
    imap+exec:COMMAND  pop3+exec:COMMAND              a child process that speaks on its standard input and output
    imaps+exec:, pop3s+unix: and the like             the same with TLS from the first octet

A user may be followed by ``;AUTH=MECHANISM`` (RFC 5092 section 3.2, RFC 2384 section 3), and PATH names mail (see
`mailshell.transport.mail_url`); a POP3 URL has none (RFC 2384). User, password and mechanism are percent-decoded as
UTF-8. What RFC 5092 forbids and people type all the same (a password; an ``@`` in the user name) is read as it was
meant.
"""

from __future__ import annotations

import ipaddress
import os.path
import re
import shlex
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import unquote

from mailshell.transport.mail_url import EndpointError, MailTarget, decode, read_target

__all__ = ["DEFAULT_PORTS", "Endpoint", "EndpointError", "Kind", "Protocol", "parse_url"]

Protocol = Literal["imap", "pop3"]
Kind = Literal["tcp", "unix", "exec"]

DEFAULT_PORTS: dict[tuple[Protocol, bool], int] = {
    ("imap", False): 143,
    ("imap", True): 993,
    ("pop3", False): 110,
    ("pop3", True): 995,
}
"""The port for a protocol, by whether TLS begins at once."""

_TCP_SCHEMES: dict[str, tuple[Protocol, bool]] = {
    "imap": ("imap", False),
    "imaps": ("imap", True),
    "pop3": ("pop3", False),
    "pop3s": ("pop3", True),
    "pop": ("pop3", False),
    "pops": ("pop3", True),
}
_KINDS: tuple[Kind, ...] = ("unix", "exec")
_LOCAL_SCHEMES: dict[str, tuple[Protocol, bool, Kind]] = {
    f"{scheme}+{kind}": (protocol, implicit_tls, kind)
    for scheme, (protocol, implicit_tls) in _TCP_SCHEMES.items()
    for kind in _KINDS
}
_KNOWN = "imap://, imaps://, pop3://, pop3s://, imap+unix:, pop3+unix:, imap+exec:, pop3+exec:"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_AUTH = re.compile(r";AUTH=([^;]*)\Z", re.IGNORECASE)
_HOST_OCTET = re.compile(r"[A-Za-z0-9._~-]|[^\x00-\x7f]")
_SCHEME_OF_PORT = {143: "imap", 110: "pop3", 995: "pop3s"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server and the way to it.  Fields which do not belong to `kind` have their empty value."""

    protocol: Protocol
    kind: Kind = "tcp"
    host: str = ""
    """A host name as typed (it may be an IDN), or an IP address without brackets; tcp only."""
    port: int = 0
    """1 to 65535; tcp only."""
    implicit_tls: bool = False
    """Whether TLS begins with the first octet."""
    path: str = ""
    """The path of a Unix-domain socket; unix only."""
    command: tuple[str, ...] = ()
    """The words of a command line; exec only."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    auth: str | None = None
    """The SASL mechanism from ``;AUTH=``; None when there was none or it was ``*``."""
    target: MailTarget | None = None
    """What of the mail there the URL names: a mailbox, a message, a search; IMAP only."""

    @property
    def name(self) -> str:
        """A short name for prompts and messages: no user, no password, and no port when it is the default."""
        if self.kind == "unix":
            return self.path
        if self.kind == "exec":
            return self.command[0] if self.command else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.port == DEFAULT_PORTS[self.protocol, self.implicit_tls]:
            return host
        return f"{host}:{self.port}"


def parse_url(text: str) -> Endpoint:
    """Read a URL of the grammar above.

    Raises `EndpointError` for anything else; its message never holds the password.
    """
    text = text.strip()
    if not text:
        raise EndpointError("the URL is empty: write for example imaps://mail.example.org")
    scheme, colon, rest = text.partition(":")
    key = scheme.lower()
    if colon and key in _LOCAL_SCHEMES:
        protocol, implicit_tls, kind = _LOCAL_SCHEMES[key]
        endpoint = _unix(protocol, key, rest) if kind == "unix" else _exec(protocol, key, rest)
        return replace(endpoint, implicit_tls=implicit_tls)
    if colon and key in _TCP_SCHEMES:
        if not rest.startswith("//"):
            host = _host_only(rest)
            raise EndpointError(f"two slashes are missing after {key}: — write {key}://{host}")
        return _tcp(*_TCP_SCHEMES[key], rest[2:])
    if colon and rest.startswith("//"):
        what = f"unknown scheme {scheme!r}" if _SCHEME.fullmatch(scheme) else "no scheme stands before ://"
        raise EndpointError(f"{what}: use one of {_KNOWN}")
    raise EndpointError(_no_scheme(text))


def _no_scheme(text: str) -> str:
    """The sentence for a bare ``host``, ``host:port`` or ``user@host``."""
    host = _host_only(text)
    port = host.rpartition(":")[2]
    scheme = _SCHEME_OF_PORT.get(int(port), "imaps") if _is_number(port) else "imaps"
    return f"no scheme such as imaps:// stands before the host: write {scheme}://{host}"


def _host_only(text: str) -> str:
    """What may be shown of an authority: nothing before an ``@``, and after a colon nothing but a port."""
    host = text.rpartition("@")[2].lstrip("/")
    before, _, port = host.partition(":")
    if not _is_number(port) and _ipv6_or_none(host) is None and not host.startswith("["):
        host = before
    elif _ipv6_or_none(host) is not None:
        host = f"[{host}]"
    return host if host.isprintable() and host else "mail.example.org"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _unix(protocol: Protocol, scheme: str, rest: str) -> Endpoint:
    path = rest
    if path.startswith("//"):  # imap+unix:///run/imap.sock: an authority, which has to be empty
        if not path.startswith("///"):
            raise EndpointError(f"a Unix socket has no host: write {scheme}:/PATH, with one slash or three")
        path = path[2:]
    if not path:
        raise EndpointError(f"the path of the socket is missing: write {scheme}:/run/server.sock")
    if "\0" in path:
        raise EndpointError("the path of the socket holds a NUL character, which no file name can")
    return Endpoint(protocol, "unix", path=os.path.expanduser(path))


def _exec(protocol: Protocol, scheme: str, rest: str) -> Endpoint:
    try:
        command = tuple(shlex.split(rest))
    except ValueError as exc:
        what = str(exc).lower()
        raise EndpointError(f"the command line cannot be split into words: {what} — check the quotes") from None
    if not command or not command[0]:
        raise EndpointError(f"the command is missing: write {scheme}:COMMAND, for example {scheme}:ssh host imapd")
    if any("\0" in word for word in command):
        raise EndpointError("the command line holds a NUL character, which no argument can")
    return Endpoint(protocol, "exec", command=command)


def _tcp(protocol: Protocol, implicit_tls: bool, rest: str) -> Endpoint:
    authority, _, path_part = rest.partition("/")
    userinfo, at, hostport = authority.rpartition("@")
    try:
        host, port = _host_and_port(hostport, DEFAULT_PORTS[protocol, implicit_tls])
    except EndpointError:
        if not at and "@" in path_part:  # imap://joe:pa/ss@host: say nothing of what may be a password
            raise EndpointError("a slash stands before the @: write / as %2F in a user name or password") from None
        raise
    user, password, auth = _userinfo(userinfo) if at else (None, None, None)
    if protocol == "pop3" and path_part:
        raise EndpointError("a POP3 URL names no mailbox: leave out what stands behind the slash after the host")
    return Endpoint(
        protocol,
        "tcp",
        host=host,
        port=port,
        implicit_tls=implicit_tls,
        user=user,
        password=password,
        auth=auth,
        target=read_target(path_part),
    )


def _userinfo(text: str) -> tuple[str | None, str | None, str | None]:
    """User, password and mechanism; ``;AUTH=`` may follow the user (RFC 5092) or the password (as curl has
    it).
    """
    user, colon, secret = text.partition(":")
    auth: str | None = None
    if match := _AUTH.search(user):
        user, auth = user[: match.start()], match[1]
    if match := _AUTH.search(secret):
        secret, auth = secret[: match.start()], match[1]
    if auth is not None and not auth:
        raise EndpointError("the mechanism after ;AUTH= is missing: write for example ;AUTH=PLAIN or ;AUTH=*")
    if colon and not user:
        raise EndpointError("the user name before the password is missing: write USER:PASSWORD@HOST")
    return (
        decode(user, "user name") or None,
        decode(secret, "password") if colon else None,
        None if auth in (None, "*") else decode(auth, "mechanism"),
    )


def _host_and_port(text: str, default: int) -> tuple[str, int]:
    if text.startswith("["):
        literal, bracket, after = text[1:].partition("]")
        if not bracket:
            raise EndpointError("the ] after the IPv6 address is missing: write for example [::1] or [::1]:143")
        if after and not after.startswith(":"):
            raise EndpointError("after ] comes :PORT or nothing, as in [::1]:143")
        return _ipv6(literal), _port(after[1:], default)
    if text.count(":") > 1:
        if _ipv6_or_none(text):
            raise EndpointError(f"an IPv6 address goes into brackets: write [{text}]")
        raise EndpointError("the host has more than one colon: write HOST:PORT, or [ADDRESS]:PORT for IPv6")
    host, _, port = text.partition(":")
    if not host:
        raise EndpointError("the host is missing: write for example imaps://mail.example.org")
    return _host(host), _port(port, default)


def _ipv6_or_none(text: str) -> str | None:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return None
    return text


def _ipv6(literal: str) -> str:
    """An address with an optional zone, written ``%25eth0`` (RFC 6874) or, as people do, ``%eth0``."""
    address, percent, zone = literal.partition("%")
    if zone.startswith("25") and len(zone) > 2:
        zone = zone[2:]
    host = _ipv6_or_none(f"{address}{percent}{unquote(zone)}")
    if host is None or not host.isprintable():
        raise EndpointError(f"{literal!r} is no IPv6 address: write for example [2001:db8::1] or [fe80::1%25eth0]")
    return host


def _port(text: str, default: int) -> int:
    if not text:
        return default  # "HOST:" is legal and means the default (RFC 3986 section 3.2.3)
    if not (text.isascii() and text.isdigit()):
        # What stands there may be a password whose host was forgotten, so it is not shown.
        raise EndpointError("the port after the colon is not a number: use 1 to 65535, as in HOST:143")
    if not _is_number(text) or not 1 <= int(text) <= 65535:
        raise EndpointError(f"the port {text if len(text) < 10 else text[:9] + '…'} is out of range: use 1 to 65535")
    return int(text)


def _host(text: str) -> str:
    host = decode(text, "host")
    if any(c.isspace() for c in host):
        raise EndpointError(f"a space stands in the host {host!r}: remove it, or quote the URL for your shell")
    for c in host:
        if c in "[]":
            raise EndpointError(f"the brackets in {host!r} do not enclose it: write [ADDRESS] or [ADDRESS]:PORT")
        if not _HOST_OCTET.fullmatch(c) or not c.isprintable():
            raise EndpointError(f"the character {c!r} cannot stand in a host name: check the URL")
    try:
        host.encode("idna")
    except UnicodeError as exc:
        if "" in host.rstrip(".").split("."):
            what = "it has nothing between two dots, or before the first"
        elif any(len(label) > 63 for label in host.split(".")):
            what = "it has a part of over 63 characters between its dots"
        else:
            what = f"it cannot be encoded ({exc.__cause__ or exc})"
        raise EndpointError(f"the host {host!r} is no host name: {what}; check the URL") from None
    return host
