"""``--keylog``: what it writes, for whom, and that Wireshark decrypts the session with it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import stat
import subprocess
import threading
from pathlib import Path

import pytest
from batch_support import Certificates, Serve, command, inside

GREETING = "S: * OK [CAPABILITY IMAP4rev1] ready"


def test_the_key_log_is_for_its_owner_and_has_a_line_for_each_secret(
    serve: Serve, certificates: Certificates, tmp_path: Path
) -> None:
    log = tmp_path / "keys"
    for _ in range(2):
        server = serve(f"TLS\n{GREETING}\nLOGOUT", tls=certificates.good)
        options = ["--cafile", certificates.cafile, "--keylog", str(log)]
        assert inside(server.url("imaps"), *options, "-c", ".tls").status == 0
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    rows = [row.split() for row in log.read_text().splitlines() if not row.startswith("#")]
    labels = {label for label, _, _ in rows}
    assert {"CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "CLIENT_HANDSHAKE_TRAFFIC_SECRET"} <= labels
    assert len({random for _, random, _ in rows}) == 2
    assert all(len(bytes.fromhex(random)) == 32 and bytes.fromhex(secret) for _, random, secret in rows)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_decrypts_with_it(serve: Serve, certificates: Certificates, tmp_path: Path) -> None:
    server = serve(f"TLS\n{GREETING}\nC~ (\\S+) NOOP\nS: $1 OK aubergine\nLOGOUT", tls=certificates.good)
    log, capture = tmp_path / "keys", tmp_path / "wire.pcap"
    with Relay(server.port) as relay:
        options = ["--cafile", certificates.cafile, "--keylog", str(log), "-c", "NOOP"]
        assert command(f"imaps://127.0.0.1:{relay.port}", *options).status == 0
    capture.write_bytes(relay.capture())
    seen = {}
    for name, extra in (("with", ["-o", f"tls.keylog_file:{log}"]), ("without", [])):
        decode = [
            "-d",
            "tcp.port==993,tls",
            "-d",
            "tls.port==993,imap",
            "-Y",
            "imap",
            "-T",
            "fields",
            "-e",
            "imap.line",
        ]
        run = subprocess.run(["tshark", "-r", str(capture), *extra, *decode], capture_output=True, check=True)
        seen[name] = run.stdout.decode()
    assert "aubergine" in seen["with"]
    assert "aubergine" not in seen["without"]


class Relay:
    """Passes one connection on, and keeps what crosses it, as a capture for Wireshark."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._said: list[tuple[bool, bytes]] = []
        self._threads = [threading.Thread(target=self._pass, daemon=True)]

    def __enter__(self) -> Relay:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._threads[0].join(10)
        self._listener.close()

    def _pass(self) -> None:
        client, _ = self._listener.accept()
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            back = threading.Thread(target=self._pump, args=(server, client, False), daemon=True)
            back.start()
            self._pump(client, server, True)
            back.join(10)

    def _pump(self, source: socket.socket, target: socket.socket, from_client: bool) -> None:
        with contextlib.suppress(OSError):  # the other side may have gone already
            while octets := source.recv(65536):
                self._said.append((from_client, octets))
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)

    def capture(self) -> bytes:
        """What was said as a file of libpcap, in TCP segments of IPv4, on port 993."""
        sent = {True: 1, False: 1}
        packets = [_packet(True, 0, 0, 0x02, b""), _packet(False, 0, 1, 0x12, b"")]
        for from_client, octets in self._said:
            for at in range(0, len(octets), 1000):
                piece = octets[at : at + 1000]
                packets.append(_packet(from_client, sent[from_client], sent[not from_client], 0x18, piece))
                sent[from_client] += len(piece)
        header = b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(8) + b"\xff\xff\0\0" + (101).to_bytes(4, "little")
        return header + b"".join(
            number.to_bytes(4, "little") + bytes(4) + len(packet).to_bytes(4, "little") * 2 + packet
            for number, packet in enumerate(packets)
        )


def _packet(from_client: bool, sequence: int, acknowledged: int, flags: int, octets: bytes) -> bytes:
    """An IPv4 packet with a TCP segment; the checksums are left out."""
    source, target = (40000, 993) if from_client else (993, 40000)
    tcp = source.to_bytes(2, "big") + target.to_bytes(2, "big") + sequence.to_bytes(4, "big")
    tcp += acknowledged.to_bytes(4, "big") + bytes([0x50, flags]) + b"\xff\xff" + bytes(4) + octets
    addresses = [b"\x7f\0\0\1", b"\x7f\0\0\2"] if from_client else [b"\x7f\0\0\2", b"\x7f\0\0\1"]
    return b"\x45\0" + (20 + len(tcp)).to_bytes(2, "big") + bytes(4) + b"\x40\x06\0\0" + b"".join(addresses) + tcp
