"""What the tests of the shell share: terminals and servers that are gone when the test is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_server import ScriptedServer
from terminal import Start, Terminal


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts mailshell with these arguments in a terminal; the home folder is the test's own."""
    terminals: list[Terminal] = []

    def begin(*arguments: str, **options: Any) -> Terminal:
        terminals.append(Terminal(arguments, tmp_path, **options))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def imap() -> Iterator[ScriptedServer]:
    server = ScriptedServer("imap")
    yield server
    server.close()


@pytest.fixture
def pop3() -> Iterator[ScriptedServer]:
    server = ScriptedServer("pop3")
    yield server
    server.close()


@pytest.fixture
def history_file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "mailshell" / "history"
