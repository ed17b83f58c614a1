"""Runs mailshell as its users do, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from servers.server import Server


@dataclass
class Run:
    """What a run printed and how it ended."""

    status: int
    output: str
    errors: str

    @property
    def results(self) -> list[dict[str, Any]]:
        """The JSON objects of a run with ``--json``."""
        return [json.loads(line) for line in self.output.splitlines()]


def mailshell(
    server: Server, protocol: str, security: str, lines: Sequence[str], *options: str, password: str | None = None
) -> Run:
    """Run the lines on the server, logged in."""
    command = [sys.executable, "-m", "mailshell", *server.arguments(protocol, security), *options, "-f", "-"]
    done = subprocess.run(
        command,
        input="\n".join(lines).encode(),
        capture_output=True,
        timeout=60,
        env={**os.environ, "PW": password or server.password},
    )
    errors = done.stderr.decode()
    assert "Traceback" not in errors, errors
    return Run(done.returncode, done.stdout.decode(), errors)
