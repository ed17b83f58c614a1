"""Runs mailshell without a terminal: as a command of its own, or within this process, which is quicker."""

from __future__ import annotations

import io
import json
import logging
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from playbook import PlaybookServer

from mailshell import cli

#: No run of a test lasts longer (seconds).
PATIENCE = 20.0

IMAP = "* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR IDLE] ready"
PLAIN_IMAP = "* OK [CAPABILITY IMAP4rev1] ready"
PREAUTH = "* PREAUTH [CAPABILITY IMAP4rev1] ready"
POP3 = "+OK ready"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    status: int
    out: str
    err: str

    @property
    def results(self) -> list[dict[str, Any]]:
        """The objects that --json printed."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def everything(self) -> str:
        return self.out + self.err

    @property
    def messages(self) -> list[str]:
        """The lines on standard error without the name of the program."""
        return [line.removeprefix("mailshell: ") for line in self.err.splitlines()]


def lines(*commands: str) -> list[str]:
    """``-c`` for each command."""
    return [word for command in commands for word in ("-c", command)]


def environment(home: Path | None = None, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment without anything that changes what mailshell does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "XDG_", "PYTHON"))}
    return kept | {"LANG": "C.UTF-8", "HOME": str(home or "/nonexistent")} | dict(extra or {})


def spawn(*arguments: str, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
    """Start ``python -m mailshell``; unless told otherwise, with pipes."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    options["env"] = environment(extra=env)
    process = subprocess.Popen([sys.executable, "-m", "mailshell", *arguments], **options)
    return cast("subprocess.Popen[bytes]", process)


def command(
    *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, timeout: float = PATIENCE
) -> Outcome:
    """Run ``python -m mailshell`` to its end."""
    process = spawn(*arguments, env=env, stdin=subprocess.PIPE)
    try:
        out, err = process.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        pytest.fail(f"mailshell has not ended after {timeout:g} s; {out!r}, {err!r}")
    outcome = Outcome(process.returncode, _text(out), _text(err))
    assert "Traceback" not in outcome.err, outcome.err
    return outcome


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def inside(*arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Outcome:
    """Run mailshell in this process. What asyncio would only log counts as standard error."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True) for _ in range(2))
    handler = logging.StreamHandler(err)
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        try:
            status = cli.main(list(arguments))
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        finally:
            logger.removeHandler(handler)
    outcome = Outcome(int(status), *(_text(stream.buffer.getvalue()) for stream in (out, err)))
    assert "Traceback" not in outcome.err, outcome.err
    return outcome


@dataclass(frozen=True)
class Certificates:
    """Contexts for servers: one whose certificate is for 127.0.0.1, one for another name; and what clients trust."""

    good: ssl.SSLContext
    other_name: ssl.SSLContext
    untrusted: ssl.SSLContext
    cafile: str


#: Starts a server that plays these scripts.
Serve = Callable[..., PlaybookServer]
