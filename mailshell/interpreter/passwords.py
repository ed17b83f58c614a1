"""Where a password comes from: an environment variable, a file, a command, or the person.

A password is held in a ``Secret``, which can't print itself.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial

from mailshell.exits import UsageError
from mailshell.secret import Secret
from mailshell.streams import reason
from mailshell.transport.thread import in_thread

_COMMAND_SECONDS = 60


@dataclass(slots=True)
class PasswordSource:
    """How to get the password: the first of these that is given.

    ``given`` came with the URL or as an argument; ``env`` names a variable, ``file`` a file (its first line counts),
    ``command`` a shell command (the first line of its output counts).
    """

    given: Secret | None = None
    env: str | None = None
    file: str | None = None
    command: str | None = None

    @property
    def exists(self) -> bool:
        """Whether a password can be had without asking a person."""
        return any(way is not None for way in (self.given, self.env, self.file, self.command))

    async def get(self) -> Secret | None:
        """The password, or None if no way is given. UsageError where a way fails."""
        if self.given is not None:
            return self.given
        if self.env is not None:
            value = os.environ.get(self.env)
            if value is None:
                raise UsageError(f"the environment variable {self.env}, which should hold the password, is not set")
            return Secret(value)
        if self.file is not None:
            return Secret(await in_thread(partial(_first_line, self.file), "password"))
        if self.command is not None:
            return Secret(await _run(self.command))
        return None


def _first_line(path: str) -> str:
    try:
        with open(os.path.expanduser(path), encoding="utf-8", errors="surrogateescape", newline="") as file:
            line = file.readline(65536)
    except OSError as error:
        raise UsageError(f"the password file {path} can't be read: {reason(error)}") from None
    return line.rstrip("\r\n")


async def _run(command: str) -> str:
    process = _start(command)
    try:
        return await in_thread(partial(_first_of_output, process), "password")
    except asyncio.CancelledError:
        process.kill()
        raise


def _start(command: str) -> subprocess.Popen[bytes]:
    # The lines of a script on standard input are not for the command; a person at a terminal is.
    stdin = None if sys.stdin.isatty() else subprocess.DEVNULL
    # Not asyncio's: what the command has left in the background may hold the pipe open beyond the end of the loop.
    return subprocess.Popen(command, shell=True, stdin=stdin, stdout=subprocess.PIPE)


def _first_of_output(process: subprocess.Popen[bytes]) -> str:
    try:
        output, _ = process.communicate(timeout=_COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise UsageError(f"the password command did not end within {_COMMAND_SECONDS} s") from None
    if process.returncode:
        raise UsageError(f"the password command ended with exit status {process.returncode}")
    return output.decode("utf-8", "surrogateescape").split("\n", 1)[0].rstrip("\r")
