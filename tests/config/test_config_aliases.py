"""Aliases in their file: written whole, read back as they were, private."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.config.aliases import Aliases, aliases_text
from mailshell.config.file import read_config
from mailshell.exits import UsageError

NAMES = st.from_regex(r"[a-z][a-z_-]{0,10}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)


@given(aliases=st.dictionaries(NAMES, TEXTS, max_size=8))
def test_what_is_written_is_read(aliases: dict[str, str]) -> None:
    # A carriage return alone is no line end of TOML; it is written as an escape like all controls.
    assert tomllib.loads(aliases_text(aliases))["aliases"] == aliases


def test_define_and_remove(tmp_path: Path) -> None:
    path = tmp_path / "mailshell" / "aliases.toml"
    aliases = Aliases(path, {"mine": "NOOP", "both": "NOOP"})
    aliases.define("Unread", "SEARCH UNSEEN")
    aliases.define("both", 'SEARCH TEXT "ü"')
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert read_config(path).aliases == {"unread": "SEARCH UNSEEN", "both": 'SEARCH TEXT "ü"'}
    found = aliases.find("UNREAD")
    assert found is not None
    assert found.definition == "SEARCH UNSEEN"
    assert [macro.name for macro in aliases.all()] == ["both", "mine", "unread"]
    aliases.remove("Unread")
    assert aliases.find("unread") is None
    aliases.remove("both")
    assert read_config(path).aliases == {}
    # What stands in the configuration file comes back.
    both = aliases.find("both")
    assert both is not None
    assert both.definition == "NOOP"
    assert [file.name for file in path.parent.iterdir()] == ["aliases.toml"]


def test_what_another_shell_has_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "aliases.toml"
    one, other = Aliases(path), Aliases(path)
    one.define("x", "NOOP")
    other.define("y", "CHECK")
    assert read_config(path).aliases == {"x": "NOOP", "y": "CHECK"}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    path = tmp_path / "aliases.toml"
    path.symlink_to(tmp_path / "dotfiles" / "aliases.toml")
    Aliases(path).define("x", "NOOP")
    assert path.is_symlink()
    assert read_config(path).aliases == {"x": "NOOP"}


@pytest.mark.parametrize("definition", ["", " ; ", "NOOP\x1b[2J", "NOOP \udc80", "N" * 10_001])
def test_definitions_that_can_not_be(tmp_path: Path, definition: str) -> None:
    with pytest.raises(UsageError):
        Aliases(tmp_path / "aliases.toml").define("x", definition)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["[aliases\n", "[aliases]\na1 = 'NOOP'\n"])
def test_a_broken_file_is_never_overwritten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "aliases.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"line [12].*the file is not written"):
        Aliases(path).define("x", "NOOP")
    assert path.read_text() == text


def test_what_can_not_be_removed(tmp_path: Path) -> None:
    aliases = Aliases(tmp_path / "aliases.toml", {"mine": "NOOP"})
    with pytest.raises(UsageError, match="mine stands in the configuration file"):
        aliases.remove("mine")
    with pytest.raises(UsageError, match="there is no alias other"):
        aliases.remove("other")


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="can't be read: not a directory"):
        Aliases(tmp_path / "file" / "aliases.toml").define("x", "NOOP")
