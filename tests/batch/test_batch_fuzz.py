"""Whatever octets a server sends, a run ends with a sentence and a status, and in time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from batch_support import POP3, PREAUTH, Serve, inside, lines
from playbook import Step

#: Pieces of both protocols, from which most of the answers are made.
PIECES = (
    b"\r\n", b"\n", b"\r", b" ", b"* ", b"+ ", b"a1 ", b"a2 ", b"OK ", b"NO ", b"BAD ", b"BYE ", b"+OK ", b"-ERR ",
    b".\r\n", b"..", b"{3}\r\nabc", b"{5}\r\n", b"{0}\r\n", b"~{2}\r\n", b"{99999999999999999999}\r\n", b"[", b"]",
    b"(", b")", b'"', b"\\", b"FETCH ", b"1 ", b"4294967296 ", b"-1 ", b"BODY[]", b"BODYSTRUCTURE (",
    b"ENVELOPE (NIL ", b"FLAGS (\\Seen", b"NIL ", b"EXISTS", b"EXPUNGE", b"LIST ", b"SEARCH ", b"STATUS ",
    b"CAPABILITY ", b"INBOX ", b"&AP", b"=?utf-8?b?", b"<>", b"\x00", b"\xff\xfe", b"\xc3\xa4", b"\x1b[2J",
    b"(" * 200, b"THREAD (1 (2)(3", b'ESEARCH (TAG "a1") ALL 1:', b"VANISHED 1:9",
)  # fmt: skip


def answers(seed: int, count: int) -> Iterator[bytes]:
    """Random octets, and random pieces of what servers say."""
    chance = random.Random(seed)
    for number in range(count):
        if number % 4 == 0:
            yield chance.randbytes(chance.randrange(400))
        else:
            yield b"".join(chance.choices(PIECES, k=chance.randrange(1, 40)))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("scheme", "greeting", "typed"),
    [
        ("imap", PREAUTH, ["FETCH 1:* (FLAGS BODY[])", "NOOP", "APPEND x {}", "hello", ".", "AUTHENTICATE PLAIN"]),
        ("pop3", POP3, ["RETR 1", "LIST", "CAPA", "AUTH PLAIN"]),
    ],
)
def test_any_answer(serve: Serve, scheme: str, greeting: str, typed: list[str], seed: int) -> None:
    for octets in answers(seed, 50):
        # One in ten servers stays, and is silent.
        end: Step = (lambda connection: connection.stall()) if octets[:1] in b"* " and seed == 0 else "WAIT 0.001"
        server = serve([f"S: {greeting}", lambda connection: connection.line(), octets, end])
        begun = time.monotonic()
        arguments = ["--timeout", "0.05", "-d", "5", "--no-login", "--password", "x"]
        outcome = inside(server.url(scheme, "fred"), *arguments, *lines(*typed))
        assert outcome.status in (0, 1, 3, 4, 5), octets
        assert time.monotonic() - begun < 2, octets
        assert "\x1b" not in outcome.err, octets


@pytest.mark.parametrize("scheme", ["imap", "pop3"])
def test_any_greeting(serve: Serve, scheme: str) -> None:
    for octets in answers(99, 50):
        server = serve([octets, "WAIT 0.001"])
        outcome = inside(server.url(scheme, "fred"), "--timeout", "0.05", "--password", "x", "-c", "NOOP")
        assert outcome.status in (0, 1, 3, 4, 5), octets
        assert outcome.err.startswith("mailshell: "), octets
