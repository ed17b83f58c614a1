"""What mailshell sends and receives equals Dovecot's own record of it, octet for octet."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pytest
from servers.server import Server

from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.options import Options
from mailshell.interpreter.passwords import PasswordSource, SecretSources
from mailshell.modes.batch import BatchConsole
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Event
from mailshell.secret import Secret
from mailshell.transport.endpoint import parse_url
from mailshell.wire import Octets, WireEvent

_STAMP = re.compile(rb"^\d+\.\d+ ", re.MULTILINE)
#: 8-bit octets, NUL-free but otherwise everything, long lines, dots: what a mail server may be given.
MESSAGE = (
    b"From: ana@example.org\r\nSubject: all of it\r\n\r\n.\r\n..\r\n.dot\r\n\r\n"
    + bytes(range(1, 10))
    + bytes(range(14, 256))
    + b"\r\n"
    + b"x" * 3000
    + b"\r\n"
    + b"line\r\n" * 5000
    + b"no line end"
)


class Recorder:
    """An observer that keeps the octets of each side."""

    masks = False

    def __init__(self) -> None:
        self.octets = {Side.CLIENT: b"", Side.SERVER: b""}

    def wire(self, event: WireEvent) -> None:
        if isinstance(event, Octets):
            self.octets[event.side] += event.octets

    def event(self, event: Event, time: float, tls: bool) -> None:
        return


async def _drive(url: str, cafile: Path | None, lines: list[str], log: Path) -> tuple[bytes, bytes]:
    """Run the lines; what was sent and received after the login."""
    from mailshell.transport.tls import TlsOptions

    options = Options(
        sources=SecretSources(PasswordSource(given=Secret("secret"))),
        login=False,
        tls_options=TlsOptions(cafile=str(cafile) if cafile else None),
    )
    interpreter = Interpreter(BatchConsole(iter(()), collects=True), options)
    await interpreter.open(parse_url(url))
    session = interpreter.session
    assert session is not None
    recorder = Recorder()
    if session.protocol == "pop3":
        await interpreter.run("USER ana")
    # The rawlog begins with the server's answer to the login.
    login = "LOGIN ana secret" if session.protocol == "imap" else "PASS secret"
    session.observers.append(recorder)
    assert (await interpreter.run(login)).exit == 0
    recorder.octets[Side.CLIENT] = b""
    for line in lines:
        messages = getattr(session.engine.state, "messages", None)
        assert (await interpreter.run(line.replace("{last}", str(messages)))).exit == 0, line
    await interpreter.close()
    await session.wait_closed()
    return recorder.octets[Side.CLIENT], recorder.octets[Side.SERVER]


def _rawlog(folder: Path, known: set[Path]) -> tuple[bytes, bytes]:
    """What Dovecot recorded of the one session since: its input and its output, without time stamps."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        new = sorted(set(folder.iterdir()) - known)
        if len(new) == 2 and all(path.stat().st_size for path in new):
            time.sleep(0.1)
            break
        time.sleep(0.05)
    inputs = [path for path in new if path.suffix == ".in"]
    outputs = [path for path in new if path.suffix == ".out"]
    assert len(inputs) == len(outputs) == 1, new
    return tuple(_STAMP.sub(b"", path[0].read_bytes()) for path in (inputs, outputs))  # type: ignore[return-value]


IMAP_LINES = [
    "CREATE Raw",
    "APPEND Raw @{message}",
    "SELECT Raw",
    'SEARCH SUBJECT "all of it"',
    "FETCH 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE)",
    "FETCH 1 (BODY.PEEK[HEADER] BODY.PEEK[TEXT] BODY.PEEK[])",
    "STORE 1:* +FLAGS (\\Deleted)",
    "EXPUNGE",
    "IDLE 0.2",
    "CLOSE",
    "DELETE Raw",
]
POP3_LINES = ["CAPA", "STAT", "LIST", "UIDL", "RETR {last}", "TOP {last} 3", "NOOP"]


@pytest.mark.parametrize("security", ["clear", "tls"])
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_octets_equal_the_rawlog(
    dovecot: Server, protocol: str, security: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    message = tmp_path / "message.eml"
    message.write_bytes(MESSAGE)
    folder = dovecot.folder / "rawlog" / dovecot.user
    if protocol == "pop3":
        filled = [f"APPEND INBOX @{message}"]
        asyncio.run(_drive(f"imap://localhost:{dovecot.imap}", None, filled, folder))
        time.sleep(0.3)
    known = set(folder.iterdir())
    tls = security == "tls"
    port = getattr(dovecot, protocol + ("s" if tls else ""))
    url = f"{protocol}{'s' if tls else ''}://localhost:{port}"
    lines = [line.replace("{message}", str(message)) for line in (IMAP_LINES if protocol == "imap" else POP3_LINES)]
    sent, received = asyncio.run(_drive(url, dovecot.cafile if tls else None, lines, folder))
    logged_in, logged_out = _rawlog(folder, known)
    assert len(sent) > 50
    assert len(received) > 30_000
    assert sent == logged_in
    assert received == logged_out
