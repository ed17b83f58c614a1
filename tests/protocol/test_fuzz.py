"""Replies as servers write them, mutated: nothing raises, no octet is lost, what is read is bounded.

All rules of the linter watch; what they find is bounded too.
"""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from linted import Linted
from protocol_support import imap, octets_of, pop3, responses

from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.values import plain, read_values
from mailshell.protocol.pop3.connection import Pop3Connection

DATA = Path(__file__).parent.parent / "data"
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|(.))")
_LETTERS = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}


def unescape(text: str) -> bytes:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _LETTERS[m[2]], text).encode("latin-1")


def lines(file: str) -> list[str]:
    return [line for line in (DATA / file).read_text(encoding="ascii").splitlines() if line and line[0] != "#"]


IMAP = [unescape(line) for line in lines("imap_responses.txt")]
POP3 = [tuple(map(unescape, line.split(" => "))) for line in lines("pop3_replies.txt")]


def mutate(octets: bytes, seeds: list[bytes], chance: random.Random) -> bytes:
    """One to four changes of the kinds that transports, proxies and faulty servers make."""
    text = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        to = min(len(text), at + chance.randint(1, 12))
        match chance.randrange(9):
            case 0 if text:
                text[at - 1] ^= 1 << chance.randrange(8)
            case 1:
                del text[at:to]
            case 2:
                text[at:at] = text[at:to]
            case 3:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1)
                text[at:to] = other[start : start + chance.randint(1, 40)]
            case 4:
                del text[at:]
            case 5:
                digits = [i for i, octet in enumerate(text) if 48 <= octet <= 57]
                if digits:
                    text[chance.choice(digits)] = chance.choice(b"0123456789-")
            case 6:
                brackets = [i for i, octet in enumerate(text) if octet in b'()[]{}"']
                if brackets:
                    text[chance.choice(brackets)] = chance.choice(b'()[]{}"\\')
            case 7:
                text[at:at] = chance.choice(
                    [b"\r\n", b"\n", b"\r", b"\x00", b"\xff", b" ", b"NIL", b"{3}\r\n", b".\r\n"]
                )
            case _:
                text[at:to] = bytes(reversed(text[at:to]))
    return bytes(text)


def cut(octets: bytes, chance: random.Random) -> list[bytes]:
    at = chance.randrange(len(octets) + 1)
    return [octets[:at], octets[at:]]


def read_imap(octets: bytes, chance: random.Random) -> None:
    engine = ImapConnection()
    linted = Linted(engine)
    linted.received(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
    linted.sent(b"A1 UID FETCH 1:* (FLAGS)\r\nA2 IDLE\r\n")
    events = [event for chunk in cut(octets, chance) for event in linted.received(chunk)]
    for one in responses(events):
        read_data(one)
        values, _ = read_values(one)
        for value in values:
            plain(value)
    linted.finish()
    assert octets_of(events) + engine.take_rest() == octets


def read_pop3(sent: bytes, octets: bytes, chance: random.Random) -> None:
    engine = Pop3Connection()
    linted = Linted(engine)
    linted.received(b"+OK ready\r\n")
    linted.sent(sent)
    events = [event for chunk in cut(octets, chance) for event in linted.received(chunk)]
    linted.finish()
    assert octets_of(events) + engine.take_rest() == octets


def fuzz(count: int, seed: int) -> None:
    chance = random.Random(seed)
    replies = [reply for _, reply in POP3]
    for number in range(count):
        if number % 4:
            mutated = mutate(chance.choice(IMAP), IMAP, chance)
            try:
                read_imap(mutated, chance)
            except Exception as error:
                raise AssertionError(f"{mutated!r}") from error
        else:
            sent, reply = chance.choice(POP3)
            mutated = mutate(reply, replies, chance)
            try:
                read_pop3(mutate(sent, replies, chance) if chance.random() < 0.3 else sent, mutated, chance)
            except Exception as error:
                raise AssertionError(f"{sent!r} {mutated!r}") from error


@pytest.mark.parametrize("octets", IMAP, ids=lambda octets: octets[:40].decode("latin-1"))
def test_imap_seeds_are_read_without_deviations(octets: bytes) -> None:
    engine = imap()
    engine.sent(b"A1 IDLE\r\n" if octets[:1] == b"+" else b"A1 NOOP\r\n")
    events = list(engine.received(octets))
    assert engine.inside == ""
    assert not [event for event in events if hasattr(event, "rule")]
    for one in responses(events):
        assert not read_data(one)[1], [str(deviation) for deviation in read_data(one)[1]]


@pytest.mark.parametrize(("sent", "reply"), POP3)
def test_pop3_seeds_are_read_without_deviations(sent: bytes, reply: bytes) -> None:
    engine = pop3()
    engine.sent(sent)
    events = list(engine.received(reply))
    assert engine.inside == ""
    assert engine.outstanding == []
    assert {event.rule for event in events if hasattr(event, "rule")} <= {"bare-lf"}


def test_mutations() -> None:
    fuzz(5_000, 1)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(10))
def test_many_mutations(seed: int) -> None:
    fuzz(20_000, 100 + seed)


@pytest.mark.parametrize(
    "unit",
    [
        b"* 1 FETCH (",
        b"{0}\r\n",
        b"* X {1}\r\na",
        b"\r\n",
        b"* OK [",
        b"+ \r\n",
        b"A1 OK\r\n",
        b"* SEARCH 1\r\n",
        b"* (",
        b"\n",
    ],
)
def test_time_is_linear_in_what_is_received(unit: bytes) -> None:
    def taken(size: int) -> float:
        linted = Linted(ImapConnection())
        linted.received(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        text = (unit * (size // len(unit) + 1))[:size]
        started = time.process_time()
        for at in range(0, len(text), 4096):
            for one in responses(linted.received(text[at : at + 4096])):
                read_data(one)
        for one in responses(linted.received(b"\r\n")):
            read_data(one)
        linted.finish()
        return time.process_time() - started

    small = min(taken(25_000) for _ in range(2))
    large = min(taken(100_000) for _ in range(2))
    assert large < 12 * small + 0.3
    assert large < 5
