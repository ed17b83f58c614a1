"""The configuration file: what stands in it counts, and what is wrong with it is one sentence with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.config.file import read_config
from mailshell.folders import config_folder


def test_no_file_is_an_empty_one(tmp_path: Path) -> None:
    file = read_config(tmp_path / "config.toml")
    assert (file.exists, file.settings, file.aliases, file.problems) == (False, {}, {}, [])


def test_settings_aliases_and_tables_of_others(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '\ufeff[settings]\ndebug = 2\ntimeout = 5\n[aliases]\nUnread = "SEARCH UNSEEN"\n[profiles.work]\nurl = "x"\n'
    )
    file = read_config(path)
    assert file.problems == []
    assert file.settings == {"debug": 2, "timeout": 5.0}
    assert file.aliases == {"unread": "SEARCH UNSEEN"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[settings]\ndebug = \n", "line 2, column 9: invalid value"),
        ("[settings\n", "line 1, column 10: expected ']' at the end of a table declaration"),
        ('[settings]\ntheme = "dark', "at its end: unterminated string"),
        ("[settings]\ndebug = 1\ndebug = 2\n", "line 3, column 10: cannot overwrite a value"),
        ("[settings]\nfold = 1\nediting = 3\n", "line 3: editing is emacs or vi, not 3"),
        ("[settings]\nhistor = 9\n", "line 2: there is no setting histor; did you mean history?"),
        ("[setings]\nhints = true\n", "line 1: there is no table or key setings here; did you mean settings?"),
        ("debug = 1\n", "line 1: there is no table or key debug here; the setting debug belongs below [settings]"),
        ("settings = 1\n", "line 1: settings is a table: [settings]"),
        ("[settings]\nconnect-timeout = 2\nconnect_timeout = 3\n", "line 3: connect_timeout is given twice"),
        ("x = " + "[" * 5000, "the values are nested too deep"),
    ],
)
def test_problems(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    (found,) = read_config(path).problems
    assert found.startswith(f"{path}: {problem}")
    assert "\n" not in found


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("x = 1", 'the alias x is no text: x = "LINE"'),
        ("a1 = 'NOOP'", "a1 looks like a tag, so that it can't be an alias"),
        ("'.x' = 'NOOP'", "an alias is a letter with letters, digits, - and _ after it, not .x"),
        (f"x = '{'y' * 10_001}'", "the definition of x is longer than 10,000 characters"),
    ],
)
def test_what_is_wrong_with_an_alias_is_no_problem_of_the_file(tmp_path: Path, text: str, note: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[aliases]\nn = 'NOOP'\n{text}\n")
    file = read_config(path)
    assert (file.aliases, file.problems) == ({"n": "NOOP"}, [])
    assert file.notes == [f"{path}: line 3: {note}"]


def test_octets_that_are_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"[settings]\n# gr\xfcn\n")
    assert read_config(path).problems == [f"{path}: line 2, column 5: this is no UTF-8"]


def test_what_is_right_counts_beside_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[settings]\ndebug = 9\nfold = 3\n")
    file = read_config(path)
    assert file.settings == {"fold": 3}
    assert len(file.problems) == 1


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    assert "is no regular file" in read_config(tmp_path).problems[0]
    long = tmp_path / "long"
    long.write_bytes(b"#" * (1 << 20) + b"\n")
    assert "longer than" in read_config(long).problems[0]


def test_the_folder_of_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/ana")
    assert config_folder() == Path("/etc/ana/mailshell")
    for ignored in ("relative", ""):
        monkeypatch.setenv("XDG_CONFIG_HOME", ignored)
        assert config_folder() == Path("/home/ana/.config/mailshell")


@given(octets=st.binary(max_size=200))
def test_any_octets_at_all(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    for text in (octets, b"[settings]\n" + octets, b"[aliases]\n" + octets):
        path.write_bytes(text)
        assert all("\n" not in problem for problem in read_config(path).problems + read_config(path).notes)
