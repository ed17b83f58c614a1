"""What the tests know of a server that runs."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

#: The password of the user eva: no word that is written anywhere else, so that a leak of it can be told.
RARE = "k0rrekt-Pferd,Batterie=7"


class Unavailable(Exception):
    """The server can't run here; the text says why."""


@dataclass
class Server:
    """A server: its ports (0: it has none such), a user, and how to stop it.

    ``client_certificate`` and ``token`` log the user in too.
    """

    name: str
    imap: int
    pop3: int
    imaps: int = 0
    pop3s: int = 0
    user: str = "ana"
    password: str = "secret"
    cafile: Path | None = None
    client_certificate: Path | None = None
    token: str = ""
    folder: Path = field(default_factory=Path)
    stop: Callable[[], None] = lambda: None

    @property
    def secure(self) -> bool:
        """Whether it has TLS, at once and by STARTTLS or STLS."""
        return self.cafile is not None

    def arguments(self, protocol: str, security: str) -> list[str]:
        """mailshell's arguments to log in with this protocol and ``clear``, ``tls`` or ``starttls``."""
        implicit = security == "tls"
        port = getattr(self, protocol + ("s" if implicit else ""))
        arguments = [f"{protocol}{'s' if implicit else ''}://{self.user}@localhost:{port}", "--password-env", "PW"]
        if security != "clear":
            arguments += ["--cafile", str(self.cafile)]
        if security == "starttls":
            arguments += ["--tls", "starttls"]
        return arguments


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [sock.getsockname()[1] for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def make_folder(name: str) -> Path:
    """A folder that the server's own user may enter."""
    folder = Path(tempfile.mkdtemp(prefix=f"mailshell-{name}-"))
    folder.chmod(0o755)
    return folder


def make_certificate(folder: Path) -> Path:
    """A key and a self-signed certificate for localhost, as ``key.pem`` and ``cert.pem``."""
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", names, "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "cert.pem"


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 15) -> None:
    """Wait until something listens. Unavailable if the process ends before that, with the end of its log."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    process.kill()
    raise Unavailable(f"it did not start: {log.read_text(errors='replace')[-500:]}")


def stopper(process: subprocess.Popen[bytes], folder: Path) -> Callable[[], None]:
    """Ends the process and removes its folder."""

    def stop() -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)

    return stop
