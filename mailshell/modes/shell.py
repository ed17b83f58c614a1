"""The interactive shell on a terminal."""

from __future__ import annotations

import asyncio

from mailshell.exits import Exit
from mailshell.interpreter.options import Options
from mailshell.shell.shell import Shell
from mailshell.transport.endpoint import Endpoint


def main(endpoint: Endpoint | None, options: Options) -> Exit:
    """Run the shell until the person leaves."""
    return asyncio.run(_run(endpoint, options))


async def _run(endpoint: Endpoint | None, options: Options) -> Exit:
    return await Shell(options).run(endpoint)
