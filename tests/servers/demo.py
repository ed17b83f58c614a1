"""The demo's servers, in a process of their own as ``mailshell demo --serve`` runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from servers.server import Server, Unavailable


def start_demo() -> Server:
    """The demo with its user demo. Unavailable without pymap."""
    command = [sys.executable, "-m", "mailshell", "demo", "--serve"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ports = [urlsplit(process.stdout.readline().strip()).port for _ in range(2)]
    if None in ports:
        process.terminate()
        raise Unavailable(process.communicate()[1].strip())

    def stop() -> None:
        process.terminate()
        process.communicate()

    return Server("demo", ports[0] or 0, ports[1] or 0, user="demo", password="demo", folder=Path(), stop=stop)
