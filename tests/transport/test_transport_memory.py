"""100 MB pass through in flat memory, clear and under TLS."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from transport_support import Pki

import mailshell

OCTETS = 100_000_000
CLIENT = """
import asyncio, pathlib, re, sys
from mailshell.transport.connect import connect
from mailshell.transport.endpoint import parse_url
from mailshell.transport.tls import TlsOptions

class Count:
    octets = 0
    def received(self, octets): self.octets += len(octets)
    def end_of_stream(self, error, clean): ended.set_result((error, clean))

async def main():
    global ended
    ended, count = asyncio.get_running_loop().create_future(), Count()
    stream = await connect(parse_url(sys.argv[1]), count, tls=TlsOptions(cafile=sys.argv[2]), timeout=5)
    assert await ended == (None, True)
    await stream.wait_closed()
    status = pathlib.Path("/proc/self/status").read_text()
    print(count.octets, re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])

asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_hundred_megabytes_in_flat_memory(pki: Pki, scheme: str) -> None:
    def serve() -> None:
        peer: socket.socket = listener.accept()[0]
        if scheme == "imaps":
            peer = pki.good.wrap_socket(peer, server_side=True)
        block = bytes(1_000_000)
        for _ in range(OCTETS // len(block)):
            peer.sendall(block)
        if isinstance(peer, ssl.SSLSocket):
            peer = peer.unwrap()
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        result = subprocess.run(
            [sys.executable, "-c", CLIENT, url, pki.cafile],
            env={**os.environ, "PYTHONPATH": str(Path(mailshell.__file__).parents[1])},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert result.stderr == ""
        thread.join(5)
    octets, peak = map(int, result.stdout.split())
    assert octets == OCTETS
    assert peak < 64 * 1024
