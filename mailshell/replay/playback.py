"""How a recording is played in its own time: speed, pauses, steps and jumps. No clock and no terminal: only decisions.

The rules, in prose:

- Between two events passes the time that passed then, divided by the speed, and never more than the idle limit.
- A step plays up to the end of the present exchange: until the client is about to send again. Then it pauses.
- A jump plays without any waiting up to the mark or the deviation, shows it, and pauses.
- What was skipped over is shown all the same, only faster: a transcript has no holes.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.recording.reader import Record

#: What the keys do, for the line that lists them.
KEYS = "space pauses, n next exchange, m next mark, d next deviation, + faster, - slower, e explains, 0-5 level, q ends"
#: The events with which an exchange begins.
_BEGINNINGS = frozenset({"C", "command"})
SLOWEST, FASTEST = 1 / 64, 1024.0


@dataclass(slots=True)
class Playback:
    """The state of the playing. ``speed`` 2 is twice as fast; ``idle`` in seconds; ``target`` is what is jumped to."""

    speed: float = 1.0
    idle: float = 2.0
    paused: bool = False
    target: str = ""
    ended: bool = False
    explain: bool = False
    level: int = 2
    #: Whether the client has sent something since the step began.
    _sent: bool = False

    def before(self, record: Record) -> float | None:
        """The seconds to wait before an event is shown; None: until somebody presses a key."""
        if self.target == "exchange" and record.kind in _BEGINNINGS and self._sent:
            self.target, self.paused = "", True
        if self.paused:
            return None
        if self.target:
            return 0.0
        return min(record.elapsed / 1_000_000 / self.speed, self.idle)

    def after(self, record: Record) -> None:
        """An event has been shown."""
        self._sent = self._sent or record.kind == "C"
        if self.target and record.kind == self.target:
            self.target, self.paused = "", True

    def press(self, key: str) -> str:
        """A key was pressed; what to tell about it, empty for nothing."""
        match key:
            case " ":
                self.paused, self.target = not self.paused, ""
                return "paused" if self.paused else "goes on"
            case "n" | "\r" | "\n":
                self.paused, self.target, self._sent = False, "exchange", False
            case "m":
                self.paused, self.target = False, "mark"
            case "d":
                self.paused, self.target = False, "deviation"
            case "+" | "=":
                self.speed = min(FASTEST, self.speed * 2)
                return f"speed {self.speed:g}"
            case "-":
                self.speed = max(SLOWEST, self.speed / 2)
                return f"speed {self.speed:g}"
            case "e":
                self.explain = not self.explain
                return "explained" if self.explain else "not explained"
            case "q" | "\x03" | "\x04":
                self.ended = True
            case "h" | "?":
                return KEYS
            case digit if digit and digit in "012345":
                self.level = int(digit)
                return f"debug level {digit}"
        return ""
