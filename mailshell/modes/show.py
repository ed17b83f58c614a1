"""``mailshell show FILE``: a recording as the trace of its session."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mailshell.exits import Exit, UsageError
from mailshell.modes.arguments import Parser, add_trace_options, make_trace
from mailshell.recording.octets import UnreadableRecording
from mailshell.recording.reader import Recording, open_recording
from mailshell.replay.canonical import canonical
from mailshell.replay.show import Shower, heading
from mailshell.streams import reason


def main(arguments: Sequence[str]) -> Exit:
    """Print a recording. UsageError if it can't be read."""
    parser = Parser("show", "Show a recording as the trace of its session.")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--canonical", action="store_true", help="a stable form for comparing: tags T1 .., no times, reads joined"
    )
    add_trace_options(parser)
    chosen = parser.parse_args(list(arguments))
    recording = open_file(chosen.file)
    write = sys.stdout.write
    if chosen.canonical:
        for line in canonical(recording):
            write(f"{line}\n")
        return Exit.OK
    trace = make_trace(recording.header.protocol, write, chosen)
    write(heading(recording) + "\n")
    shower = Shower(recording, trace, write)
    for record in recording:
        shower.show(record)
    shower.finish()
    return Exit.OK


def open_file(path: Path) -> Recording:
    """The recording in a file. UsageError with one sentence if there is none."""
    try:
        return open_recording(path)
    except UnreadableRecording as error:
        raise UsageError(f"{path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{path} can't be read: {reason(error)}") from None
