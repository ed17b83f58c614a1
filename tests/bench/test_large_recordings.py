"""Recordings that are larger than the memory they may take: the first screen is there at once, and memory stays flat.

Run them with ``-m long``; ``MAILSHELL_LARGE`` in the environment is the size in MB (default: 200).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.watch import Watch

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

LARGE = int(os.environ.get("MAILSHELL_LARGE", "200")) * 1_000_000
BODY = 50_000_000
#: What a process may take at its peak (KB), and what each command of a recording may add (octets).
PEAK = 80 << 10
EACH = 200
LINE = b"The quick brown fox jumps over the lazy dog, again and again and again.\r\n"
RUN = """
import re, sys
from mailshell.cli import main
status = main(sys.argv[1:])
sys.stdout.flush()
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]
print(f"status {status} peak {peak}", file=sys.stderr)
"""


def run(*arguments: object) -> int:
    """The highest resident set of a run (KB)."""
    command = [sys.executable, "-c", RUN, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    status, peak = done.stderr.splitlines()[-1].removeprefix("status ").split(" peak ")
    assert status == "0", done.stderr
    return int(peak)


def record(path: Path, exchanges: int, body: int) -> Path:
    """A recording of FETCH: of so many flags, or of bodies of about so many octets."""
    ticks = iter(range(1 << 60))
    watch = Watch(RecordingFile(path), Header("imap", host="localhost", port=143), lambda: next(ticks) / 1e6)
    watch.received(b"* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n")
    chunk = LINE * (65536 // len(LINE))
    for number in range(1, exchanges + 1):
        watch.sent(b"a%d FETCH %d %b\r\n" % (number, number, b"BODY.PEEK[]" if body else b"FLAGS"))
        if body:
            watch.received(b"* %d FETCH (BODY[] {%d}\r\n" % (number, body // len(chunk) * len(chunk)))
            for _ in range(body // len(chunk)):
                watch.received(chunk)
            watch.received(b")\r\na%d OK done\r\n" % number)
        else:
            watch.received(b"* %d FETCH (FLAGS (\\Seen))\r\na%d OK done\r\n" % (number, number))
    watch.closed()
    return path


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("large") / "bodies.mwire", LARGE // BODY, BODY)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    count = LARGE // 6000
    return record(tmp_path_factory.mktemp("large") / "small.mwire", count, 0), count


@pytest.mark.parametrize("arguments", [["show"], ["show", "-d", "5"], ["show", "--canonical"], ["replay"]])
@pytest.mark.parametrize("kind", ["bodies", "small"])
def test_the_first_screen(bodies: Path, small: tuple[Path, int], kind: str, arguments: list[str]) -> None:
    path = bodies if kind == "bodies" else small[0]
    begun = time.monotonic()
    command = [sys.executable, "-m", "mailshell", *arguments, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        # Of the canonical form a literal is an entry: that of a large one is there when it has been read.
        for _ in range(3 if arguments[-1] == "--canonical" else 4):
            assert process.stdout.readline()
        took = time.monotonic() - begun
        process.kill()
    assert took < 1.0


@pytest.mark.parametrize(
    "arguments",
    [
        ["show"],
        ["show", "--canonical"],
        ["export", "--to", "text"],
        ["export", "--to", "markdown"],
        ["export", "--to", "html"],
        ["export", "--to", "json"],
        ["export", "--to", "python"],
        ["export", "--to", "pcapng"],
    ],
    ids=lambda arguments: arguments[-1],
)
@pytest.mark.parametrize("kind", ["bodies", "small"])
def test_memory_is_flat_while_it_streams(
    bodies: Path, small: tuple[Path, int], kind: str, arguments: list[str]
) -> None:
    assert run(*arguments, bodies if kind == "bodies" else small[0]) < PEAK


def test_memory_is_flat_for_messages(bodies: Path, tmp_path: Path) -> None:
    assert run("export", "--to", "eml", "-o", tmp_path / "messages", bodies) < PEAK


@pytest.mark.parametrize("kind", ["bodies", "small"])
def test_two_are_compared_in_little_memory(bodies: Path, small: tuple[Path, int], kind: str) -> None:
    path, count = (bodies, 0) if kind == "bodies" else small
    assert run("diff", path, path) < PEAK + 2 * count * EACH // 1024


@pytest.mark.parametrize("match", ["strict", "lenient", "stateful"])
@pytest.mark.parametrize("kind", ["bodies", "small"])
def test_served_in_little_memory(bodies: Path, small: tuple[Path, int], kind: str, match: str) -> None:
    path, count = (bodies, 0) if kind == "bodies" else small
    commands = LARGE // BODY if kind == "bodies" else 1000
    item = b"BODY.PEEK[]" if kind == "bodies" else b"FLAGS"
    command = [sys.executable, "-m", "mailshell", "serve", str(path), "--once", "--match", match]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split(" ")[0].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 60) as sock:
            sock.sendall(b"".join(b"x%d FETCH %d %b\r\n" % (n, n, item) for n in range(1, commands + 1)))
            sock.shutdown(socket.SHUT_WR)
            heard = 0
            while octets := sock.recv(1 << 20):
                heard += len(octets)
            peak = _peak(process.pid)
        assert f"{commands:,} of" in process.stdout.read()
    assert heard > (LARGE * 0.9 if kind == "bodies" else 1000)
    assert peak < PEAK + count * EACH // 1024


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
