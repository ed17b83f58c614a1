"""A recording as the trace of its session, at any level and in any style; with what the person typed and noted."""

from __future__ import annotations

from collections.abc import Callable

from mailshell.lint.finding import Finding
from mailshell.lint.rule import Severity
from mailshell.lint.session import linter_for
from mailshell.recording.reader import Record, Recording
from mailshell.replay.player import Player
from mailshell.report.text import finding_lines
from mailshell.text.escape import escape
from mailshell.trace.trace import Trace

#: Kinds that are told in a line of their own, and what stands before their text.
_TOLD = {"command": "> ", "note": "--- note: ", "mark": "--- mark: "}


class Shower:
    """Shows the records of a recording one after the other: by the trace's own ``write``, the rest by ``write``."""

    def __init__(self, recording: Recording, trace: Trace, write: Callable[[str], object]) -> None:
        self._recording = recording
        self._trace = trace
        self._player = Player(recording.header, [trace])
        self._player.observers.append(linter_for(self._player.engine, self._found, level=Severity.WARNING))
        self._write = write

    def show(self, record: Record) -> None:
        """Show one."""
        if (line := _told(record)) is not None:
            self._write(f"{line}\n")
        self._player.play(record)

    def _found(self, finding: Finding) -> None:
        self._trace.finding(finding_lines(finding), finding.rule.hint, tls=self._player.tls)

    def finish(self) -> None:
        """Say what was not as it should be."""
        for warning in (*self._recording.warnings, *self._player.warnings):
            self._write(f"--- warning: {escape(warning)}\n")


def heading(recording: Recording) -> str:
    """What the header says, in a line."""
    header = recording.header
    where = f"{header.host}:{header.port}" if header.port else header.host
    middle = f", begun in the state: {header.state}" if header.state else ""
    words = [f"--- {header.protocol} recording of {where or 'a session'}", f"{header.start} by {header.tool}"]
    words += [f"TLS {header.tls}", header.redaction + middle, header.title]
    return escape(", ".join(filter(None, words)))


def _told(record: Record) -> str | None:
    return None if record.kind not in _TOLD else _TOLD[record.kind] + escape(record.text("text"))
