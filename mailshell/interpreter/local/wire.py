"""What crosses the wire, shown, kept, and sent as it is: ``.debug``, ``.hex``, ``.raw`` and the like."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter.body import FileSink
from mailshell.interpreter.confirming import confirm_raw
from mailshell.interpreter.escapes import unescape
from mailshell.interpreter.local.command import Lines, LocalCommand
from mailshell.interpreter.raw import send_raw
from mailshell.interpreter.result import Result
from mailshell.protocol.events import Side
from mailshell.protocol.secrecy import ChunkMask
from mailshell.trace.trace import LEVELS, STYLES, Trace

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


async def set_level(interpreter: Interpreter, arguments: str) -> Lines:
    """``.debug N``, ``set_debuglevel N``, ``debug N``; without a number the level is shown."""
    options = interpreter.options
    if arguments:
        if arguments not in ("0", "1", "2", "3", "4", "5"):
            raise UsageError("the debug level is a number from 0 (nothing) to 5 (hex dump)")
        options.level = int(arguments)
        if interpreter.trace is not None:
            interpreter.trace.level = options.level
    return [f"debug level {options.level}: {dict(LEVELS)[options.level]}"]


async def _style(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments:
        if arguments not in STYLES:
            raise UsageError(f"the trace styles are {', '.join(STYLES)}")
        interpreter.options.style = arguments
        if interpreter.trace is not None:
            interpreter.trace.style = arguments
    return [f"trace style {interpreter.options.style}"]


async def _secrets(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments not in ("", "show", "hide"):
        raise UsageError(".secrets takes show or hide")
    options = interpreter.options
    if arguments:
        options.show_secrets = arguments == "show"
        if interpreter.trace is not None:
            interpreter.trace.show_secrets = options.show_secrets
    return [f"secrets are {'SHOWN' if options.show_secrets else 'masked'} in the trace"]


async def _hex(interpreter: Interpreter, arguments: str) -> Lines:
    lines: Lines = []
    trace = Trace(
        interpreter.protocol or "imap",
        lambda text: lines.extend(text.rstrip("\n").split("\n")),
        level=5,
        secrets=interpreter.secrets,
        show_secrets=interpreter.options.show_secrets,
    )
    echoes = {side: ChunkMask(interpreter.secrets) for side in Side}
    for event in interpreter.tap.events:
        known = echoes[event.side].spans(event.octets)
        trace.wire(replace(event, secret=(*event.secret, *known)))
    if interpreter.tap.dropped:
        lines.append(f"… {interpreter.tap.dropped:,} more octets were not kept")
    return lines or ["nothing has been sent yet"]


async def _save(interpreter: Interpreter, arguments: str) -> Lines:
    if not arguments:
        raise UsageError(".save needs the name of a file")
    tap = interpreter.tap
    if tap.dropped:
        raise UsageError(
            f"the last answer was too large to keep ({tap.dropped:,} octets more than are kept); "
            "send the command again with > FILE after it"
        )
    octets = b"".join(event.octets for event in tap.events if event.side is Side.SERVER)
    if not octets:
        raise UsageError("there is no answer to save yet")
    sink = FileSink(arguments.strip('"'))
    sink.write(interpreter.secrets.mask(octets))
    sink.finish(accepted=True)
    if sink.error is not None:
        raise UsageError(sink.error)
    return [f"{sink.octets:,} octets, the last answer as it came over the wire, written to {sink.path}"]


async def _raw(interpreter: Interpreter, arguments: str) -> Lines | Result:
    if arguments and arguments not in ("on", "off"):
        octets = unescape(arguments)
        if not interpreter.raw_mode:
            await confirm_raw(interpreter)
        return await send_raw(interpreter, octets)
    begins = arguments == "on" or (not arguments and not interpreter.raw_mode)
    if begins and not interpreter.raw_mode:
        await confirm_raw(interpreter)
    interpreter.raw_mode = begins
    if interpreter.raw_mode:
        return ["each line is sent untouched, with CRLF; .raw ends this"]
    return ["lines are commands again"]


COMMANDS = (
    LocalCommand(
        ".debug", "[0-5]", "how much of the wire to show", set_level, choices=tuple(str(level) for level, _ in LEVELS)
    ),
    LocalCommand(".style", "[NAME]", "how to show it: mailshell, poplib, imaplib", _style, choices=STYLES),
    LocalCommand(".hex", "", "the octets of the last exchange", _hex),
    LocalCommand(".raw", "[TEXT]", r"send exact octets, with \r \n \xHH; alone, each line as it is", _raw),
    LocalCommand(".save", "FILE", "write the last answer, as it came, to a file", _save, takes="file"),
    LocalCommand(".secrets", "[show|hide]", "show or mask secrets in the trace", _secrets, choices=("show", "hide")),
)
