"""Secrets within literals: masked, and played in step with the sizes that were announced."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailshell.protocol.events import LiteralPart, SecretSpan, Side
from mailshell.protocol.exchange import Completed, Event, Exchange, Stray
from mailshell.protocol.imap.response import read_response
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.literals import ROUND, Literals
from mailshell.recording.octets import MOST_COVERED, Mask, UnreadableRecording, from_json
from mailshell.recording.reader import open_recording
from mailshell.recording.standins import fitted
from mailshell.recording.watch import Watch
from mailshell.replay.player import Player
from mailshell.wire import WireEvent

SECRET = b"correct horse"
GREETING = b"* OK [CAPABILITY IMAP4rev1 LITERAL+] ready\r\n"
BODIES = st.lists(st.sampled_from([b"x", b"text \r\n", b")\r\na3 OK no\r\n", b"{5}\r\n", SECRET, SECRET]), max_size=9)


class Heard:
    """An observer that keeps what the engine tells, and the octets of literals."""

    masks = False

    def __init__(self) -> None:
        self.completed: list[str] = []
        self.strays = 0
        self.literals: dict[tuple[Side, int], bytes] = {}

    def wire(self, event: WireEvent) -> None:
        return

    def event(self, event: Event, time: float, tls: bool) -> None:
        if isinstance(event, Completed):
            self.completed.append(event.exchange.name)
        elif isinstance(event, Stray):
            self.strays += 1
        elif isinstance(event, LiteralPart):
            place = (event.side, event.offset - event.position)
            self.literals[place] = self.literals.get(place, b"") + event.octets
            assert len(self.literals[place]) <= event.size


def record(path: Path, said: Sequence[tuple[str, bytes]], sizes: Sequence[int] = ()) -> list[dict[str, object]]:
    """Record a session whose octets are cut into pieces of these sizes; the events of the file."""
    path.unlink(missing_ok=True)
    watch = Watch(RecordingFile(path), Header("imap"), clock=lambda: 0.0)
    for side, octets in said:
        take = watch.sent if side == "C" else watch.received
        at = 0
        for size in [*sizes, len(octets)]:
            if octets[at : at + size] or not octets:
                take(octets[at : at + size])
            at += size
    watch.recorder.close(0.0)
    return [json.loads(line) for line in path.read_bytes().splitlines()[1:]]


def play(path: Path) -> tuple[Heard, list[str]]:
    heard = Heard()
    recording = open_recording(path)
    player = Player(recording.header, [heard])
    for one in recording:
        player.play(one)
    return heard, [*recording.warnings, *player.warnings]


def session(body: bytes, letter: bytes) -> list[tuple[str, bytes]]:
    """The password is sent, and then it comes back in a literal and goes out in another."""
    return [
        ("S", GREETING),
        ("C", b'a1 LOGIN ana "%b"\r\n' % SECRET),
        ("S", b"a1 OK\r\n"),
        ("C", b"a2 FETCH 1:2 BODY[]\r\n"),
        ("S", b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\n* 2 FETCH (BODY[] {1}\r\nx)\r\na2 OK\r\n" % (len(body), body)),
        ("C", b"a3 APPEND A {%d+}\r\n%b\r\n" % (len(letter), letter)),
        ("S", b"a3 OK\r\n"),
        ("C", b"a4 LOGOUT\r\n"),
        ("S", b"* BYE\r\na4 OK\r\n"),
    ]


def literal(heard: Heard, side: Side, number: int) -> bytes:
    """The contents of a literal of this side, by its number."""
    places = sorted(offset for of, offset in heard.literals if of is side)
    return heard.literals[side, places[number]]


def plain(event: dict[str, object]) -> list[bytes]:
    return [piece for piece in from_json(event) if isinstance(piece, bytes)]


def near_a_secret(octets: bytes) -> set[int]:
    """The places that a mask may cover."""
    found: set[int] = set()
    at = octets.find(SECRET)
    while at >= 0:
        found.update(range(at - ROUND, at + len(SECRET) + ROUND))
        at = octets.find(SECRET, at + 1)
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=BODIES.map(b"".join), letter=BODIES.map(b"".join), sizes=st.lists(st.integers(40, 90), max_size=6))
def test_what_was_recorded_plays_in_step(tmp_path: Path, body: bytes, letter: bytes, sizes: list[int]) -> None:
    path = tmp_path / "a.mwire"
    events = record(path, session(body, letter), sizes)
    assert SECRET not in path.read_bytes()
    heard, warnings = play(path)
    assert not warnings
    assert heard.completed == ["LOGIN", "FETCH", "APPEND", "LOGOUT"]
    assert not heard.strays
    assert literal(heard, Side.SERVER, 1) == b"x"
    for original, played in ((body, literal(heard, Side.SERVER, 0)), (letter, literal(heard, Side.CLIENT, 0))):
        if len(played) == len(original):
            allowed = near_a_secret(original)
            assert all(one == two or at in allowed for at, (one, two) in enumerate(zip(original, played, strict=True)))
        else:
            # All of it is one secret, and nobody is told how long.
            assert near_a_secret(original) >= set(range(len(original)))
            assert played.startswith("⟦password#".encode())
    for side in "CS":
        counted = sum(len(one) for event in events if event["k"] == side for one in plain(event))
        assert events[-1]["client" if side == "C" else "server"] == counted


@pytest.mark.parametrize("cut", range(1, 60))
def test_however_the_server_cuts_it(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.mwire"
    body = b"before " + SECRET + b" after"
    record(path, session(body, b""), [cut])
    heard, warnings = play(path)
    assert not warnings
    assert heard.completed == ["LOGIN", "FETCH", "APPEND", "LOGOUT"]
    assert len(literal(heard, Side.SERVER, 0)) == len(body)


@pytest.mark.parametrize("length", range(6, 40))
def test_the_length_of_a_secret_is_not_told(tmp_path: Path, length: int) -> None:
    """All lengths up to the next multiple leave the same file, apart from the size of the message around it."""
    path = tmp_path / "a.mwire"
    secret = b"p" * length
    said = [("S", GREETING), ("C", b"a1 LOGIN ana %b\r\n" % secret), ("S", b"a1 OK\r\n")]
    body = b"x" * 50 + secret + b"y" * (100 - length)
    said += [("C", b"a2 FETCH 1 BODY[]\r\n"), ("S", b"* 1 FETCH (BODY[] {150}\r\n%b)\r\na2 OK\r\n" % body)]
    events = record(path, said)
    (fetched,) = [event for event in events if event["k"] == "S" and "password#1" in str(event)]
    (mask,) = [one for one in from_json(fetched) if isinstance(one, Mask)]
    assert mask == Mask("password#1", -(-length // ROUND) * ROUND)
    assert events[-1]["client"] == len(b"a1 LOGIN ana \r\na2 FETCH 1 BODY[]\r\n")


def test_a_literal_that_the_server_declined_was_not_sent() -> None:
    literals = Literals()
    assert not literals.covers(Side.CLIENT, b"a1 APPEND A {20}\r\n", [])
    exchange = Exchange(1, "a1", "APPEND", None, "")
    literals.event(Completed(read_response((b"a1 NO\r\n",), 0, 7), exchange))
    (cover,) = literals.covers(Side.CLIENT, b"a2 X secret99\r\n", [SecretSpan(5, 13, "password")])
    assert cover.size is None


def test_an_announcement_stays_what_it_is() -> None:
    octets = b"* 1 FETCH (BODY[] {22}\r\nabcdefghijklmnopqrstuv)\r\n"
    covers = Literals().covers(Side.SERVER, octets, [SecretSpan(11, 26, "password")])
    assert [(cover.start, cover.end, cover.size) for cover in covers] == [(11, 18, None), (24, 40, 16)]


def test_very_much_is_covered_without_a_size() -> None:
    size = MOST_COVERED + 100
    octets = b"* 1 FETCH (BODY[] {%d}\r\n%b" % (size + 1, b"p" * size)
    (cover,) = Literals().covers(Side.SERVER, octets, [SecretSpan(len(octets) - size, len(octets), "password")])
    assert cover.size is None


@pytest.mark.parametrize("place", [[0, 3, -1], [0, 3, "x"], [0, 3, MOST_COVERED + 1], [0, 3, 1, 2], [0]])
def test_a_size_that_can_not_be(place: list[object]) -> None:
    with pytest.raises(UnreadableRecording):
        from_json({"u8": "⟦p⟧", "m": [place]})


@given(st.text(min_size=1, max_size=30), st.integers(0, 100))
def test_a_mask_fits_its_place(name: str, size: int) -> None:
    assert len(fitted(Mask(name), size)) == size


def test_a_mask_without_a_size_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    lines = [
        Header("imap").line(),
        b'{"k":"S","dt":0,"u8":"* OK\\r\\n"}\n',
        b'{"k":"C","dt":0,"u8":"a1 FETCH 1 BODY[]\\r\\n"}\n',
        '{"k":"S","dt":0,"u8":"* 1 FETCH (BODY[] {30}\\r\\nab⟦p⟧cd)\\r\\na1 OK\\r\\n","m":[[26,29]]}\n'.encode(),
    ]
    path.write_bytes(b"".join(lines))
    _, warnings = play(path)
    assert any("does not tell its size" in warning for warning in warnings)
