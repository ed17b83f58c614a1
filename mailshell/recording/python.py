"""Records what a program does with ``imaplib``, ``poplib``, or any library that is built on them.

``with recording("session.mwire"): ...``. As long as the block runs, the two attributes through which these classes talk
to the network, ``sock`` and ``file``, are watched. Each connection that is opened has a file of its own.
"""

from __future__ import annotations

import imaplib
import poplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mailshell.recording.file import SECRET_SUFFIX, RecordingFile
from mailshell.recording.header import MASKED, UNSAFE, Header, now
from mailshell.recording.watch import Watch

_PROTOCOLS: dict[type, str] = {imaplib.IMAP4: "imap", poplib.POP3: "pop3"}


@contextmanager
def recording(path: str | Path, *, unsafe_raw: bool = False) -> Iterator[list[Path]]:
    """Record the connections that are opened in the block; the list of their files, which fills as they are opened.

    The first is ``path``, the second has ``-2`` before its suffix, and so on; none may exist yet (FileExistsError when
    the connection is opened). Secrets are masked unless ``unsafe_raw``; then the name has to end with
    ``.secret.mwire`` (ValueError).
    """
    target = Path(path)
    if unsafe_raw and not target.name.endswith(SECRET_SUFFIX):
        raise ValueError(f"the name of a recording in which nothing is masked ends with {SECRET_SUFFIX}")
    recorded = _Recorded(target, UNSAFE if unsafe_raw else MASKED)
    for owner, protocol in _PROTOCOLS.items():
        owner.sock = _Sock(recorded, protocol)  # type: ignore[attr-defined]
        owner.file = _File(recorded)  # type: ignore[attr-defined]
    try:
        yield recorded.paths
    finally:
        for owner in _PROTOCOLS:
            del owner.sock, owner.file  # type: ignore[attr-defined]
        recorded.close()


class _Recorded:
    """The connections of one block."""

    def __init__(self, path: Path, redaction: str) -> None:
        self.paths: list[Path] = []
        self._path = path
        self._redaction = redaction
        self._watches: dict[int, tuple[object, Watch]] = {}

    def connected(self, client: Any, sock: Any, protocol: str) -> None:
        """A client has a new socket: that of a connection, or the same one under TLS."""
        known = self._watches.get(id(client))
        if known is None:
            self._watches[id(client)] = (client, self._open(client, sock, protocol))
        elif isinstance(sock, ssl.SSLSocket):
            cipher = sock.cipher()
            verified = sock.context.verify_mode is not ssl.CERT_NONE
            name = sock.server_hostname or ""
            known[1].tls_started(sock.version() or "", cipher[0] if cipher else "", str(name), verified=verified)

    def watch(self, client: object) -> Watch | None:
        """The recording of a client; None if it was connected before the block."""
        known = self._watches.get(id(client))
        return known[1] if known is not None else None

    def closed(self, client: object) -> None:
        """A client has closed its connection."""
        known = self._watches.pop(id(client), None)
        if known is not None:
            known[1].closed()

    def close(self) -> None:
        """End all recordings."""
        for _, watch in self._watches.values():
            watch.closed("the recording was ended")
        self._watches.clear()

    def _open(self, client: Any, sock: Any, protocol: str) -> Watch:
        count = len(self.paths) + 1
        stem, dot, suffix = self._path.name.partition(".")
        path = self._path if count == 1 else self._path.with_name(f"{stem}-{count}{dot}{suffix}")
        header = Header(
            protocol,
            start=now(),
            host=str(getattr(client, "host", "")),
            port=getattr(client, "port", None),
            tls="implicit" if isinstance(sock, ssl.SSLSocket) else "none",
            redaction=self._redaction,
        )
        watch = Watch(RecordingFile(path), header)
        self.paths.append(path)
        return watch


class _Sock:
    """The attribute ``sock``: what is sent through it is recorded."""

    def __init__(self, recorded: _Recorded, protocol: str) -> None:
        self._recorded = recorded
        self._protocol = protocol

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        sock = client.__dict__["sock"]
        watch = self._recorded.watch(client)
        return sock if sock is None or watch is None else _Sending(sock, watch)

    def __set__(self, client: Any, sock: Any) -> None:
        client.__dict__["sock"] = sock
        if sock is None:
            self._recorded.closed(client)
        elif "file" not in client.__dict__ or isinstance(sock, ssl.SSLSocket):
            self._recorded.connected(client, sock, self._protocol)


class _File:
    """The attribute ``file``: what is read through it is recorded."""

    def __init__(self, recorded: _Recorded) -> None:
        self._recorded = recorded

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        file = client.__dict__["file"]
        watch = self._recorded.watch(client)
        return file if file is None or watch is None else _Reading(file, watch)

    def __set__(self, client: Any, file: Any) -> None:
        client.__dict__["file"] = file


class _Sending:
    """A socket, for whoever sends through it."""

    def __init__(self, sock: Any, watch: Watch) -> None:
        self._sock = sock
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, octets: bytes) -> None:
        """Send, and record what was sent."""
        self._watch.sent(bytes(octets))
        self._sock.sendall(octets)

    def close(self) -> None:
        """Close the connection; that ends the recording."""
        self._sock.close()
        self._watch.closed()


class _Reading:
    """A file, for whoever reads from it."""

    def __init__(self, file: Any, watch: Watch) -> None:
        self._file = file
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        """Read so many octets."""
        return self._received(self._file.read(size))

    def readline(self, size: int = -1) -> bytes:
        """Read a line."""
        return self._received(self._file.readline(size))

    def _received(self, octets: bytes) -> bytes:
        if octets:
            self._watch.received(octets)
        return octets
