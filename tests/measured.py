"""Runs of mailshell whose memory is measured."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

_MEASURED = """
import sys
from mailshell.cli import main
status = main(sys.argv[1:])
with open("/proc/self/status") as file:
    sys.stderr.write(next(line for line in file if line.startswith("VmHWM")))
sys.exit(status)
"""


def spawn_measured(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start a run that tells last, on standard error, its peak of memory (see ``peak``)."""
    return subprocess.Popen([sys.executable, "-c", _MEASURED, *arguments], stderr=subprocess.PIPE, **options)


def peak(errors: str) -> int:
    """The highest resident set of a run that ``spawn_measured`` started, in KiB."""
    return int(errors.splitlines()[-1].removeprefix("VmHWM:").removesuffix("kB"))
