"""Configuration costs nothing where nothing is run."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["completion", "bash"]])
def test_no_file_is_read_where_nothing_is_run(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom mailshell.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\nprint('modules:', *sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    modules = set(printed.rpartition("modules:")[2].split())
    assert not modules & {"tomllib", "mailshell.config.file", "prompt_toolkit", "pygments"}


def test_a_run_loads_neither_the_terminal_nor_colours() -> None:
    code = "import sys; from mailshell.cli import main; main(['--no-config', '-c', '.set']); print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not set(printed.split()) & {"prompt_toolkit", "pygments"}
