"""The findings of a recording, or of the bare octets of a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from mailshell.lint.finding import Finding
from mailshell.lint.rule import Severity
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Began, Completed, Greeting, Untagged
from mailshell.recording.reader import Recording
from mailshell.replay.player import Player
from mailshell.replay.server_octets import steps
from mailshell.wire import Closed, Octets

#: After so long without an event (microseconds) the checkers are told that nothing comes.
_PAUSE = 1_000_000


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What is to be reported: findings of at least this severity, but none of these rules (ids or names)."""

    level: Severity = Severity.NOTE
    silenced: frozenset[str] = frozenset()


def lint_recording(recording: Recording, report: Callable[[Finding], None], wanted: FindingFilter) -> Counter[str]:
    """Play a recording to all rules of its protocol. The counts by name of rule, also of what is not reported."""
    player = Player(recording.header, [])
    linter = linter_for(player.engine, report, level=wanted.level, silenced=wanted.silenced)
    player.observers.append(linter)
    for record in recording:
        if record.elapsed > _PAUSE:
            linter.idle(player.time + record.elapsed / 1_000_000)
        player.play(record)
    return linter.counts


def _status(event: Greeting | Untagged | Completed | Began) -> str:
    """What a response is, by its first word; empty if it is none."""
    return event.response.name if isinstance(event, Untagged) else event.response.status


def lint_octets(
    file: BinaryIO, protocol: str, report: Callable[[Finding], None], wanted: FindingFilter
) -> tuple[Counter[str], int]:
    """Apply the rules to what a server has sent, as far as they can do without the client's side.

    The counts, and how many responses there were.
    """
    read = 0
    engine = make_engine(protocol)
    linter = linter_for(engine, report, level=wanted.level, silenced=wanted.silenced, guessed=True)
    offsets = {Side.CLIENT: 0, Side.SERVER: 0}
    for side, octets in steps(file, protocol):
        linter.wire(Octets(side, octets, 0.0, False, offsets[side]))
        offsets[side] += len(octets)
        for event in engine.sent(octets) if side is Side.CLIENT else engine.received(octets):
            linter.event(event, 0.0, False)
            read += isinstance(event, (Greeting, Untagged, Completed, Began)) and bool(_status(event))
    linter.wire(Closed(0.0, True, ""))
    return linter.counts, read
