"""``mailshell demo``: servers with sample mail in this process, and the shell or a run on one of them."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailshell.exits import Exit, UsageError
from mailshell.interpreter.options import Options

if TYPE_CHECKING:
    from mailshell.misbehave.between import Trouble

#: What a newcomer may try first, by protocol.
SUGGESTIONS = {
    "imap": ("SELECT INBOX", "FETCH 1:* (FLAGS ENVELOPE)", ".debug 2"),
    "pop3": ("LIST", "RETR 1", ".debug 2"),
}


@dataclass(frozen=True, slots=True)
class DemoRun:
    """What to do with the demo: which ``side`` (imap, pop3), and how.

    ``misbehave`` and ``faults``: what was given with the options of these names. ``named``: somebody has named the
    side.
    """

    side: str
    options: Options
    commands: Sequence[str]
    script: str | None
    collects: bool
    fail_fast: bool
    serve: bool
    interactive: bool
    misbehave: Sequence[str] = ()
    faults: Sequence[str] = ()
    named: bool = False


def main(run: DemoRun) -> Exit:
    """Start the servers, do what was asked for, and stop them."""
    from mailshell.demo.errors import DemoUnavailable

    trouble = None
    protocols = ("imap", "pop3") if run.serve else (run.side,)
    if run.misbehave or run.faults:
        from mailshell.modes.trouble import hints, list_trouble, read_trouble

        if list_trouble(run.misbehave, run.faults, (run.side,) if run.named else ("imap", "pop3")):
            return Exit.OK
        trouble = read_trouble(run.misbehave, run.faults, protocols)
        if run.serve or run.interactive:
            for hint in hints(trouble, protocols):
                print(f"misbehaves: {hint}", file=sys.stderr, flush=True)
    try:
        return asyncio.run(_run(run, trouble))
    except DemoUnavailable as error:
        raise UsageError(str(error)) from None


async def _run(run: DemoRun, trouble: Trouble | None) -> Exit:
    from mailshell.demo.servers import start_demo
    from mailshell.transport.endpoint import parse_url

    demo = await start_demo(trouble=trouble)
    try:
        if run.serve:
            print(demo.imap_url, demo.pop3_url, sep="\n", flush=True)
            for protocol, misbehaving in demo.before.items():
                if misbehaving.cafile is not None:
                    print(f"certificate to trust ({protocol}): {misbehaving.cafile}", flush=True)
            return await _serve()
        cafile = demo.before[run.side].cafile if run.side in demo.before else None
        if cafile is not None and run.options.tls_options.cafile is None:
            run.options.tls_options = replace(run.options.tls_options, cafile=str(cafile))
        endpoint = parse_url(demo.imap_url if run.side == "imap" else demo.pop3_url)
        if run.interactive:
            from mailshell.shell.shell import Shell

            return await Shell(run.options).run(endpoint, SUGGESTIONS[run.side])
        from mailshell.modes import batch

        script = run.script if run.script is not None else (None if run.commands else "-")
        lines = batch.script_lines(run.commands, script)
        return await batch.run(endpoint, run.options, lines, collects=run.collects, fail_fast=run.fail_fast)
    finally:
        await demo.close()


async def _serve() -> Exit:
    """Serve until Ctrl-C or SIGTERM."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
    return Exit.OK
