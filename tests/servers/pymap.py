"""pymap as it comes (the demo mends some of it): IMAP, in memory, with its own sample mail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from servers.server import Server, Unavailable, free_ports, make_folder, stopper, wait_for


def start_pymap() -> Server:
    """pymap with its user demouser. Unavailable if it is not installed."""
    program = shutil.which("pymap", path=str(Path(sys.executable).parent))
    if program is None:
        raise Unavailable("pymap is not installed")
    (port,) = free_ports(1)
    command = [program, "--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "admin"]
    command += ["--no-service", "managesieve", "dict", "--demo-data"]
    folder = make_folder("pymap")
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    wait_for(port, process, folder / "log")
    server = Server("pymap", port, 0, user="demouser", password="demopass", folder=folder)
    server.stop = stopper(process, folder)
    return server
