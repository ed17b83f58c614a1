"""The ways to a server other than TCP: a child process, a Unix socket; and IPv6."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.server import Server


def _run(url: str, *lines: str, user: str | None = None, password: str = "secret") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailshell", url]
    if user is not None:
        command += ["--user", user, "--password-env", "PW"]
    for line in lines:
        command += ["-c", line]
    environment = {**os.environ, "PW": password}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=30, env=environment, stdin=subprocess.DEVNULL
    )


def test_a_child_process_that_greets_with_preauth(dovecot: Server) -> None:
    command = f"imap+exec:env USER=ana /usr/lib/dovecot/imap -c {dovecot.folder}/dovecot.conf -u ana"
    done = _run(command, "SELECT INBOX", ".state")
    assert done.returncode == 0, done.stderr
    assert "state       selected" in done.stdout


@contextlib.contextmanager
def _unix_socket(path: Path, port: int) -> Iterator[None]:
    """Passes connections to a Unix socket on to a port of this machine."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        listener.close()


@pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_unix_socket(server: Server, protocol: str, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with _unix_socket(path, getattr(server, protocol)):
        url = f"{protocol}+unix:{path}"
        done = _run(url, "NOOP", ".state", user=server.user, password=server.password)
    assert done.returncode == 0, done.stderr
    assert f"user        {server.user}" in done.stdout


def test_ipv6(dovecot: Server) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    done = _run(f"imap://[::1]:{dovecot.imap}", "NOOP", user="ana")
    assert done.returncode == 0, done.stderr
