"""Playing a recording: when it waits, how long, and what the keys do."""

from __future__ import annotations

import pytest

from mailshell.recording.reader import Record
from mailshell.replay.playback import Playback

SESSION = [
    Record("connect", 0, 2),
    Record("S", 500_000, 3),
    Record("command", 4_000_000, 4),
    Record("C", 1000, 5),
    Record("S", 20_000, 6),
    Record("mark", 0, 7),
    Record("C", 9_000_000, 8),
    Record("deviation", 0, 9),
    Record("S", 10_000, 10),
]


def played(playback: Playback, start: int = 0) -> tuple[list[float], int]:
    """The waits before each event until the end, or until it pauses; and where that is."""
    waits: list[float] = []
    for place, record in enumerate(SESSION[start:], start):
        wait = playback.before(record)
        if wait is None:
            return waits, place
        waits.append(wait)
        playback.after(record)
    return waits, len(SESSION)


@pytest.mark.parametrize(
    ("speed", "idle", "waits"),
    [
        (1.0, 2.0, [0, 0.5, 2.0, 0.001, 0.02, 0, 2.0, 0, 0.01]),
        (2.0, 60.0, [0, 0.25, 2.0, 0.0005, 0.01, 0, 4.5, 0, 0.005]),
        (0.5, 60.0, [0, 1.0, 8.0, 0.002, 0.04, 0, 18.0, 0, 0.02]),
    ],
)
def test_its_own_time(speed: float, idle: float, waits: list[float]) -> None:
    assert played(Playback(speed, idle)) == (waits, len(SESSION))


def test_a_step_ends_before_the_next_exchange() -> None:
    playback = Playback(paused=True)
    assert played(playback) == ([], 0)
    playback.press("n")
    waits, place = played(playback)
    assert (waits, place) == ([0.0] * 6, 6)
    playback.press("n")
    assert played(playback, place) == ([0.0] * 3, 9)


@pytest.mark.parametrize(("key", "place"), [("m", 6), ("d", 8)])
def test_a_jump_pauses_behind_what_it_went_to(key: str, place: int) -> None:
    playback = Playback()
    playback.press(key)
    waits, at = played(playback)
    assert at == place
    assert set(waits) == {0.0}


def test_space_pauses_and_goes_on() -> None:
    playback = Playback()
    assert playback.press(" ") == "paused"
    assert played(playback) == ([], 0)
    assert playback.press(" ") == "goes on"
    assert played(playback)[1] == len(SESSION)


@pytest.mark.parametrize(
    ("keys", "attribute", "value"),
    [
        ("+", "speed", 2.0), ("--", "speed", 0.25), ("+" * 40, "speed", 1024.0), ("-" * 40, "speed", 1 / 64),
        ("e", "explain", True), ("ee", "explain", False), ("4", "level", 4), ("q", "ended", True),
        ("\x04", "ended", True), ("x9\x00", "level", 2),
    ],
)  # fmt: skip
def test_keys(keys: str, attribute: str, value: object) -> None:
    playback = Playback()
    for key in keys:
        playback.press(key)
    assert getattr(playback, attribute) == value


def test_the_keys_are_told() -> None:
    assert all(word in Playback().press("?") for word in ("pauses", "exchange", "mark", "deviation", "ends"))
