"""Clients that mean harm, recordings that are damaged, and octets cut in any way."""

from __future__ import annotations

import contextlib
import imaplib
import random
import socket
import ssl
import sys
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay_support import conversation, script, served

from mailshell.exits import UsageError
from mailshell.replay.matching import same_words
from mailshell.replay.serving import conversation as conversation_module
from mailshell.replay.serving.delivery import Delivery, Piece

SESSION = (
    ("S", "* OK ready\r\n"),
    ("C", "a1 LOGIN ana ⟦password#1⟧\r\n"),
    ("S", "a1 OK in\r\n"),
    ("C", "a2 LOGOUT\r\n"),
    ("S", "* BYE\r\na2 OK bye\r\n"),
)
GOOD = b"x LOGIN ana b\r\ny LOGOUT\r\n"


def pour(port: int, octets: bytes, times: int) -> None:
    """Send as much as the server takes."""
    with socket.create_connection(("127.0.0.1", port), 10) as sock, contextlib.suppress(OSError):
        for _ in range(times):
            sock.sendall(octets)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("unexpected", ["fail", "bad", "close"])
@pytest.mark.parametrize(
    "hostile",
    [
        b"x" * 100_000,
        b"a LOGIN ana {2000000000+}\r\n" + b"z" * 100_000,
        b"a LOGIN ana {99999999999999999999}\r\n",
        b"a LOGIN ana {1}\r\n",
        b"a {0}\r\n {0}\r\n",
        b"\0\xff\xfe\r\n\r\n\n\r",
        b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"a LOGIN \x1b]0;title\x07 \xe2\x9f\xa6password\xe2\x9f\xa7\r\n",
    ],
    ids=[
        "endless line",
        "huge literal",
        "impossible",
        "waiting",
        "empty literals",
        "garbage",
        "empty",
        "tls",
        "escape",
    ],
)
def test_a_hostile_client_does_no_harm(protocol: str, unexpected: str, hostile: bytes) -> None:
    said = SESSION if protocol == "imap" else (("S", "+OK\r\n"), ("C", "QUIT\r\n"), ("S", "+OK bye\r\n"))
    with served(script(protocol, *said), unexpected=unexpected) as server:
        pour(server.port, hostile, 20)
        good = GOOD if protocol == "imap" else b"QUIT\r\n"
        assert b"bye\r\n" in conversation(server.port, good)
    assert not server.report.unplayed
    lines = "\n".join(server.report.lines())
    assert "\x1b" not in lines
    assert len(lines) < 100_000


def test_neither_a_literal_nor_a_line_is_held() -> None:
    with served(script("imap", *SESSION), unexpected="bad") as server:
        conversation(server.port, GOOD)
        tracemalloc.start()
        pour(server.port, b"a APPEND A {100000000+}\r\n" + b"z" * 1_000_000, 60)
        pour(server.port, b"z" * 1_000_000, 60)
        pour(server.port, b"a LOGIN {1+}\r\n" * 1000, 60)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 24 << 20
    assert any("a line of more than" in unexpected.came for unexpected in server.report.unexpected)


def test_reports_are_bounded() -> None:
    with served(script("imap", *SESSION), unexpected="bad") as server:
        conversation(server.port, b"x CREATE A\r\n" * 1000, GOOD)
    assert server.report.count == 1000
    assert len(list(server.report.lines())) < 120


def test_what_the_client_sends_after_starttls_in_the_clear_is_dropped() -> None:
    pytest.importorskip("trustme")
    played = script(
        "imap",
        ("S", "* OK\r\n"),
        ("C", "1 STARTTLS\r\n"),
        ("S", "1 OK begin\r\n"),
        ("tls", '{"step": "done"}'),
        ("C", "2 LOGOUT\r\n"),
        ("S", "2 OK bye\r\n"),
    )
    with served(played) as server:
        said = conversation(server.port, b"1 STARTTLS\r\n2 LOGOUT\r\n")
    assert said.startswith(b"* OK\r\n1 OK begin\r\n")
    assert b"bye" not in said
    assert server.report.unplayed == ["LOGOUT"]


PIECES = st.lists(st.builds(Piece, st.floats(0, 5), st.binary(max_size=300), st.integers(0, 5)), max_size=20)


@given(PIECES, st.sampled_from(["recorded", "whole", "byte", "random"]), st.integers(0, 99))
def test_any_chunking_gives_the_same_octets(pieces: list[Piece], chunks: str, seed: int) -> None:
    delivery = Delivery(2.0, chunks, seed)
    cut = list(delivery.pieces(pieces, random.Random(seed)))
    assert b"".join(piece.octets for piece in cut) == b"".join(piece.octets for piece in pieces)
    assert cut == list(delivery.pieces(pieces, random.Random(seed)))
    if chunks == "byte":
        assert all(len(piece.octets) == 1 for piece in cut)
    if chunks == "whole":
        assert len(cut) <= 1


@given(st.lists(st.integers(1, 30), max_size=20), st.sampled_from(["lenient", "strict", "stateful"]))
def test_however_the_client_cuts_its_octets(sizes: list[int], match: str) -> None:
    """Without a network: what is matched does not depend on how the commands arrive."""
    rules = conversation_module.Rules(match)
    said = _converse(rules, [GOOD])
    pieces, at = [], 0
    for size in sizes:
        pieces.append(GOOD[at : at + size])
        at += size
    assert _converse(rules, [*pieces, GOOD[at:]]) == said
    assert said == b"* OK ready\r\nx OK in\r\n* BYE\r\ny OK bye\r\n"


class _Link:
    """A link that gives these pieces and keeps what is written."""

    lost = False

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = [piece for piece in pieces if piece]
        self.said = b""

    async def read(self) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    async def write(self, octets: bytes) -> None:
        self.said += octets


def _converse(rules: conversation_module.Rules, pieces: list[bytes]) -> bytes:
    import asyncio

    from mailshell.replay.serving.report import Report

    played = script("imap", *SESSION)
    link = _Link(pieces)

    def none() -> object:
        raise AssertionError("no TLS here")

    talk = conversation_module.Conversation(played, rules, link, Report(played), none)  # type: ignore[arg-type]
    asyncio.run(talk.run())
    return link.said


WORDS = st.lists(st.sampled_from([b"A", b"B", None]), max_size=6)


@given(WORDS, st.lists(st.sampled_from([b"A", b"B"]), max_size=8))
def test_masks_match_as_a_pattern_does(recorded: list[bytes | None], came: list[bytes]) -> None:
    import re

    pattern = "".join(".*" if word is None else word.decode() for word in recorded)
    text = b"".join(came).decode()
    assert same_words(recorded, came) == (re.fullmatch(pattern, text) is not None)
    if same_words(recorded, came):
        assert all(same_words(recorded, came[:end], begins=True) for end in range(len(came)))


def test_a_client_that_does_not_trust_the_certificate() -> None:
    pytest.importorskip("trustme")
    played = script(
        "imap",
        ("S", "* OK [CAPABILITY IMAP4rev1 STARTTLS]\r\n"),
        ("C", "1 STARTTLS\r\n"),
        ("S", "1 OK begin\r\n"),
        ("tls", '{"step": "done"}'),
    )
    with served(played) as server:
        for _ in range(3):
            client = imaplib.IMAP4("127.0.0.1", server.port, timeout=10)
            with pytest.raises(ssl.SSLError):
                client.starttls(ssl.create_default_context())
        assert server.report.clients == 3
    assert not server.report.unplayed


def test_without_what_makes_certificates_tls_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(UsageError, match="serve-tls"), served(script("imap", *SESSION, tls="implicit")):
        pass
    with served(script("imap", *SESSION)) as server:
        assert b"bye" in conversation(server.port, GOOD)
