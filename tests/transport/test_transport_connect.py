"""Ways to connect, and what is said when there is none."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ipv6 import needs_ipv6
from transport_support import Recorder, connected, echo, run, says, serving, tcp

from mailshell.transport import dial as dial_module
from mailshell.transport.connect import connect, server_name_of
from mailshell.transport.endpoint import Endpoint, parse_url
from mailshell.transport.errors import ConnectFailed
from mailshell.transport.tls import TlsOptions


def reason(endpoint: Endpoint, timeout: float = 5, recorder: Recorder | None = None) -> str:
    async def main() -> str:
        with pytest.raises(ConnectFailed) as caught:
            await connect(endpoint, recorder or Recorder(), tls=TlsOptions(), timeout=timeout)
        assert str(caught.value) == caught.value.reason
        assert not isinstance(caught.value, OSError)
        return caught.value.reason

    return run(main())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


# --- TCP -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", pytest.param("::1", marks=needs_ipv6)])
def test_tcp(host: str) -> None:
    async def main() -> None:
        listen = "127.0.0.1" if host == "localhost" else host
        async with serving(echo, host=listen) as port, connected(tcp(port, host)) as (stream, recorder):
            stream.write(b"hello")
            assert await recorder.count(5) == b"hello"
            literal = f"[{listen}]" if ":" in listen else listen
            assert stream.peer == f"{literal}:{port}"
            assert stream.local.startswith(f"{literal}:")
            assert stream.attempts[-1] == f"{stream.peer}: connected"
            assert (stream.tls, stream.exit_status, stream.closed) == (None, None, False)

    run(main())


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_that_is_none(timeout: float) -> None:
    with pytest.raises(ValueError, match=r"a timeout of .* s leaves no time to connect"):
        run(connect(tcp(1), Recorder(), tls=TlsOptions(), timeout=timeout))


def test_a_port_where_nobody_listens() -> None:
    port = free_port()
    said = reason(tcp(port))
    assert said == f"127.0.0.1 port {port} refused the connection: no server listens there; check the port"


def test_a_name_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert reason(tcp(1, "no.invalid")) == "the host name no.invalid is not known: check its spelling"


def test_a_name_server_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", failing)
    assert "could not be looked up just now" in reason(tcp(1, "h"))


def test_a_name_server_that_hangs_holds_up_neither_the_timeout_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(1.5) or [])
    began = time.monotonic()
    assert reason(tcp(1, "h"), timeout=0.1) == "looking up the name h timed out after 0.1 s: check the network"
    assert time.monotonic() - began < 1


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> list[str]:
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *rest: Any) -> Any:
        asked.append(host)
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in a], socket.SOCK_STREAM, 6, "", (a, p)) for a, p in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_an_idn_is_looked_up_in_its_ascii_form(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolves_to(monkeypatch, ("127.0.0.1", free_port()))
    reason(parse_url("imap://bücher.example"))
    assert asked == ["xn--bcher-kva.example"]


def test_all_addresses_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with serving(echo) as port:
            closed = free_port()
            resolves_to(monkeypatch, ("127.0.0.2", closed), ("127.0.0.3", closed), ("127.0.0.1", port))
            async with connected(tcp(port, "many.example")) as (stream, _):
                assert stream.attempts == [
                    f"127.0.0.2:{closed}: connection refused",
                    f"127.0.0.3:{closed}: connection refused",
                    f"127.0.0.1:{port}: connected",
                ]

    run(main())


def test_an_address_that_does_not_answer_holds_up_the_next_one_only_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    real = dial_module._connect_one

    async def connect_one(item: Any, bind: str) -> socket.socket:
        if item[1][0] == "127.0.0.9":
            await asyncio.sleep(60)
        return await real(item, bind)

    monkeypatch.setattr(dial_module, "_connect_one", connect_one)

    async def main() -> None:
        async with serving(echo) as port:
            resolves_to(monkeypatch, ("127.0.0.9", port), ("127.0.0.1", port))
            began = time.monotonic()
            async with connected(tcp(port, "slow.example")) as (stream, _):
                assert stream.peer == f"127.0.0.1:{port}"
            assert time.monotonic() - began < 2
            resolves_to(monkeypatch, ("127.0.0.9", port))
            with pytest.raises(ConnectFailed) as caught:
                await connect(tcp(port, "slow.example"), Recorder(), tls=TlsOptions(), timeout=0.1)
            assert "timed out after 0.1 s" in caught.value.reason
            assert caught.value.attempts == [f"127.0.0.9:{port}: no answer"]

    run(main())


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        (
            [errno.ECONNREFUSED, errno.ENETUNREACH],
            "cannot connect to h.example port 143: connection refused, the network is unreachable "
            "(tried 2 addresses); check the port",
        ),
        (
            [errno.EHOSTUNREACH],
            "cannot connect to h.example port 143: no route to the host; check the network and the host",
        ),
        ([errno.EMFILE], "cannot connect to h.example port 143: too many open files; check the network and the host"),
    ],
)
def test_causes_are_named(monkeypatch: pytest.MonkeyPatch, codes: list[int], sentence: str) -> None:
    errors = {f"192.0.2.{code}": code for code in codes}

    async def connect_one(item: Any, bind: str) -> socket.socket:
        raise OSError(errors[item[1][0]], "not shown")

    monkeypatch.setattr(dial_module, "_connect_one", connect_one)
    resolves_to(monkeypatch, *((address, 143) for address in errors))
    assert reason(tcp(143, "h.example")) == sentence


def test_a_cancelled_connect_leaves_nothing_behind() -> None:
    async def main() -> None:
        came, went = asyncio.Event(), asyncio.Event()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            came.set()
            try:
                while await reader.read(4096):
                    pass
            finally:
                went.set()

        async with serving(silent) as port:
            options = TlsOptions(insecure=True)
            task = asyncio.create_task(connect(tcp(port, implicit_tls=True), Recorder(), tls=options, timeout=5))
            await came.wait()
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await went.wait()

    run(main())


def test_the_name_that_the_certificate_should_bear() -> None:
    assert server_name_of(parse_url("imaps://Mail.example.org."), TlsOptions()) == "Mail.example.org"
    assert server_name_of(parse_url("imaps://[fe80::1%25eth0]"), TlsOptions()) == "fe80::1"
    assert server_name_of(parse_url("imaps://h"), TlsOptions(server_name="other")) == "other"
    assert server_name_of(parse_url("imap+exec:cat"), TlsOptions()) == ""


# --- Unix sockets --------------------------------------------------------------------------------


def test_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "imap.sock")

    async def main() -> None:
        async with (
            serving(says(b"* OK\r\n"), path=path),
            connected(Endpoint("imap", "unix", path=path)) as (stream, recorder),
        ):
            assert await recorder.end() == (None, True)
            assert recorder.octets == b"* OK\r\n"
            assert (stream.peer, stream.local) == (path, "")

    run(main())


def test_no_such_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "none")
    assert reason(Endpoint("imap", "unix", path=path)) == f"{path}: no such file: check the path of the socket"


def test_a_file_that_is_no_socket(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    assert reason(Endpoint("imap", "unix", path=str(path))).startswith(f"{path}: is not a socket")
    assert reason(Endpoint("imap", "unix", path=f"{path}/s")) == f"{path}/s: not a directory"


def test_a_socket_where_nobody_listens(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)
    assert "no server listens on this socket" in reason(Endpoint("imap", "unix", path=path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_socket_without_permission(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)
        sock.listen()
        os.chmod(path, 0)
        assert "permission denied" in reason(Endpoint("imap", "unix", path=path))


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    assert "too long for a socket" in reason(Endpoint("imap", "unix", path="/" + "x" * 200))


def test_a_full_queue_is_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "s")

    async def main() -> None:
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as first:
            server.bind(path)
            server.listen(0)
            first.connect(path)
            asyncio.get_running_loop().call_later(0.1, lambda: server.accept()[0].close())
            async with connected(Endpoint("imap", "unix", path=path)) as (stream, _):
                assert stream.attempts == [f"{path}: connected"]

    run(main())


# --- child processes -----------------------------------------------------------------------------


def child(*command: str) -> Endpoint:
    return Endpoint("imap", "exec", command=command)


def test_a_child_process() -> None:
    block = bytes(range(256)) * 4096

    async def main() -> None:
        async with connected(child("/bin/cat")) as (stream, recorder):
            assert stream.peer.startswith("pid ")
            stream.write(block)
            await stream.drain()
            assert await recorder.count(len(block)) == block
            assert stream.exit_status is None
            stream.close()
            assert await recorder.end() == (None, True)
            await stream.wait_closed()
            assert stream.exit_status == 0

    run(main())


def test_a_child_that_leads_a_session_of_its_own() -> None:
    async def main() -> None:
        async with connected(child("/bin/cat")) as (stream, _):
            pid = int(stream.peer.removeprefix("pid "))
            assert os.getsid(pid) == pid

    run(main())


def test_a_child_that_closes_its_output_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailshell.transport.child.PATIENCE", 0.1)

    async def main() -> None:
        async with connected(child("sh", "-c", "exec >&- <&-; exec sleep 60")) as (stream, recorder):
            assert await recorder.end() == (None, True)
            await stream.wait_closed()
            assert stream.exit_status == -15

    run(main())


def test_a_child_that_ends_after_its_words() -> None:
    async def main() -> None:
        async with connected(child("sh", "-c", "echo '* BYE'; exit 4")) as (stream, recorder):
            assert await recorder.end() == (None, True)
            assert recorder.octets == b"* BYE\n"
            await stream.wait_closed()
            assert stream.exit_status == 4

    run(main())


def test_a_child_that_exits_at_once() -> None:
    recorder_lines: list[str] = []

    async def main() -> None:
        recorder = Recorder()
        with pytest.raises(ConnectFailed) as caught:
            await connect(child("sh", "-c", "echo hi >&2; exit 3"), recorder, tls=TlsOptions(), timeout=5)
        assert "the command sh exited at once (status 3)" in caught.value.reason
        assert recorder.ends == []
        recorder_lines.extend(recorder.lines)

    run(main())
    assert recorder_lines == ["hi"]


def test_a_child_that_is_killed_at_once() -> None:
    assert "exited at once (killed by SIGKILL)" in reason(child("sh", "-c", "kill -9 $$"))


def test_a_command_that_is_not_there() -> None:
    assert reason(child("no-such-command-here", "x")).startswith("command not found: no-such-command-here")


def test_a_command_that_cannot_be_executed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    assert reason(child(str(path))) == f"{path}: permission denied: the file is not executable"
    path.chmod(0o755)
    path.write_bytes(b"\x7fELF nonsense")
    assert "cannot be run: exec format error" in reason(child(str(path)))


def test_the_standard_error_comes_line_by_line() -> None:
    script = (
        "printf 'one\\r\\n\\ntw' >&2; sleep 0.05; printf 'o\\n\\377\\n' >&2;"
        "head -c 5000 /dev/zero | tr '\\0' x >&2; echo >&2; head -c 4096 /dev/zero | tr '\\0' y >&2; echo >&2;"
        "printf end >&2; echo done"
    )

    async def main() -> None:
        async with connected(child("sh", "-c", script)) as (stream, recorder):
            await recorder.end()
            await stream.wait_closed()
            assert recorder.lines == ["one", "", "two", "\\xff", "x" * 4096, "x" * 904, "y" * 4096, "end"]
            assert recorder.octets == b"done\n"

    run(main())


def test_a_child_that_does_not_end_is_terminated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailshell.transport.child.PATIENCE", 0.2)

    async def main(script: str, status: int) -> None:
        async with connected(child("sh", "-c", script)) as (stream, recorder):
            stream.close()
            assert await recorder.end() == (None, True)
            await stream.wait_closed()
            assert stream.exit_status == status

    run(main("echo hi; exec sleep 60", -15))
    run(main("trap '' TERM; echo hi; while :; do sleep 0.1; done", -9))


def test_abort_kills_a_child() -> None:
    async def main() -> None:
        async with connected(child("sh", "-c", "trap '' TERM; sleep 60 & wait")) as (stream, recorder):
            stream.abort()
            assert await recorder.end() == (None, False)
            async with asyncio.timeout(2):
                await stream.wait_closed()
            assert stream.exit_status == -9

    run(main())


def test_a_child_finds_pipes_and_no_sockets() -> None:
    """Programs that find a socket there take themselves for started by inetd, and some refuse."""
    code = "import os, stat; print(*(stat.S_ISFIFO(os.fstat(fd).st_mode) for fd in (0, 1)), flush=True); input()"

    async def main() -> None:
        endpoint = Endpoint("imap", kind="exec", command=(sys.executable, "-c", code))
        async with connected(endpoint) as (_, recorder):
            assert await recorder.count(10) == b"True True\n"

    run(main())
