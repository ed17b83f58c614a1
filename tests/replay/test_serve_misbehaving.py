"""Recordings served with misbehaviours and faults of the road: in the clear, under TLS, compressed."""

from __future__ import annotations

import asyncio
import contextlib
import poplib
import socket
import ssl
import zlib
from collections.abc import Iterator

import pytest
from replay_support import conversation, exchange, script

from mailshell.misbehave.actions import End
from mailshell.misbehave.between import Trouble
from mailshell.misbehave.changes import Answer, Of, Rewrite
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.road import read_faults
from mailshell.replay.script import Script
from mailshell.replay.serving.background import Background
from mailshell.replay.serving.conversation import Rules
from mailshell.replay.serving.server import RecordingServer

#: NOOP's reply, for a start in lower case.
LOWER = Misbehaviour("status-lower-case", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\+OK", b"+ok", rb"NOOP"),))
POP3 = (
    ("S", "+OK ready\r\n"),
    ("C", "NOOP\r\n"),
    ("S", "+OK done\r\n"),
    ("C", "LIST\r\n"),
    ("S", "+OK\r\n1 20\r\n2 30\r\n.\r\n"),
    ("C", "QUIT\r\n"),
    ("S", "+OK bye\r\n"),
)
CLIENT = b"NOOP\r\nLIST\r\nQUIT\r\n"
HEARD = b"+OK ready\r\n+ok done\r\n+OK\r\n1 20\r\n2 30\r\n.\r\n+OK bye\r\n"


@contextlib.contextmanager
def served(played: Script, *misbehaviours: Misbehaviour, faults: str = "") -> Iterator[RecordingServer]:
    chosen = {played.protocol: misbehaviours}
    server = RecordingServer(played, Rules(), Trouble(chosen, read_faults([faults] if faults else [])))
    with Background(server):
        yield server


def test_in_the_clear() -> None:
    with served(script("pop3", *POP3), LOWER) as server:
        # A client that goes first is answered all the same.
        assert conversation(server.port, CLIENT) == HEARD
        assert server.report.missed == []


def test_another_protocols_misbehaviours_change_nothing() -> None:
    server = RecordingServer(script("pop3", *POP3), Rules(), Trouble({"imap": (LOWER,)}))
    with Background(server):
        assert conversation(server.port, CLIENT) == HEARD.replace(b"+ok", b"+OK")


def test_with_faults_as_well() -> None:
    with served(script("pop3", *POP3), LOWER, faults="lf-only,chunk=3") as server:
        assert conversation(server.port, CLIENT) == HEARD.replace(b"\r\n", b"\n")
    with served(script("pop3", *POP3), LOWER, faults="drop-after=17") as server:
        assert conversation(server.port, CLIENT) == HEARD[:17]


def test_a_command_that_is_answered_in_its_place_is_not_played() -> None:
    ends = Misbehaviour("quit-not-answered", ("QUIT",), (Answer(rb"QUIT", (End(),)),))
    with served(script("pop3", *POP3), ends) as server:
        heard = exchange(
            server.port, b"NOOP\r\n", b"LIST\r\n", b"QUIT\r\n", until=(b"ready\r\n", b"done\r\n", b".\r\n", b"?")
        )
        assert heard[-1] == b""
        assert server.report.unplayed == ["QUIT"]


def test_under_tls_from_the_start() -> None:
    pytest.importorskip("trustme")
    with served(script("pop3", *POP3, tls="implicit"), LOWER, faults="chunk=2,delay=0.001") as server:
        context = ssl.create_default_context(cafile=str(server.cafile))
        client = poplib.POP3_SSL("127.0.0.1", server.port, context=context, timeout=20)
        assert client.noop() == b"+ok done"
        assert client.list() == (b"+OK", [b"1 20", b"2 30"], 12)
        assert client.quit() == b"+OK bye"


def test_under_tls_that_began_later() -> None:
    pytest.importorskip("trustme")
    begun = (
        ("S", "+OK ready\r\n"),
        ("C", "STLS\r\n"),
        ("S", "+OK begin\r\n"),
        ("tls", '{"step": "done", "version": "TLSv1.3"}'),
    )
    with served(script("pop3", *begun, *POP3[1:], tls="starttls"), LOWER) as server:
        context = ssl.create_default_context(cafile=str(server.cafile))
        with socket.create_connection(("127.0.0.1", server.port), 20) as clear:
            assert clear.recv(100) == b"+OK ready\r\n"
            clear.sendall(b"STLS\r\n")
            assert clear.recv(100) == b"+OK begin\r\n"
            with context.wrap_socket(clear, server_hostname="127.0.0.1") as secure:
                secure.sendall(b"NOOP\r\n")
                assert secure.recv(100) == b"+ok done\r\n"


def test_a_reset_under_tls() -> None:
    pytest.importorskip("trustme")

    async def talk(server: RecordingServer) -> bytes:
        context = ssl.create_default_context(cafile=str(server.cafile))
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=context)
        writer.write(b"NOOP\r\n")
        heard = b""
        try:
            while octets := await asyncio.wait_for(reader.read(1), 20):
                heard += octets
        except ConnectionResetError:
            return heard
        finally:
            writer.transport.abort()
        pytest.fail("the connection was ended in good order")

    with served(script("pop3", *POP3, tls="implicit"), faults="chunk=1,delay=0.002,reset=20") as server:
        # What comes last may be lost with the reset.
        assert b"+OK ready\r\n+OK done\r".startswith(asyncio.run(talk(server)))


def test_compressed() -> None:
    """What is changed is what the octets are without compression, and the answer that begins it is in the clear."""
    changed = Misbehaviour("tag-twice", ("NOOP",), (Rewrite(Of.COMPLETION, rb"done", b"changed", rb"NOOP"),))
    played = script(
        "imap",
        ("S", "* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] ready\r\n"),
        ("C", "a1 COMPRESS DEFLATE\r\n"),
        ("S", "a1 OK done\r\n"),
        ("compress", '{"algorithm": "DEFLATE"}'),
        ("C", "a2 NOOP\r\n"),
        ("S", "a2 OK done\r\n"),
    )
    packer, unpacker = zlib.compressobj(wbits=-15), zlib.decompressobj(wbits=-15)
    with (
        served(played, changed, faults="chunk=4") as server,
        socket.create_connection(("127.0.0.1", server.port)) as sock,
    ):
        sock.settimeout(20)
        with sock.makefile("rb") as heard:
            assert heard.readline().startswith(b"* PREAUTH")
            sock.sendall(b"a1 COMPRESS DEFLATE\r\n")
            assert heard.readline() == b"a1 OK done\r\n"
            sock.sendall(packer.compress(b"a2 NOOP\r\n") + packer.flush(zlib.Z_SYNC_FLUSH))
            answer = b""
            while not answer.endswith(b"\n"):
                answer += unpacker.decompress(heard.read1())
            assert answer == b"a2 OK changed\r\n"


def test_each_client_gets_the_same() -> None:
    with served(script("pop3", *POP3), LOWER) as server:
        for _ in range(3):
            assert exchange(server.port, b"NOOP\r\n", until=(b"ready\r\n", b"done\r\n"))[1] == b"+ok done\r\n"
