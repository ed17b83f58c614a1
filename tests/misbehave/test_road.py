"""Faults of the road: what is written, as a pure matter; then each fault over a socket, in both protocols."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.demo.servers import start_demo
from mailshell.exits import UsageError
from mailshell.misbehave.actions import Action, End, Pass, Pause, Reset, Stall, Write
from mailshell.misbehave.between import Trouble
from mailshell.misbehave.road import KINDS, Faults, Road, Strike, read_faults

pytest.importorskip("pymap")

# --- what --fault takes


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ([], Faults()),
        (["delay=0.5,chunk=10"], Faults(0.5, 10)),
        (["delay=2", "chunk=1"], Faults(2.0, 1)),
        (["LF-only, drop-after=0"], Faults(strikes=(Strike(End(), 0),), lf_only=True)),
        (["cut-literal"], Faults(strikes=(Strike(End()),))),
        (["reset,stall=7"], Faults(strikes=(Strike(Reset()), Strike(Stall(), 7)))),
    ],
)
def test_what_is_read(given: list[str], faults: Faults) -> None:
    assert read_faults(given) == faults


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "knows no ''"),
        ("slow", "knows no 'slow'; it takes delay=SECONDS, chunk=OCTETS"),
        ("delay", "knows no 'delay'"),
        ("delay=soon", "seconds from 0 to 3600"),
        ("delay=-1", "seconds from 0 to 3600"),
        ("delay=nan", "seconds from 0 to 3600"),
        ("delay=1e9", "seconds from 0 to 3600"),
        ("chunk=0", "from 1 on"),
        ("chunk=x", "a number of octets"),
        ("drop-after=²", "a number of octets"),
        ("reset=", "a number of octets"),
        ("cut-literal=3", "knows no"),
        ("lf-only=yes", "knows no"),
        ("stall=\x1b[31m", r"not '\x1b[31m'"),
    ],
)
def test_what_is_no_fault_is_told_in_a_sentence(given: str, words: str) -> None:
    with pytest.raises(UsageError) as told:
        read_faults([given])
    assert words in str(told.value)
    assert str(told.value).isprintable()


def test_each_kind_is_read_in_the_form_that_is_listed() -> None:
    for kind in KINDS:
        given = kind.name + kind.value.strip("[]").replace("SECONDS", "1").replace("OCTETS", "1")
        assert read_faults([given]) != Faults()


# --- what becomes of octets


def said(road: Road, pieces: Sequence[bytes]) -> list[Action]:
    return [action for piece in pieces for action in road.send([Write(piece)])]


def written(actions: Sequence[Action]) -> bytes:
    return b"".join(action.octets for action in actions if isinstance(action, Write))


def cut(octets: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The octets in pieces, the last as long as it is."""
    pieces, at = [], 0
    for size in sizes:
        pieces.append(octets[at : at + size])
        at += size
    return [*pieces, octets[at:]]


PROTOCOLS = st.sampled_from(["imap", "pop3"])
SIZES = st.lists(st.integers(0, 40), max_size=20)
STREAMS = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"\r\n", b"\r", b"\n", b"* OK hi\r\n", b"+OK\r\n", b".\r\n", b"* 1 FETCH (BODY[] {5}\r\n"]),
    ),
    max_size=30,
).map(b"".join)


@given(PROTOCOLS, STREAMS, SIZES)
def test_without_faults_all_passes(protocol: str, octets: bytes, sizes: list[int]) -> None:
    assert written(said(Road(protocol, Faults()), cut(octets, sizes))) == octets


@given(PROTOCOLS, STREAMS, SIZES, st.integers(1, 9))
def test_pieces_are_never_longer_than_asked(protocol: str, octets: bytes, sizes: list[int], chunk: int) -> None:
    actions = said(Road(protocol, Faults(0.5, chunk)), cut(octets, sizes))
    assert written(actions) == octets
    assert actions[::2] == [Pause(0.5)] * (len(actions) // 2)
    assert all(isinstance(action, Write) and 0 < len(action.octets) <= chunk for action in actions[1::2])


@given(PROTOCOLS, STREAMS, SIZES, st.integers(0, 300))
def test_after_so_many_octets_nothing_comes(protocol: str, octets: bytes, sizes: list[int], after: int) -> None:
    road = Road(protocol, Faults(strikes=(Strike(Stall(), after),)))
    actions = said(road, cut(octets, sizes))
    assert written(actions) == octets[:after]
    assert [action for action in actions if not isinstance(action, Write)] == [Stall()] * (len(octets) >= after)
    if len(octets) >= after:
        assert road.send([Write(b"more"), Pass(b"more"), End()]) == []


@given(PROTOCOLS, STREAMS, SIZES)
def test_any_octets_pass_a_road_with_all_faults(protocol: str, octets: bytes, sizes: list[int]) -> None:
    """Nothing is raised, whatever comes; and what comes out is no more than went in."""
    road = Road(protocol, Faults(0.1, 3, (Strike(End()), Strike(Reset(), 200)), lf_only=True))
    for piece in cut(octets, sizes):
        road.client(piece)
        assert len(written(road.send([Write(piece)]))) <= len(piece) + 1


LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\r", b"").replace(b"\n", b"")), max_size=10)


@given(LINES, SIZES)
def test_line_ends_of_pop3(lines: list[bytes], sizes: list[int]) -> None:
    octets = b"".join(line + b"\r\n" for line in lines)
    assert written(said(Road("pop3", Faults(lf_only=True)), cut(octets, sizes))) == octets.replace(b"\r\n", b"\n")


@given(st.binary(max_size=30), SIZES)
def test_line_ends_of_imap_outside_of_literals(literal: bytes, sizes: list[int]) -> None:
    begin, end = b"* OK hi\r\n* 1 FETCH (BODY[] {%d}\r\n" % len(literal), b")\r\n* BYE\r\n"
    actions = said(Road("imap", Faults(lf_only=True)), cut(begin + literal + end, sizes))
    assert written(actions) == begin.replace(b"\r\n", b"\n") + literal + end.replace(b"\r\n", b"\n")


def test_a_cr_that_ends_all_is_not_lost() -> None:
    road = Road("pop3", Faults(lf_only=True))
    assert written([*road.send([Write(b"+OK\r")]), *road.send([End()])]) == b"+OK\r"


@pytest.mark.parametrize("sizes", [[], [50], [51], [1] * 80])
def test_the_middle_of_a_literal(sizes: list[int]) -> None:
    octets = b'* OK hi\r\n* LIST () "/" {1}\r\nX\r\n* 1 FETCH (BODY[] {10}\r\n0123456789)\r\n'
    actions = said(Road("imap", Faults(strikes=(Strike(Reset()),))), cut(octets, sizes))
    assert written(actions).endswith(b"{10}\r\n01234")
    assert actions[-1] == Reset()


# --- over a socket

POP3_LOGIN = (b"CAPA\r\n", b"USER demo\r\n", b"PASS demo\r\n")
IMAP_LOGIN = (b"a LOGIN demo demo\r\n", b"b SELECT INBOX\r\n")
FETCH = b"c FETCH 1 BODY.PEEK[]\r\n"


class Client(asyncio.Protocol):
    """Sends commands and gathers what comes, until nothing does."""

    def __init__(self) -> None:
        self.reads: list[bytes] = []
        #: What ended the stream: ``end``, ``reset``, or ``silence`` while it is still open.
        self.because = "silence"
        self.gone = False
        self.news = asyncio.Event()

    @property
    def heard(self) -> bytes:
        return b"".join(self.reads)

    def data_received(self, data: bytes) -> None:
        self.reads.append(data)
        self.news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.gone:
            self.because = "reset" if isinstance(exc, ConnectionResetError) else "end"
            self.news.set()


async def talk(url: str, *commands: bytes, silence: float = 0.4) -> Client:
    port = int(url.rpartition(":")[2])
    transport, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port)
    transport.write(b"".join(commands))
    with contextlib.suppress(TimeoutError):
        while client.because == "silence":
            client.news.clear()
            await asyncio.wait_for(client.news.wait(), silence)
    client.gone = True
    transport.close()
    return client


def with_faults(faults: str, protocol: str, *commands: bytes, silence: float = 0.4) -> Client:
    async def run() -> Client:
        demo = await start_demo(trouble=Trouble(faults=read_faults([faults])))
        try:
            url = demo.imap_url if protocol == "imap" else demo.pop3_url
            return await talk(url, *commands, silence=silence)
        finally:
            await demo.close()

    return asyncio.run(run())


def test_a_delay() -> None:
    begin = time.monotonic()
    client = with_faults("delay=0.1", "pop3", b"NOOP\r\n", b"NOOP\r\n", b"QUIT\r\n", silence=2.0)
    # The greeting, and at least one write of answers.
    assert time.monotonic() - begin >= 0.2
    assert client.heard.count(b"\r\n") == 4


@pytest.mark.parametrize(("protocol", "goodbye"), [("imap", b"x LOGOUT\r\n"), ("pop3", b"QUIT\r\n")])
def test_pieces(protocol: str, goodbye: bytes) -> None:
    client = with_faults("chunk=9,delay=0.005", protocol, goodbye, silence=2.0)
    assert client.because == "end"
    assert len(client.reads) >= 3
    assert client.heard.endswith(b"\r\n")


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize(
    ("fault", "because"), [("drop-after=20", "end"), ("reset=20", "reset"), ("stall=20", "silence")]
)
def test_the_end_after_so_many_octets(protocol: str, fault: str, because: str) -> None:
    client = with_faults(fault, protocol)
    assert len(client.heard) == 20
    assert client.because == because


@pytest.mark.parametrize(("fault", "because"), [("cut-literal", "end"), ("reset", "reset"), ("stall", "silence")])
def test_the_end_in_the_middle_of_a_literal(fault: str, because: str) -> None:
    client = with_faults(fault, "imap", *IMAP_LOGIN, FETCH)
    header, _, literal = client.heard.partition(b" {823}\r\n")
    assert b"b OK" in header
    assert len(literal) == 823 // 2
    assert client.because == because


@pytest.mark.parametrize(("fault", "because"), [("cut-literal", "end"), ("reset", "reset"), ("stall", "silence")])
def test_the_end_in_the_middle_of_a_multi_line_reply(fault: str, because: str) -> None:
    """CAPA, by which clients begin, is let pass."""
    client = with_faults(fault, "pop3", *POP3_LOGIN, b"NOOP\r\n", b"RETR 1\r\n", b"NOOP\r\n")
    assert b"\r\n.\r\n+OK and the password?" in client.heard
    assert b"Subject: Welcome" in client.heard
    assert client.heard.count(b"\r\n.\r\n") == 1
    assert client.because == because


def test_line_ends_over_a_socket() -> None:
    client = with_faults("lf-only", "imap", *IMAP_LOGIN, FETCH, b"d LOGOUT\r\n")
    before, announced, behind = client.heard.partition(b"{823}\n")
    assert announced
    assert b"\r" not in before + behind[823:]
    assert behind[:823].count(b"\n") == behind[:823].count(b"\r\n") > 10
    assert behind[823:].endswith(b"d OK Logout successful.\n")
    assert b"\r" not in with_faults("lf-only", "pop3", *POP3_LOGIN, b"RETR 1\r\n", b"QUIT\r\n").heard


def test_a_stalled_connection_is_given_back_when_the_client_goes() -> None:
    async def run() -> int:
        demo = await start_demo(trouble=Trouble(faults=read_faults(["stall=20"])))
        try:
            before = len(asyncio.all_tasks())
            await talk(demo.pop3_url, b"CAPA\r\n" * 5, silence=0.1)
            for _ in range(100):
                if len(asyncio.all_tasks()) == before:
                    break
                await asyncio.sleep(0.02)
            return len(asyncio.all_tasks()) - before
        finally:
            await demo.close()

    assert asyncio.run(run()) == 0
