"""The history of typed lines."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from terminal import CTRL_D, CTRL_U, RIGHT, UP, Start

from mailshell.shell import history as history_module
from mailshell.shell.history import ShellHistory, history_path


def test_kept_between_runs_and_suggested(start: Start, history_file: Path) -> None:
    first = start()
    first.wait_for_prompt("not connected> ")
    first.enter(".set fold")
    first.wait_for("fold is 60")
    first.type(CTRL_D)
    assert first.wait_for_end() == 0
    assert stat.S_IMODE(history_file.stat().st_mode) == 0o600
    second = start()
    second.wait_for_prompt("not connected> ")
    second.type(".se")
    # What was typed before is suggested behind the cursor, and taken with the right arrow.
    second.wait(lambda: any(line.endswith("> .set fold") for line in second.lines), "the suggestion")
    second.wait_for_prompt("> .se")
    second.type(RIGHT)
    second.wait_for_prompt("> .set fold")
    second.type(CTRL_U + UP)
    second.wait_for_prompt("> .set fold")


def test_mode_is_narrowed(start: Start, history_file: Path) -> None:
    history_file.parent.mkdir(parents=True)
    history_file.touch(mode=0o644)
    shell = start()
    shell.wait_for_prompt("not connected> ")
    assert stat.S_IMODE(history_file.stat().st_mode) == 0o600


def test_a_folder_that_can_not_be_made(start: Start, history_file: Path) -> None:
    history_file.parent.parent.write_text("a file where the folder should be")
    shell = start()
    shell.wait_for_prompt("not connected> ")
    shell.wait_for("note: the history can't be kept in", "not a directory")
    shell.enter(".timeout")
    shell.wait_for("waiting for an answer")
    shell.type(UP)
    shell.wait_for_prompt("> .timeout")
    assert "Traceback" not in shell.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_not_be_written(start: Start, history_file: Path) -> None:
    history_file.parent.mkdir(parents=True)
    history_file.parent.chmod(0o500)
    shell = start()
    shell.wait_for("note: the history can't be kept in", "permission denied")
    shell.wait_for_prompt("not connected> ")


def test_where_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert history_path() == Path("/home/ana/.local/state/mailshell/history")
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/ignored")
    assert history_path() == Path("/home/ana/.local/state/mailshell/history")
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert history_path() == Path("/var/state/mailshell/history")


def test_a_disk_that_fills_up_is_survived(tmp_path: Path) -> None:
    history = ShellHistory(tmp_path / "history", lambda line: False, 10_000)
    history.append_string("one")
    history.filename = "/dev/full"
    history.append_string("two")
    history.append_string("three")
    assert "can't be written" in (history.problem or "")
    assert history.get_strings()[-2:] == ["two", "three"]


def test_a_long_file_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "_MOST_OCTETS", 4000)
    path = tmp_path / "history"
    long = ShellHistory(path, lambda line: False, 10_000)
    for number in range(200):
        long.append_string(f"NOOP {number}")
    assert path.stat().st_size > 4000
    again = ShellHistory(path, lambda line: False, 10_000)
    assert path.stat().st_size <= 2000
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = list(again.load_history_strings())
    assert lines == [f"NOOP {number}" for number in range(199, 199 - len(lines), -1)]
    assert 10 < len(lines) < 10_000
    assert [entry.name for entry in tmp_path.iterdir()] == ["history"]
