"""``mailshell replay FILE``: a recording played in the terminal, in its own time."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mailshell.exits import Exit, UsageError
from mailshell.modes.arguments import Parser, add_trace_options, make_trace
from mailshell.modes.show import open_file
from mailshell.recording.reader import Recording
from mailshell.replay.playback import KEYS, Playback
from mailshell.replay.show import Shower, heading
from mailshell.trace.trace import Trace


def main(arguments: Sequence[str]) -> Exit:
    """Play a recording. UsageError if it can't be read."""
    parser = Parser("replay", f"Play a recording in its own time. Keys: {KEYS}.")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--speed", type=_positive, default=1.0, metavar="N", help="2 is twice as fast (default 1)")
    parser.add_argument("--idle", type=_positive, default=2.0, metavar="SECONDS", help="never wait longer (default 2)")
    parser.add_argument("--step", action="store_true", help="begin paused")
    add_trace_options(parser, level=2)
    chosen = parser.parse_args(list(arguments))
    playback = Playback(chosen.speed, chosen.idle, paused=chosen.step, explain=chosen.explain, level=chosen.level)
    recording = open_file(chosen.file)
    trace = make_trace(recording.header.protocol, _write, chosen)
    with _keys() as has_keys:
        return asyncio.run(_play(recording, trace, playback, has_keys=has_keys))


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise ValueError
    return number


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


@contextmanager
def _keys() -> Iterator[bool]:
    """The keyboard gives keys one by one, unechoed; whether there is one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield False
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number)
        yield True
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


async def _play(recording: Recording, trace: Trace, playback: Playback, *, has_keys: bool) -> Exit:
    if playback.paused and not has_keys:
        raise UsageError("--step needs a terminal: nobody could press a key")
    pressed: asyncio.Queue[str] = asyncio.Queue()

    def read_keys() -> None:
        for key in os.read(sys.stdin.fileno(), 64).decode("latin-1"):
            pressed.put_nowait(key)

    _write(f"{heading(recording)}\n")
    if has_keys:
        asyncio.get_running_loop().add_reader(sys.stdin, read_keys)
        _write(f"--- {KEYS}\n")
    shower = Shower(recording, trace, _write)
    for record in recording:
        while not playback.ended:
            delay = playback.before(record)
            try:
                key = await asyncio.wait_for(pressed.get(), delay) if delay != 0 else pressed.get_nowait()
            except (TimeoutError, asyncio.QueueEmpty):
                break
            if told := playback.press(key):
                _write(f"--- {told}\n")
            trace.level, trace.explain = playback.level, playback.explain
        if playback.ended:
            return Exit.OK
        shower.show(record)
        playback.after(record)
    shower.finish()
    return Exit.OK
