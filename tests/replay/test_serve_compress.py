"""Sessions with COMPRESS served: both sides compress where the recorded ones did; and passed through the proxy."""

from __future__ import annotations

import socket
import zlib
from pathlib import Path

import pytest
from playbook import PlaybookServer
from replay_support import load, recorded, script, served

GREETING = ("S", "* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] ready\r\n")
COMPRESS = ("C", "a1 COMPRESS DEFLATE\r\n")
AGREED = ("S", "a1 OK compressing\r\n")
BEGUN = ("compress", '{"algorithm": "DEFLATE"}')
NEWS = ("S", "* 5 EXISTS\r\n")
NOOP = (("C", "a2 NOOP\r\n"), ("S", "* 6 EXISTS\r\na2 OK done\r\n"))


class Client:
    """A client that compresses when it is told to."""

    def __init__(self, port: int) -> None:
        self.wire = b""
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._packer = zlib.compressobj(wbits=-15)
        self._unpacker = zlib.decompressobj(wbits=-15)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def pack(self, octets: bytes) -> bytes:
        return self._packer.compress(octets) + self._packer.flush(zlib.Z_SYNC_FLUSH)

    def until(self, ending: bytes, *, packed: bool = True) -> bytes:
        """What comes, up to this ending, or to the end of the stream."""
        heard = b""
        while not heard.endswith(ending):
            # Octet by octet, so that what is compressed is not read with what comes before it.
            octet = self._socket.recv(1)
            if not octet:
                break
            heard += self._unpacker.decompress(octet) if packed else octet
        return heard


@pytest.mark.parametrize("chunks", ["recorded", "byte", "whole", "random:5"])
def test_both_sides_compress_after_the_answer(chunks: str) -> None:
    played = script("imap", GREETING, COMPRESS, AGREED, BEGUN, NEWS, *NOOP)
    with served(played, match="strict", chunks=chunks) as server:
        with Client(server.port) as client:
            client.until(b"ready\r\n", packed=False)
            client.send(b"x COMPRESS DEFLATE\r\n")
            assert client.until(b"compressing\r\n", packed=False) == b"x OK compressing\r\n"
            assert client.until(b"EXISTS\r\n") == b"* 5 EXISTS\r\n"
            client.send(client.pack(b"y NOOP\r\n"))
            assert client.until(b"done\r\n") == b"* 6 EXISTS\r\ny OK done\r\n"
        assert server.report.count == 0


def test_a_refused_one_stays_in_the_clear() -> None:
    refused = ("S", "a1 NO [COMPRESSIONACTIVE] no\r\n")
    with served(script("imap", GREETING, COMPRESS, refused, *NOOP)) as server, Client(server.port) as client:
        client.until(b"ready\r\n", packed=False)
        client.send(b"a1 COMPRESS DEFLATE\r\na2 NOOP\r\n")
        assert client.until(b"done\r\n", packed=False).endswith(b"* 6 EXISTS\r\na2 OK done\r\n")


@pytest.mark.parametrize("octets", [b"a2 NOOP in the clear\r\n", b"\xff" * 50])
def test_a_client_that_does_not_compress_is_told_of(octets: bytes) -> None:
    with served(script("imap", GREETING, COMPRESS, AGREED, BEGUN, *NOOP)) as server:
        with Client(server.port) as client:
            client.until(b"ready\r\n", packed=False)
            client.send(b"a1 COMPRESS DEFLATE\r\n")
            client.until(b"compressing\r\n", packed=False)
            client.send(octets)
            client.until(b"never")
        assert server.report.count == 1
        assert "no DEFLATE data" in str(server.report.unexpected[0])


def test_a_bomb_from_a_client_ends_at_the_limits() -> None:
    with served(script("imap", GREETING, COMPRESS, AGREED, BEGUN, *NOOP)) as server:
        with Client(server.port) as client:
            client.until(b"ready\r\n", packed=False)
            client.send(b"a1 COMPRESS DEFLATE\r\n")
            client.until(b"compressing\r\n", packed=False)
            client.send(client.pack(b"a2 NOOP " + b"x" * (40 << 20)))
            client.until(b"never")
        assert server.report.count == 1


def test_the_proxy_passes_it_on_and_records_it(tmp_path: Path) -> None:
    steps = "S: * PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] ready\nC: a1 COMPRESS DEFLATE\nS: a1 OK compressing\n"
    steps += "DEFLATE\nS: * 5 EXISTS\nC: a2 NOOP\nS: * 6 EXISTS\nS: a2 OK done\nC: a3 LOGOUT\nS: a3 OK bye"
    server = PlaybookServer([steps])
    path = tmp_path / "a.mwire"
    with recorded(server.url(), path) as proxy, Client(proxy.port) as client:
        client.until(b"ready\r\n", packed=False)
        client.send(b"a1 COMPRESS DEFLATE\r\n")
        client.until(b"compressing\r\n", packed=False)
        assert client.until(b"EXISTS\r\n") == b"* 5 EXISTS\r\n"
        client.send(client.pack(b"a2 NOOP\r\n"))
        assert client.until(b"done\r\n") == b"* 6 EXISTS\r\na2 OK done\r\n"
        client.send(client.pack(b"a3 LOGOUT\r\n"))
        client.until(b"bye\r\n")
    server.finish()
    assert server.problems == []
    text = path.read_text()
    assert '"algorithm":"DEFLATE"' in text
    assert "* 6 EXISTS" in text
    assert load(path).steps[2].name == "NOOP"
