"""Whatever the size of a literal or a body, the trace holds little of it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from trace_support import Player

CHUNK = 1 << 16


def chunks(kind: str, size: int) -> Iterator[bytes]:
    line = (b"x" * 76 + b"\r\n") * (CHUNK // 78 + 1) if kind == "lines" else b"y" * CHUNK
    for at in range(0, size, CHUNK):
        yield line[: min(CHUNK, size - at)]


def peak(protocol: str, kind: str, size: int, style: str, level: int) -> int:
    player = Player(protocol, style=style, level=level, write=len)
    if protocol == "imap":
        player.server(b"* OK hi\r\n").client(b"a1 LOGIN ana secret99\r\na2 FETCH 1 BODY[]\r\n")
        player.server(b"* 1 FETCH (BODY[] {%d}\r\n" % size)
    else:
        player.server(b"+OK hi\r\n").client(b"PASS secret99\r\n").server(b"+OK\r\n").client(b"RETR 1\r\n")
        player.server(b"+OK\r\n")
    tracemalloc.start()
    try:
        for chunk in chunks(kind, size):
            player.server(chunk)
        player.server(b")\r\na2 OK\r\n" if protocol == "imap" else b"\r\n.\r\n")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_fifty_megabytes_folded() -> None:
    assert peak("imap", "lines", 50 << 20, "mailshell", 2) < 2 << 20


@pytest.mark.parametrize(
    ("style", "level"),
    [
        ("mailshell", 0),
        ("mailshell", 1),
        ("mailshell", 2),
        ("mailshell", 3),
        ("mailshell", 5),
        ("poplib", 2),
        ("imaplib", 4),
    ],
)
@pytest.mark.parametrize("kind", ["lines", "one line"])
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_memory_is_flat(protocol: str, kind: str, style: str, level: int) -> None:
    size = (1 << 19) if level == 5 else 3 << 19
    small = peak(protocol, kind, size, style, level)
    assert small < 6 << 20
    assert peak(protocol, kind, 2 * size, style, level) < small + (1 << 18)
