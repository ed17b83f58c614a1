"""When the octets of an answer are written, and in what pieces."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailshell.exits import UsageError
from mailshell.replay.script import Answer, Script

#: The largest piece that is written at once (octets), unless it was one read.
_LARGEST = 1 << 18
#: Pieces are joined until they are so large (octets): an answer of any size can be written.
_MOST_JOINED = 8 << 20
#: The largest piece of ``random`` (octets).
_RANDOM = 64
_SPEED = re.compile(r"x(\d{1,6}(?:\.\d{1,6})?)\Z")


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets to be written at once, ``pause`` seconds after those before. ``read``: in which read they came."""

    pause: float
    octets: bytes
    read: int = -1


@dataclass(frozen=True, slots=True)
class Delivery:
    """``speed``: how many times as fast as recorded; None: at once.

    ``chunks``: ``recorded``, ``whole``, ``byte`` or ``random``, the last with its ``seed``.
    """

    speed: float | None = None
    chunks: str = "recorded"
    seed: int = 0

    def pieces(self, parts: Iterable[Piece], generator: random.Random) -> Iterator[Piece]:
        """Cut what is to be written. The octets and their order stay as they are."""
        for part in _merge(parts, whole=self.chunks == "whole"):
            pause = 0.0 if self.speed is None else part.pause / self.speed
            if self.chunks in ("recorded", "whole"):
                yield Piece(pause, part.octets)
                continue
            at = 0
            while at < len(part.octets):
                size = 1 if self.chunks == "byte" else generator.randint(1, _RANDOM)
                yield Piece(pause, part.octets[at : at + size])
                at, pause = at + size, 0.0


def read_delivery(timing: str, chunks: str) -> Delivery:
    """From ``--timing`` (``instant``, ``recorded``, ``xN``) and ``--chunks``. UsageError for anything else."""
    speed: float | None
    if timing == "instant":
        speed = None
    elif timing == "recorded":
        speed = 1.0
    elif (match := _SPEED.match(timing)) and float(match[1]) > 0:
        speed = float(match[1])
    else:
        raise UsageError(f"--timing is instant, recorded or xN such as x10, not {timing!r}")
    kind, colon, seed = chunks.partition(":")
    if chunks in ("recorded", "whole", "byte"):
        return Delivery(speed, chunks)
    if kind == "random" and colon and seed.isascii() and seed.isdigit() and len(seed) < 20:
        return Delivery(speed, kind, int(seed))
    raise UsageError(f"--chunks is recorded, whole, byte or random:SEED such as random:7, not {chunks!r}")


def parts_of(script: Script, answer: Answer, tag: bytes) -> Iterator[Piece]:
    """The octets of an answer, cut where the server's reads were, with the client's tag in the place of its own."""
    at = answer.start
    if answer.tag_end > answer.tag_at:
        number = script.read_at(answer.start)
        yield Piece(_pause(script, number, at), script.octets[at : answer.tag_at] + tag, number)
        at = answer.tag_end
    while at < answer.end:
        number = script.read_at(at)
        following = script.cuts[number + 1] if number + 1 < len(script.cuts) else len(script.octets)
        end = min(answer.end, following)
        yield Piece(_pause(script, number, at), script.octets[at:end], number)
        at = end


def _pause(script: Script, number: int, at: int) -> float:
    """The pause before a read counts where the read begins."""
    return script.pauses[number] if script.cuts[number] == at else 0.0


def _merge(parts: Iterable[Piece], *, whole: bool) -> Iterator[Piece]:
    """Join what came in one read, or all."""
    held: list[Piece] = []
    size = 0
    for part in parts:
        if held and (size >= _MOST_JOINED or not (whole or part.read == held[-1].read)):
            yield from _join(held, whole=whole)
            held, size = [], 0
        held.append(part)
        size += len(part.octets)
    if held:
        yield from _join(held, whole=whole)


def _join(parts: Sequence[Piece], *, whole: bool) -> Iterator[Piece]:
    pause = sum(part.pause for part in parts)
    octets = b"".join(part.octets for part in parts)
    size = len(octets) if whole else _LARGEST
    for at in range(0, len(octets), max(1, size)):
        yield Piece(pause if at == 0 else 0.0, octets[at : at + size], parts[0].read)
