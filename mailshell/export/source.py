"""What all exporters read: a recording, played, as one stream of moments in their order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailshell.exits import UsageError
from mailshell.lint.finding import Finding
from mailshell.lint.rule import Severity
from mailshell.lint.session import linter_for
from mailshell.protocol.events import Deviation, Side
from mailshell.protocol.exchange import Event
from mailshell.protocol.secrecy import Secrets
from mailshell.recording.file import SECRET_SUFFIX
from mailshell.recording.header import MASKED, Header
from mailshell.recording.octets import Mask, UnreadableRecording
from mailshell.recording.reader import Record, open_recording
from mailshell.replay.player import Player
from mailshell.streams import reason
from mailshell.text.escape import escape
from mailshell.wire import WireEvent

#: What the header of a recording says that may leave the machine.
_FIT = (MASKED, "scrubbed")
#: So many findings are remembered, to know them again in the recording.
_MOST_FOUND = 10_000
#: Of so many different masks the names are kept.
_MOST_MASKS = 1000
_NUMBERED = re.compile(r"#\d+\Z")


@dataclass(frozen=True, slots=True)
class Told:
    """What the person said at that moment. ``kind``: ``command`` (typed), ``note`` or ``mark``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened. ``time`` is in seconds since the recording began."""

    time: float
    tls: bool
    what: WireEvent | Event | Told


class _Collector:
    """An observer that keeps what it is told until it is asked for."""

    masks = True

    def __init__(self) -> None:
        self.found: list[WireEvent | Event] = []

    def wire(self, event: WireEvent) -> None:
        self.found.append(event)

    def event(self, event: Event, time: float, tls: bool) -> None:
        # What the engine finds, lint tells of.
        if not isinstance(event, Deviation):
            self.found.append(event)


class Source:
    """An open recording that may be exported.

    UsageError if it can't be read, or if its secrets are not masked. ``masks``: how often each kind of secret was
    masked in what has been read so far. ``warnings`` is complete when the last moment has been read.
    """

    def __init__(self, path: Path) -> None:
        _refuse_name(path)
        try:
            self._recording = open_recording(path)
        except UnreadableRecording as error:
            raise UsageError(f"{path}: {error}") from None
        except OSError as error:
            raise UsageError(f"{path} can't be read: {reason(error)}") from None
        if self.header.redaction not in _FIT:
            raise UsageError(
                f"{path} is not exported: its header says redaction {escape(self.header.redaction)!r:.40}, and it may "
                f"hold passwords; record it again without --unsafe-raw"
            )
        self.path = path
        self.masks: Counter[str] = Counter()
        self._collector = _Collector()
        self._player = Player(self.header, [self._collector])
        self._player.observers.append(linter_for(self._player.engine, self._found, level=Severity.WARNING))
        #: What lint has found, by where it begins: a recording may hold it too.
        self._told: set[tuple[str, int]] = set()

    @property
    def header(self) -> Header:
        return self._recording.header

    @property
    def secrets(self) -> Secrets:
        """What the engine takes for secrets: the masks, and whatever was sent where a secret stands."""
        return self._player.engine.secrets

    @property
    def player(self) -> Player:
        """Its engine knows the state of the session after the last moment that was read."""
        return self._player

    @property
    def warnings(self) -> list[str]:
        """What could not be read, one sentence each."""
        return [*self._recording.warnings, *self._player.warnings]

    @property
    def start(self) -> datetime | None:
        """When the recording began; None if its header does not say so."""
        try:
            start = datetime.fromisoformat(self.header.start)
        except ValueError:
            return None
        return start if start.tzinfo is not None else start.replace(tzinfo=UTC)

    @property
    def place(self) -> str:
        """The server as ``host:port``; empty if it is not known."""
        host = f"[{self.header.host}]" if ":" in self.header.host else self.header.host
        return f"{host}:{self.header.port}" if self.header.port else host

    def moments(self) -> Iterator[Moment]:
        """All that happened, once. Only what one read or write led to is held at a time."""
        player, collector = self._player, self._collector
        for record in self._recording:
            if record.kind in ("command", "note", "mark"):
                player.play(record)
                yield Moment(player.time, player.tls, Told(record.kind, record.text("text")))
                continue
            self._count_masks(record)
            player.play(record)
            found, collector.found = collector.found, []
            for event in found:
                yield Moment(player.time, player.tls, event)
            if (deviation := self._recorded_deviation(record)) is not None:
                yield Moment(player.time, player.tls, deviation)

    def _count_masks(self, record: Record) -> None:
        if record.side is None or "m" not in record.fields:
            return
        try:
            names = [piece.name for piece in record.pieces if isinstance(piece, Mask)]
        except UnreadableRecording:
            return
        for name in names:
            if name in self.masks or len(self.masks) < _MOST_MASKS:
                self.masks[name] += 1

    def _found(self, finding: Finding) -> None:
        rule = finding.rule
        if len(self._told) < _MOST_FOUND:
            self._told.add((rule.name, finding.start))
        message = f"{rule.severity.word} {rule.id}: {finding.message}"
        self._collector.found.append(
            Deviation(finding.side, rule.name, finding.start, finding.end, message, rule.source)
        )

    def _recorded_deviation(self, record: Record) -> Deviation | None:
        """A deviation that can't be found again by looking at the recording."""
        if record.kind != "deviation" or record.text("side") not in ("C", "S"):
            return None
        side = Side(record.text("side"))
        rule, section = escape(record.text("rule")), escape(record.text("section"))
        # What JSON escapes may be no text at all: half a surrogate pair.
        message = record.text("message").encode("utf-8", "replace").decode()
        if (rule, record.number("start")) in self._told:
            return None
        return Deviation(side, rule, record.number("start"), record.number("end"), message, section)


def kinds_of_masks(masks: Counter[str]) -> dict[str, tuple[int, int]]:
    """The kinds of secrets (``password``), how many different ones there are, and how often they stand somewhere."""
    kinds: dict[str, tuple[int, int]] = {}
    for name, count in masks.items():
        kind = _NUMBERED.sub("", name)
        different, times = kinds.get(kind, (0, 0))
        kinds[kind] = different + 1, times + count
    return kinds


def _refuse_name(path: Path) -> None:
    names = [path.name]
    try:
        names.append(path.resolve().name)
    except (OSError, RuntimeError):
        pass
    if any(name.lower().endswith(SECRET_SUFFIX) for name in names):
        raise UsageError(
            f"{path} is not exported: a recording whose name ends with {SECRET_SUFFIX} holds passwords; record it "
            "again without --unsafe-raw"
        )
