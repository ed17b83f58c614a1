"""``mailshell --version`` is asked for by scripts and at prompts: it must not be felt."""

from __future__ import annotations

import subprocess
import sys
import time

#: How often each is run; the quickest counts, for everything else on the machine only adds.
_ROUNDS = 15


def _quickest(*arguments: str) -> float:
    times = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - begun)
    return min(times)


def test_version_takes_no_more_than_three_times_an_empty_program() -> None:
    empty, version = _quickest("-c", "pass"), _quickest("-m", "mailshell", "--version")
    assert version <= 3 * empty, f"{version * 1000:.1f} ms against {empty * 1000:.1f} ms"


def test_version_imports_neither_asyncio_nor_the_argument_parser() -> None:
    code = "import sys; from mailshell.cli import main; main(['--version']); print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert printed.startswith("mailshell ")
    modules = set(printed.split())
    assert not modules & {"asyncio", "argparse", "ssl", "prompt_toolkit", "pygments"}
