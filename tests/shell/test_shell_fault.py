"""A fault in mailshell itself is told, with secrets masked, and the shell goes on."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

from mailshell.interpreter.sessions import Sessions
from mailshell.protocol.secrecy import Secrets
from mailshell.shell.attention import Attention
from mailshell.shell.console import ShellConsole


async def _faulty() -> None:
    raise ValueError("no good: geheimnis")


def test_a_fault_is_told_and_survived() -> None:
    said: list[str] = []
    secrets = Secrets()
    secrets.learn(b"geheimnis")
    console = cast(ShellConsole, SimpleNamespace(say=said.append, muted=False, screen=SimpleNamespace(prompting=False)))
    sessions = cast(Sessions, SimpleNamespace(current=SimpleNamespace(session=None, secrets=secrets)))

    async def run() -> bool:
        return await Attention(console, sessions).wait(_faulty())

    assert asyncio.run(run())
    assert "ValueError: no good: ⟦password⟧" in said[0]
    assert "geheimnis" not in "".join(said)
    assert "please report it" in said[-1]
