"""Recording what crosses the wire: ``.record``, ``.mark``, ``.note``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter.local.command import Lines, LocalCommand
from mailshell.recording.recorder import Recorder
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


async def _record(interpreter: Interpreter, arguments: str) -> Lines:
    recordings = interpreter.recordings
    if arguments in ("", "status"):
        return _status(interpreter)
    if arguments == "off":
        path = recordings.end()
        return [f"recorded in {escape(str(path))}" if path is not None else "nothing was being recorded"]
    path = recordings.begin(None if arguments == "on" else arguments.strip('"'))
    if path is None:
        return ["recording begins with the next .open"]
    return [f"recording to {escape(str(path))}; .record off ends it"]


def _status(interpreter: Interpreter) -> Lines:
    recorder = interpreter.recordings.recorder
    if recorder is None:
        waits = interpreter.recordings.wanted
        return ["recording begins with the next .open" if waits else "nothing is recorded; .record FILE begins"]
    file, (client, server) = recorder.file, recorder.octets.values()
    lines = [
        f"recording to {escape(str(file.path))}: {file.events:,} lines, {client:,} octets sent, {server:,} received"
    ]
    return lines + ([f"but it can't be written any more: {file.error}"] if file.error is not None else [])


async def _mark(interpreter: Interpreter, arguments: str) -> Lines:
    _recorder(interpreter).mark(_masked(interpreter, ".mark", arguments), time.monotonic())
    return []


async def _note(interpreter: Interpreter, arguments: str) -> Lines:
    if not arguments:
        raise UsageError(".note needs a text")
    _recorder(interpreter).note(_masked(interpreter, ".note", arguments), time.monotonic())
    return []


def _masked(interpreter: Interpreter, command: str, text: str) -> str:
    """A sentence as it may be kept: as part of the line that was typed, not as a command by itself."""
    return interpreter.mask.line(f"{command} {text}").removeprefix(f"{command} ")


def _recorder(interpreter: Interpreter) -> Recorder:
    recorder = interpreter.recordings.recorder
    if recorder is None:
        raise UsageError("nothing is recorded; .record FILE begins")
    return recorder


COMMANDS = (
    LocalCommand(
        ".record",
        "[FILE|on|off|status]",
        "record the session in a file, secrets masked",
        _record,
        choices=("on", "off", "status"),
        takes="file",
    ),
    LocalCommand(".mark", "[TEXT]", "mark this moment in the recording, to find it again", _mark),
    LocalCommand(".note", "TEXT", "write something into the recording", _note),
)
