"""``mailshell serve FILE``: the server of a recording, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from mailshell.exits import Exit, UsageError
from mailshell.misbehave.between import Trouble
from mailshell.modes.arguments import Parser
from mailshell.modes.show import open_file
from mailshell.modes.trouble import hints, list_trouble, read_trouble
from mailshell.modes.trouble_options import add_trouble_options
from mailshell.recording.octets import UnreadableRecording
from mailshell.replay.request import KEPT_LITERAL
from mailshell.replay.script import Script
from mailshell.replay.script_writer import read_script
from mailshell.replay.serving.choice import CHOICES
from mailshell.replay.serving.conversation import BAD, CLOSE, FAIL, Rules
from mailshell.replay.serving.delivery import read_delivery
from mailshell.replay.serving.entry import Entry
from mailshell.replay.serving.server import RecordingServer
from mailshell.text.escape import escape


def main(arguments: Sequence[str]) -> Exit:
    """Serve, then report. REFUSED if something was never played or, unless that is allowed, came unexpected."""
    parser = Parser("serve", "Be the server of a recording, on loopback, for any client.")
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path)
    parser.add_argument("--port", type=int, default=0, help="0, the default, picks one that is free")
    parser.add_argument(
        "--match",
        choices=tuple(CHOICES),
        default="lenient",
        help="strict: the same octets; lenient: the same commands in order; stateful: by state and command",
    )
    parser.add_argument(
        "--timing", default="instant", metavar="TIMING", help="instant, recorded, or xN: N times as fast as recorded"
    )
    parser.add_argument(
        "--chunks",
        default="recorded",
        metavar="CHUNKS",
        help="recorded, whole, byte or random:SEED: what is written at once",
    )
    parser.add_argument(
        "--unexpected", choices=(FAIL, BAD, CLOSE), default=FAIL, help="what becomes of a command that was not recorded"
    )
    parser.add_argument("--once", action="store_true", help="end when the first client has gone")
    add_trouble_options(parser)
    chosen = parser.parse_args(list(arguments))
    if list_trouble(chosen.misbehave, chosen.fault):
        return Exit.OK
    if chosen.file is None:
        raise UsageError("mailshell serve takes the FILE of a recording; mailshell serve --help lists the options")
    if not 0 <= chosen.port <= 65535:
        raise UsageError("--port is a number from 0 to 65535")
    rules = Rules(chosen.match, chosen.unexpected, read_delivery(chosen.timing, chosen.chunks))
    script = load(chosen.file)
    trouble = read_trouble(chosen.misbehave, chosen.fault, (script.protocol,))
    return asyncio.run(_serve(script, rules, chosen.port, trouble, once=chosen.once))


def load(path: Path, kept: int = KEPT_LITERAL) -> Script:
    """The script of the recording in a file, with literals of up to ``kept`` octets. UsageError if there is none."""
    try:
        return read_script(open_file(path), kept)
    except UnreadableRecording as error:
        raise UsageError(f"{path}: {error}") from None


async def _serve(script: Script, rules: Rules, port: int, trouble: Trouble, *, once: bool) -> Exit:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    server = RecordingServer(script, rules, trouble)
    await server.open("127.0.0.1", port)
    commands = len(script.steps) - 1
    print(f"{server.url} serves {'1 command' if commands == 1 else f'{commands:,} commands'}", flush=True)
    if server.cafile is not None:
        print(f"certificate to trust: {server.cafile}", flush=True)
    for warning in script.warnings:
        print(f"mailshell: warning: {escape(warning)}", file=sys.stderr)
    for note in Entry(script, strict=rules.match == "strict").notes() if script.joined else ():
        print(f"mailshell: note: {escape(note)}", file=sys.stderr)
    for hint in hints(trouble, (script.protocol,)):
        print(f"misbehaves: {hint}", file=sys.stderr)
    try:
        await _first(ended, server.once) if once else await ended.wait()
    finally:
        await server.close()
    for line in server.report.lines():
        print(line)
    failed = rules.unexpected == FAIL and server.report.count
    return Exit.REFUSED if failed or server.report.missed else Exit.OK


async def _first(*events: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
