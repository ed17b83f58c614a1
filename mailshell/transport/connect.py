"""From an `Endpoint` to a `Stream`: TCP, implicit TLS, a Unix socket or a child process, within a time."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import signal
import socket
import stat
import struct
import termios
from collections.abc import Callable
from typing import IO

from mailshell.transport.child import Child, spawn
from mailshell.transport.dial import DIRECT, DialFailed, Route, address_text, describe_os_error, dial
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed, TlsFailed
from mailshell.transport.pipes import open_pipes
from mailshell.transport.stream import Receiver, Stream
from mailshell.transport.tls import TlsOptions, make_context

__all__ = ["ConnectFailed", "TlsFailed", "connect", "server_name_of"]

_NO_ADDRESS = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None), getattr(socket, "EAI_ADDRFAMILY", None))

EXIT_GRACE = 0.2
"""Seconds for which a child process is watched for an exit at once; it ends with the child's first octet."""

BACKLOG_WAIT = 0.05
"""Seconds until a Unix socket whose server has too many connections waiting is tried again."""


def server_name_of(endpoint: Endpoint, options: TlsOptions) -> str:
    """The name to check in the server's certificate: the option's, else the host's; empty if there is none."""
    if options.server_name:
        return options.server_name
    return endpoint.host.partition("%")[0].rstrip(".")


async def connect(
    endpoint: Endpoint,
    receiver: Receiver,
    *,
    tls: TlsOptions,
    timeout: float,
    route: Route = DIRECT,
    connected: Callable[[Stream], None] | None = None,
) -> Stream:
    """Connect, with TLS if the endpoint asks for it, within `timeout` seconds for all of it.

    `route` says by which way a TCP connection is made. `connected` is called once the transport stands, before TLS.
    The receiver hears nothing but `Receiver.stderr` before this returns, so the stream is there when the
    greeting comes; when this raises, it is never told of an end of stream.

    Raises `ConnectFailed`, its subclass `TlsFailed`, or ``ValueError`` when `timeout` is not above 0.
    """
    if not timeout > 0:
        raise ValueError(f"a timeout of {timeout:g} s leaves no time to connect: give more than 0")
    context = make_context(tls) if endpoint.implicit_tls else None
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    attempts: list[str] = []
    try:
        async with asyncio.timeout_at(deadline):
            stream = await _open(endpoint, receiver, attempts, route)
    except TimeoutError:
        raise ConnectFailed(_timed_out(endpoint, route, timeout, attempts), attempts) from None
    if connected is not None:
        connected(stream)
    if context is not None:
        try:
            left = max(deadline - loop.time(), 0.001)
            await stream.start_tls(context, server_name_of(endpoint, tls), left)
        except TlsFailed as exc:
            stream.abort()
            exc.attempts = attempts
            raise
        except BaseException:
            stream.abort()
            raise
    stream.hand_over()
    return stream


def _timed_out(endpoint: Endpoint, route: Route, timeout: float, attempts: list[str]) -> str:
    where = _where(endpoint, route)
    if endpoint.kind == "tcp" and not attempts:
        return f"looking up the name {route.host or endpoint.host} timed out after {timeout:g} s: check the network"
    return f"{where} timed out after {timeout:g} s: check the host and the port, or give a longer --timeout"


def _where(endpoint: Endpoint, route: Route) -> str:
    if endpoint.kind != "tcp":
        return endpoint.name
    return f"{route.host or endpoint.host} port {route.port or endpoint.port}"


async def _open(endpoint: Endpoint, receiver: Receiver, attempts: list[str], route: Route) -> Stream:
    if endpoint.kind == "exec":
        return await _open_exec(endpoint, receiver, attempts)
    if endpoint.kind == "tcp":
        sock = await _open_tcp(endpoint, attempts, route)
        peer, local = _addresses(sock)
    else:
        sock = await _open_unix(endpoint.path, attempts)
        peer, local = endpoint.path, address_text(sock.getsockname())
    stream = Stream(receiver, sock, name=endpoint.name, peer=peer, local=local, attempts=attempts)
    try:
        loop = asyncio.get_running_loop()
        if sock.family == socket.AF_UNIX:
            await loop.create_unix_connection(lambda: stream, sock=sock)
        else:
            await loop.create_connection(lambda: stream, sock=sock)
    except BaseException:
        stream.abort()
        sock.close()
        raise
    return stream


async def _open_exec(endpoint: Endpoint, receiver: Receiver, attempts: list[str]) -> Stream:
    child, output, into = await _open_child(endpoint.command, receiver, attempts)
    peer = f"pid {child.pid}"
    stream = Stream(receiver, None, name=endpoint.name, peer=peer, local="", attempts=attempts, child=child)
    try:
        await open_pipes(stream, output, into)
    except BaseException:
        stream.abort()
        output.close()
        into.close()
        raise
    return stream


def _addresses(sock: socket.socket) -> tuple[str, str]:
    """The peer's and the own address; empty if the peer has reset the connection already."""
    try:
        return address_text(sock.getpeername()), address_text(sock.getsockname())
    except OSError:
        return "", ""


async def _open_tcp(endpoint: Endpoint, attempts: list[str], route: Route) -> socket.socket:
    host = route.host or endpoint.host
    try:
        return await dial(host, route.port or endpoint.port, attempts, route)
    except socket.gaierror as exc:
        raise ConnectFailed(_name_error(host, route, exc), attempts) from exc
    except DialFailed as exc:
        raise ConnectFailed(_dial_error(host, route, _where(endpoint, route), exc), attempts) from exc
    except OSError as exc:
        raise ConnectFailed(f"{_where(endpoint, route)}: {describe_os_error(exc)}", attempts) from exc


def _name_error(host: str, route: Route, exc: socket.gaierror) -> str:
    if route.only and exc.errno in _NO_ADDRESS:
        lacks = f"the host name {host} has no IPv{route.only} address"
        if route.version:
            return f"{lacks}: leave -{route.only} out, or check its spelling"
        return f"{lacks}, which --bind {route.bind} needs: check both"
    if exc.errno == socket.EAI_AGAIN:
        return f"the name {host} could not be looked up just now: check the network, then try again"
    if exc.errno in _NO_ADDRESS:
        return f"the host name {host} is not known: check its spelling"
    what = (exc.strerror or "unknown cause").lower()
    return f"the name {host} could not be looked up: {what}"


def _dial_error(host: str, route: Route, where: str, exc: DialFailed) -> str:
    words = list(dict.fromkeys(describe_os_error(error) for error in exc.errors))
    if not words:
        return f"the host name {host} has no address: check its spelling"
    if route.bind and all(error.errno == errno.EADDRNOTAVAIL for error in exc.errors):
        return f"cannot connect from {route.bind}: this computer has no such address (ip address lists those it has)"
    if words == ["connection refused"]:
        return f"{where} refused the connection: no server listens there; check the port"
    advice = "check the port" if "connection refused" in words else "check the network and the host"
    if len(exc.errors) > 1:
        return f"cannot connect to {where}: {', '.join(words)} (tried {len(exc.errors)} addresses); {advice}"
    return f"cannot connect to {where}: {words[0]}; {advice}"


async def _open_unix(path: str, attempts: list[str]) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        while True:
            try:
                sock.connect(path)  # connects at once, or not at all: nothing like EINPROGRESS here
                break
            except BlockingIOError:  # the server's queue is full
                await asyncio.sleep(BACKLOG_WAIT)
    except OSError as exc:
        sock.close()
        reason = _unix_error(path, exc)
        attempts.append(reason)
        raise ConnectFailed(reason, attempts) from exc
    except BaseException:
        sock.close()
        raise
    attempts.append(f"{path}: connected")
    return sock


def _unix_error(path: str, exc: OSError) -> str:
    if isinstance(exc, FileNotFoundError):
        return f"{path}: no such file: check the path of the socket"
    if isinstance(exc, PermissionError):
        return f"{path}: permission denied: ask for access to the socket, or run as its owner"
    if isinstance(exc, ConnectionRefusedError):
        if os.path.exists(path) and not _is_socket(path):
            return f"{path}: is not a socket: give the path of a Unix socket"
        return f"{path}: no server listens on this socket: start it"
    if exc.errno is None and "too long" in str(exc):
        return f"{path}: the path is too long for a socket (about 107 octets): use a shorter link"
    return f"{path}: {describe_os_error(exc)}"


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return True


async def _open_child(
    command: tuple[str, ...], receiver: Receiver, attempts: list[str]
) -> tuple[Child, IO[bytes], IO[bytes]]:
    program = command[0]
    try:
        child, output, into = await spawn(command, receiver.stderr)
    except OSError as exc:
        reason = _command_error(program, exc)
        attempts.append(reason)
        raise ConnectFailed(reason, attempts) from exc
    try:
        if await _ended_at_once(child, output):
            how = _status_text(child.status or 0)
            reason = f"the command {program} exited at once ({how}): see its messages, or run it by hand"
            attempts.append(reason)
            raise ConnectFailed(reason, attempts)
    except BaseException:
        output.close()
        into.close()
        child.kill()
        raise
    attempts.append(f"{program}: started as pid {child.pid}")
    return child, output, into


def _command_error(program: str, exc: OSError) -> str:
    if isinstance(exc, FileNotFoundError):
        return f"command not found: {program} — check its spelling, or give its full path"
    if isinstance(exc, PermissionError):
        return f"{program}: permission denied: the file is not executable"
    return f"the command {program} cannot be run: {describe_os_error(exc)}"


def _status_text(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"


async def _ended_at_once(child: Child, output: IO[bytes]) -> bool:
    """Whether the child exits before it has written an octet; waits until it has, or `EXIT_GRACE` is over."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(output, readable.set)
    try:
        async with asyncio.timeout(EXIT_GRACE):
            await readable.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(output)
    waiting = struct.unpack("i", fcntl.ioctl(output, termios.FIONREAD, b"\0\0\0\0"))[0]
    return not waiting and await child.exits_within(EXIT_GRACE)
