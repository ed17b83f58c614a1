"""One connection: delivery, ends of every kind, pause and resume, STARTTLS, closing."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from transport_support import Pki, Recorder, connected, echo, reset, run, says, serving, tcp

from mailshell.transport.connect import connect
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import TlsFailed
from mailshell.transport.stream import Stream
from mailshell.transport.tls import TlsOptions, make_context

MIB = 1 << 20


# --- volume --------------------------------------------------------------------------------------


@pytest.mark.parametrize("implicit_tls", [False, True], ids=["clear", "tls"])
def test_fifty_megabytes_each_way(pki: Pki, implicit_tls: bool) -> None:
    block = bytes(range(251)) * 4177  # about 1 MiB whose period fits no buffer
    total = 50 * len(block)

    async def main() -> None:
        async with (
            serving(echo, tls=pki.good if implicit_tls else None) as port,
            connected(tcp(port, implicit_tls=implicit_tls), pki.trusting) as (stream, recorder),
        ):
            for _ in range(50):
                stream.write(block)
                await stream.drain()
            await recorder.until(lambda: sum(map(len, recorder.pieces)) >= total)
            assert recorder.octets == block * 50
            if implicit_tls:
                assert stream.bytes_in > total
                assert stream.bytes_out > total
            else:
                assert (stream.bytes_in, stream.bytes_out) == (total, total)

    run(main(), limit=20)


def test_drain_waits_for_a_peer_that_does_not_read() -> None:
    async def main() -> None:
        go_on = asyncio.Event()

        async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await go_on.wait()
            while await reader.read(MIB):
                pass

        async with serving(slow) as port, connected(tcp(port)) as (stream, _):
            stream.write(bytes(16 * MIB))
            draining = asyncio.create_task(stream.drain())
            await asyncio.sleep(0.05)
            assert not draining.done()
            go_on.set()
            await draining

    run(main())


def test_drain_raises_when_the_connection_is_lost() -> None:
    async def main() -> None:
        async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.05)
            reset(writer)

        async with serving(refuses) as port, connected(tcp(port)) as (stream, recorder):
            stream.write(bytes(16 * MIB))
            with pytest.raises(ConnectionError):
                await stream.drain()
            error, clean = await recorder.end()
            assert isinstance(error, ConnectionError)
            assert not clean
            with pytest.raises(ConnectionError):
                stream.write(b"x")

    run(main())


# --- ends ----------------------------------------------------------------------------------------


def test_an_end_by_fin() -> None:
    async def main() -> None:
        async with serving(says(b"* BYE\r\n")) as port, connected(tcp(port)) as (stream, recorder):
            assert await recorder.end() == (None, True)
            assert recorder.octets == b"* BYE\r\n"
            assert stream.closed

    run(main())


def test_an_end_by_reset() -> None:
    async def main() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            reset(writer)

        async with serving(handler) as port, connected(tcp(port)) as (stream, recorder):
            stream.write(b"x")
            error, clean = await recorder.end()
            assert isinstance(error, ConnectionResetError)
            assert not clean

    run(main())


def test_the_last_words_of_a_server_that_resets_are_read() -> None:
    """The client writes on while the answer waits in the kernel, so that its write fails first."""
    listener = socket.create_server(("127.0.0.1", 0))
    gone = threading.Event()

    def server() -> None:
        peer, _ = listener.accept()
        peer.sendall(b"* BYE too large\r\n")
        peer.close()
        gone.set()

    thread = threading.Thread(target=server)
    thread.start()

    async def main() -> None:
        port = listener.getsockname()[1]
        async with connected(tcp(port)) as (stream, recorder):
            gone.wait(5)
            for _ in range(3):  # never lets the loop read
                stream._send(b"x" * 1000)
                threading.Event().wait(0.02)
            await recorder.end()
            assert recorder.octets == b"* BYE too large\r\n"

    run(main())
    thread.join()
    listener.close()


def test_tls_ended_by_close_notify(pki: Pki) -> None:
    async def main() -> None:
        async with (
            serving(says(b"* BYE\r\n"), tls=pki.good) as port,
            connected(tcp(port, implicit_tls=True), pki.trusting) as (_, recorder),
        ):
            assert await recorder.end() == (None, True)
            assert recorder.octets == b"* BYE\r\n"

    run(main())


def test_tls_cut_off(pki: Pki) -> None:
    async def main() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"* OK\r\n")
            await reader.read(1)
            raw = writer.get_extra_info("socket")
            raw._sock.shutdown(socket.SHUT_WR)  # a FIN below TLS
            await asyncio.sleep(0.1)
            reset(writer)

        async with (
            serving(handler, tls=pki.good) as port,
            connected(tcp(port, implicit_tls=True), pki.trusting) as (stream, recorder),
        ):
            await recorder.count(6)
            stream.write(b"x")
            assert await recorder.end() == (None, False)

    run(main())


def test_tls_that_breaks_in_the_middle(pki: Pki) -> None:
    async def main() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"* OK\r\n")
            await reader.read(1)
            writer.get_extra_info("socket")._sock.send(b"* plain text\r\n")
            await asyncio.sleep(0.1)
            reset(writer)

        async with (
            serving(handler, tls=pki.good) as port,
            connected(tcp(port, implicit_tls=True), pki.trusting) as (stream, recorder),
        ):
            await recorder.count(6)
            stream.write(b"x")
            error, clean = await recorder.end()
            assert isinstance(error, ConnectionAbortedError)
            assert isinstance(error.__cause__, ssl.SSLError)
            assert " broke: " in str(error)
            assert not clean

    run(main())


# --- closing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("implicit_tls", [False, True], ids=["clear", "tls"])
def test_close_sends_everything_and_then_the_end(pki: Pki, implicit_tls: bool) -> None:
    async def main() -> None:
        got: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            count = 0
            writer.write(b"noise")
            while octets := await reader.read(MIB):
                count += len(octets)
            got.set_result(count)

        async with (
            serving(handler, tls=pki.good if implicit_tls else None) as port,
            connected(tcp(port, implicit_tls=implicit_tls), pki.trusting) as (stream, recorder),
        ):
            stream.write(bytes(8 * MIB))
            stream.close()
            assert recorder.ends == []  # not out of the call
            assert stream.closed
            assert await recorder.end() == (None, True)
            assert await got == 8 * MIB
            with pytest.raises(ConnectionError):
                stream.write(b"x")
            stream.close()
            stream.abort()
            await stream.wait_closed()
            assert await recorder.end() == (None, True)

    run(main())


def test_close_does_not_wait_for_a_peer_that_does_not_close() -> None:
    async def main() -> None:
        async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(1)

        async with serving(deaf) as port, connected(tcp(port)) as (stream, recorder):
            stream.close()
            assert await recorder.end() == (None, True)
            async with asyncio.timeout(0.9):
                await stream.wait_closed()

    run(main())


def test_abort_in_the_middle_of_a_delivery_stops_it() -> None:
    async def main() -> None:
        async with serving(says(bytes(4 * MIB))) as port, connected(tcp(port)) as (stream, recorder):
            recorder.on_received = lambda octets: stream.abort()
            assert await recorder.end() == (None, False)
            assert len(recorder.pieces) == 1

    run(main())


# --- pause and resume ----------------------------------------------------------------------------


@pytest.mark.parametrize("implicit_tls", [False, True], ids=["clear", "tls"])
def test_pause_holds_everything_until_resume(pki: Pki, implicit_tls: bool) -> None:
    sent = bytes(range(256)) * (4 * 4096)

    async def main() -> None:
        async with (
            serving(says(sent), tls=pki.good if implicit_tls else None) as port,
            connected(tcp(port, implicit_tls=implicit_tls), pki.trusting) as (stream, recorder),
        ):
            recorder.on_received = lambda octets: stream.pause()
            while not recorder.ends:
                seen = len(recorder.pieces)
                await asyncio.sleep(0.005)
                assert len(recorder.pieces) <= seen + 1
                stream.resume()
            assert recorder.octets == sent
            assert await recorder.end() == (None, True)

    run(main())


def test_an_end_while_paused_waits_for_what_is_held(pki: Pki) -> None:
    async def main() -> None:
        async with (
            serving(says(b"one"), tls=pki.good) as port,
            connected(tcp(port, implicit_tls=True), pki.trusting) as (stream, recorder),
        ):
            stream.pause()
            await asyncio.sleep(0.05)
            assert (recorder.pieces, recorder.ends) == ([], [])
            stream.resume()
            assert await recorder.end() == (None, True)
            assert recorder.octets == b"one"

    run(main())


def test_close_while_paused_ends_the_stream() -> None:
    async def main() -> None:
        async with serving(says(b"one")) as port, connected(tcp(port)) as (stream, recorder):
            stream.pause()
            stream.close()
            assert await recorder.end() == (None, True)
            assert recorder.pieces == []

    run(main())


def test_nothing_is_delivered_before_connect_returns() -> None:
    async def main() -> None:
        async with serving(says(b"* OK ready\r\n")) as port:
            recorder = Recorder()
            stream = await connect(tcp(port), recorder, tls=TlsOptions(), timeout=5)
            assert recorder.pieces == []
            assert await recorder.count(12) == b"* OK ready\r\n"
            stream.abort()
            await stream.wait_closed()

    run(main())


# --- STARTTLS ------------------------------------------------------------------------------------


def upgrades(
    context: ssl.SSLContext, answer: bytes = b"+OK\r\n", after: bytes = b""
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], asyncio.Future[None]]:
    """A server that answers one line, does its handshake, says `after` and then echoes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        await writer.start_tls(context)
        if after:
            writer.write(after)
        await echo(reader, writer)

    return handler  # type: ignore[return-value]


async def ask(stream: Stream, recorder: Recorder) -> None:
    """Ask for TLS, and stop at the answer as a session does."""
    recorder.on_received = lambda octets: stream.pause()
    stream.write(b"STLS\r\n")
    await recorder.count(5)
    recorder.on_received = None


def test_start_tls_over_tcp(pki: Pki) -> None:
    async def main() -> None:
        async with serving(upgrades(pki.good, after=b"hello")) as port, connected(tcp(port)) as (stream, recorder):
            assert stream.tls is None
            await ask(stream, recorder)
            info = await stream.start_tls(make_context(pki.trusting), "localhost", 5)
            assert recorder.octets == b"+OK\r\n"  # nothing before start_tls has returned
            assert info.verified
            assert stream.tls == info
            stream.write(b"secret")
            assert await recorder.count(16) == b"+OK\r\nhellosecret"
            with pytest.raises(TlsFailed, match="active already"):
                await stream.start_tls(make_context(pki.trusting), "localhost", 5)
            assert not stream.closed

    run(main())


def test_start_tls_over_a_unix_socket(pki: Pki, tmp_path: Path) -> None:
    path = str(tmp_path / "s")

    async def main() -> None:
        endpoint = Endpoint("imap", "unix", path=path)
        async with serving(upgrades(pki.good), path=path), connected(endpoint) as (stream, recorder):
            await ask(stream, recorder)
            await stream.start_tls(make_context(pki.trusting), "localhost", 5)
            stream.write(b"secret")
            assert await recorder.count(11) == b"+OK\r\nsecret"

    run(main())


RELAY = """
import os, select, socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    for f in select.select([0, s], [], [])[0]:
        if f == 0:
            data = os.read(0, 65536)
            s.sendall(data) if data else sys.exit()
        else:
            data = s.recv(65536)
            os.write(1, data) if data else sys.exit()
"""


def test_start_tls_over_a_child_process(pki: Pki) -> None:
    block = bytes(range(256)) * 8192

    async def main() -> None:
        async with serving(upgrades(pki.good)) as port:
            endpoint = Endpoint("imap", "exec", command=(sys.executable, "-c", RELAY, str(port)))
            async with connected(endpoint) as (stream, recorder):
                await ask(stream, recorder)
                await stream.start_tls(make_context(pki.trusting), "localhost", 5)
                stream.write(block)
                assert await recorder.count(5 + len(block)) == b"+OK\r\n" + block
                stream.close()
                assert await recorder.end() == (None, True)
                await stream.wait_closed()
                assert stream.exit_status == 0

    run(main())


def test_text_in_the_clear_after_the_answer_fails_the_handshake(pki: Pki) -> None:
    async def main() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"+OK\r\n")
            await asyncio.sleep(0.05)
            writer.write(b"* injected\r\n")
            await reader.read()

        async with serving(handler) as port, connected(tcp(port)) as (stream, recorder):
            await ask(stream, recorder)
            await asyncio.sleep(0.1)  # the text is in the kernel now
            with pytest.raises(TlsFailed, match=r"sent plain text '\* injected' where its TLS handshake") as caught:
                await stream.start_tls(make_context(pki.trusting), "localhost", 5)
            assert await recorder.end() == (caught.value, False)
            assert recorder.octets == b"+OK\r\n"
            assert stream.closed
            assert stream.tls is None

    run(main())


def test_a_certificate_that_fails_after_starttls(pki: Pki) -> None:
    async def main() -> None:
        async with serving(upgrades(pki.expired)) as port, connected(tcp(port)) as (stream, recorder):
            await ask(stream, recorder)
            with pytest.raises(TlsFailed, match="expired on"):
                await stream.start_tls(make_context(pki.trusting), "localhost", 5)
            _, clean = await recorder.end()
            assert not clean

    run(main())


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(b"+OK\r\n")
    while await reader.read(4096):
        pass


def test_start_tls_that_stalls(pki: Pki) -> None:
    async def main() -> None:
        async with serving(silent) as port, connected(tcp(port)) as (stream, recorder):
            await ask(stream, recorder)
            with pytest.raises(TlsFailed, match=r"within 0\.1 s"):
                await stream.start_tls(make_context(pki.trusting), "localhost", 0.1)
            error, clean = await recorder.end()
            assert isinstance(error, TlsFailed)
            assert not clean

    run(main())


@pytest.mark.parametrize("method", ["abort", "close"])
def test_abort_during_start_tls(pki: Pki, method: str) -> None:
    async def main() -> None:
        async with serving(silent) as port, connected(tcp(port)) as (stream, recorder):
            await ask(stream, recorder)
            asyncio.get_running_loop().call_later(0.05, getattr(stream, method))
            with pytest.raises(TlsFailed, match="was closed during the TLS handshake"):
                await stream.start_tls(make_context(pki.trusting), "localhost", 5)
            assert (await recorder.end())[0] is None

    run(main())


def test_a_cancelled_start_tls_ends_the_connection(pki: Pki) -> None:
    async def main() -> None:
        async with serving(silent) as port, connected(tcp(port)) as (stream, recorder):
            await ask(stream, recorder)
            task = asyncio.create_task(stream.start_tls(make_context(pki.trusting), "localhost", 5))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await recorder.end() == (None, False)

    run(main())


def test_start_tls_needs_a_name_or_insecure(pki: Pki) -> None:
    async def main() -> None:
        async with serving(upgrades(pki.good)) as port, connected(tcp(port)) as (stream, recorder):
            await ask(stream, recorder)
            with pytest.raises(TlsFailed, match="no server name is known"):
                await stream.start_tls(make_context(pki.trusting), "", 5)
            assert not stream.closed
            info = await stream.start_tls(make_context(TlsOptions(insecure=True)), "", 5)
            assert not info.verified

    run(main())


def test_start_tls_on_a_closed_connection(pki: Pki) -> None:
    async def main() -> None:
        async with serving(says(b"+OK\r\n")) as port, connected(tcp(port)) as (stream, recorder):
            await recorder.end()
            with pytest.raises(TlsFailed, match="is closed"):
                await stream.start_tls(make_context(pki.trusting), "localhost", 5)

    run(main())


def test_a_reset_in_the_handshake(pki: Pki) -> None:
    async def main() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"+OK\r\n")
            await reader.read(1)
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

        async with serving(handler) as port, connected(tcp(port)) as (stream, recorder):
            await ask(stream, recorder)
            with pytest.raises(TlsFailed, match="reset the connection in the middle"):
                await stream.start_tls(make_context(pki.trusting), "localhost", 5)
            assert not (await recorder.end())[1]

    run(main())
