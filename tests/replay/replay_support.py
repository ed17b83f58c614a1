"""Recordings for these tests: written by hand, or made through the recording proxy; and their servers."""

from __future__ import annotations

import contextlib
import io
import json
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailshell.recording.header import Header
from mailshell.recording.reader import Recording, open_recording
from mailshell.replay.script import Script
from mailshell.replay.script_writer import read_script
from mailshell.replay.serving.background import Background
from mailshell.replay.serving.conversation import Rules
from mailshell.replay.serving.delivery import read_delivery
from mailshell.replay.serving.proxy import RecordingProxy
from mailshell.replay.serving.server import RecordingServer
from mailshell.transport.endpoint import parse_url
from mailshell.transport.tls import TlsOptions

HERE = Path(__file__).parent


def recording(protocol: str, *said: tuple[str, str], **header: str) -> Recording:
    """A recording of these octets: pairs of ``C`` or ``S`` and text; of other kinds, the kind and its members as JSON.

    Masks are written as they show, in ⟦⟧.
    """
    lines = [Header(protocol, **header).line()]
    for kind, text in said:
        event: dict[str, object] = {"k": kind, "dt": 1000}
        if kind in ("C", "S"):
            places, at = [], 0
            while (start := text.find("⟦", at)) >= 0:
                at = text.index("⟧", start) + 1
                places.append([start, at])
            event |= {"u8": text, **({"m": places} if places else {})}
        else:
            event |= json.loads(text)
        lines.append(json.dumps(event).encode() + b"\n")
    return Recording(io.BytesIO(b"".join(lines)))


def script(protocol: str, *said: tuple[str, str], **header: str) -> Script:
    return read_script(recording(protocol, *said, **header))


def load(path: Path) -> Script:
    return read_script(open_recording(path))


@contextlib.contextmanager
def served(
    played: Script,
    match: str = "lenient",
    unexpected: str = "fail",
    timing: str = "instant",
    chunks: str = "recorded",
) -> Iterator[RecordingServer]:
    server = RecordingServer(played, Rules(match, unexpected, read_delivery(timing, chunks)))
    with Background(server):
        yield server


@contextlib.contextmanager
def recorded(url: str, path: Path, cafile: Path | None = None) -> Iterator[RecordingProxy]:
    """A proxy to a live server, which records the session."""
    proxy = RecordingProxy(parse_url(url), path, TlsOptions(cafile=str(cafile) if cafile else None))
    with Background(proxy):
        yield proxy
    assert not proxy.problems


def exchange(port: int, *sent: bytes, until: Sequence[bytes] = (b"\r\n",)) -> list[bytes]:
    """Send each, and read after each (and first the greeting) until the octets end with the like-numbered ending, or
    with the last of the endings."""
    heard = []
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        for at in range(len(sent) + 1):
            if at:
                sock.sendall(sent[at - 1])
            heard.append(_read(sock, until[min(at, len(until) - 1)]))
    return heard


def conversation(port: int, *sent: bytes) -> bytes:
    """Send all at once; all that the server says until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        with contextlib.suppress(OSError):
            sock.sendall(b"".join(sent))
            sock.shutdown(socket.SHUT_WR)
        return _read(sock, None)


def _read(sock: socket.socket, ending: bytes | None) -> bytes:
    heard = b""
    while ending is None or not heard.endswith(ending):
        try:
            octets = sock.recv(65536)
        except ConnectionResetError:
            break
        if not octets:
            break
        heard += octets
    return heard
