"""From a host name to a connected TCP socket: all addresses, staggered as in Happy Eyeballs (RFC 8305
section 5).
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
from dataclasses import dataclass
from typing import Any

from mailshell.transport.thread import in_thread

__all__ = ["DIRECT", "DialFailed", "Route", "address_text", "describe_os_error", "dial"]

STAGGER = 0.25
"""Seconds for which an address is tried alone before the next one is tried beside it (RFC 8305 section 8)."""

_Address = tuple[socket.AddressFamily, tuple[Any, ...]]

_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "the network is unreachable",
    errno.ETIMEDOUT: "no answer",
    errno.EADDRNOTAVAIL: "this computer has no address to reach it from",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOENT: "no such file",
}


@dataclass(frozen=True, slots=True)
class Route:
    """By which way a TCP connection is made, where it is not the system's choice."""

    version: int = 0
    """4 or 6: addresses of this IP version only; 0: of both."""
    bind: str = ""
    """The IP address of this computer from which to connect."""
    host: str = ""
    """Connect to this host instead of the one in the URL, whose name is still looked for in the certificate."""
    port: int = 0
    """Likewise the port."""

    @property
    def only(self) -> int:
        """4 or 6 where only addresses of this IP version will do, as they must be reached from ``bind``; else 0."""
        return self.version or (ipaddress.ip_address(self.bind).version if self.bind else 0)

    @property
    def family(self) -> socket.AddressFamily:
        """The addresses to look for."""
        return {0: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}[self.only]


DIRECT = Route()


class DialFailed(Exception):
    """No address could be connected to."""

    def __init__(self, errors: list[OSError], attempts: list[str]) -> None:
        super().__init__("; ".join(attempts))
        self.errors = errors
        self.attempts = attempts


def describe_os_error(exc: OSError) -> str:
    """A few words for an error of the operating system, the same on every system for the frequent ones."""
    if exc.errno in _WORDS:
        return _WORDS[exc.errno]
    if exc.errno is not None:
        return os.strerror(exc.errno).lower()
    return str(exc) or type(exc).__name__


def address_text(address: object) -> str:
    """ "127.0.0.1:143" or "[::1]:143", from a socket's address; "" for none."""
    if isinstance(address, tuple) and len(address) >= 2:
        host, port = address[0], address[1]
        return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"
    if isinstance(address, bytes):
        return os.fsdecode(address)
    return address if isinstance(address, str) else ""


async def _resolve(host: str, port: int, family: socket.AddressFamily) -> list[_Address]:
    """``getaddrinfo`` on a daemon thread: one that hangs neither delays a timeout nor the end of the program.

    Raises ``OSError`` (mostly ``socket.gaierror``).
    """

    def ask() -> list[_Address]:
        try:
            found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        except UnicodeError:
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
        return list(dict.fromkeys((family, address) for family, _, _, _, address in found))

    return await in_thread(ask, f"resolve {host}")


def _interleaved(addresses: list[_Address]) -> list[_Address]:
    """The families in turn, beginning with the one that the system prefers (RFC 8305 section 4)."""
    if not addresses:
        return []
    first = [item for item in addresses if item[0] == addresses[0][0]]
    other = [item for item in addresses if item[0] != addresses[0][0]]
    mixed: list[_Address] = []
    while first or other:
        mixed += first[:1] + other[:1]
        first, other = first[1:], other[1:]
    return mixed


async def _connect_one(item: _Address, bind: str) -> socket.socket:
    family, address = item
    # With the protocol named, asyncio switches Nagle off: a literal is more than one small write.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setblocking(False)
        if bind:
            sock.bind((bind, 0))
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


async def dial(host: str, port: int, attempts: list[str], route: Route = DIRECT) -> socket.socket:
    """Connect to the first address of `host` that answers; there is no limit of time but the caller's.

    `attempts` gets one line for each address that was tried, as soon as its outcome is known.  Raises
    ``socket.gaierror`` when the name has no address, `DialFailed` when no address answers.
    """
    name = host if host.isascii() else host.encode("idna").decode("ascii")
    waiting = _interleaved(await _resolve(name, port, route.family))
    running: dict[asyncio.Task[socket.socket], str] = {}
    errors: list[OSError] = []
    try:
        while waiting or running:
            if waiting:
                item = waiting.pop(0)
                running[asyncio.create_task(_connect_one(item, route.bind))] = address_text(item[1])
            done, _ = await asyncio.wait(
                running, timeout=STAGGER if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            winner: socket.socket | None = None
            for task in done:
                text = running.pop(task)
                error = task.exception()
                if error is None and winner is None:
                    attempts.append(f"{text}: connected")
                    winner = task.result()
                elif error is None:
                    task.result().close()
                elif isinstance(error, OSError):
                    attempts.append(f"{text}: {describe_os_error(error)}")
                    errors.append(error)
                else:
                    raise error
            if winner is not None:
                return winner
    except asyncio.CancelledError:
        attempts += [f"{text}: no answer" for text in running.values()]
        raise
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(_close_loser)
    raise DialFailed(errors, attempts)


def _close_loser(task: asyncio.Task[socket.socket]) -> None:
    """A connection which came about in the very moment another one won."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()
