"""Runs with a configuration file: it counts, the command line wins, and what is wrong with it ends the run."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from batch_support import PREAUTH, Serve, inside, lines


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration file of the test; its folder does not exist yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "mailshell" / "config.toml"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_init_writes_it_once(config: Path) -> None:
    outcome = inside("config", "--init")
    assert (outcome.status, outcome.out) == (0, f"{config} written: every setting is in it, commented out\n")
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.parent.stat().st_mode) == 0o700
    config.write_text("[settings]\nfold = 1\n")
    again = inside("config", "--init")
    assert again.status == 2
    assert "exists already and is left as it is" in again.err
    assert config.read_text() == "[settings]\nfold = 1\n"


def test_what_is_in_force_and_where_it_comes_from(config: Path) -> None:
    assert inside("config", "--path").out == f"{config}\n"
    assert f"# {config} (it does not exist; mailshell config --init writes it)" in inside("config").out
    write(config, "[settings]\ntimeout = 5\ndebug = 1\n")
    rows = [line.split() for line in inside("config", "-d", "2").out.splitlines()]
    assert ["timeout", "=", "5", "#", "file"] in rows
    assert ["debug", "=", "2", "#", "command", "line"] in rows
    assert ["fold", "=", "60", "#", "default"] in rows
    rows = [line.split() for line in inside("config", "--no-config").out.splitlines()]
    assert ["timeout", "=", "60", "#", "default"] in rows


def test_config_tells_what_is_wrong(config: Path) -> None:
    write(config, "[settings]\nhistor = 9\nfold = 2\n")
    outcome = inside("config")
    assert outcome.status == 2
    assert outcome.messages == [f"{config}: line 2: there is no setting histor; did you mean history?"]
    assert "fold = 2" in outcome.out


def test_the_file_counts_and_the_command_line_wins(serve: Serve, config: Path) -> None:
    write(config, "[settings]\ndebug = 1\ntime = true\n")
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]
    server = serve(script, script, script)
    outcome = inside(server.url(), "-c", "NOOP")
    assert "first octet after" in outcome.err
    assert "NOOP" in outcome.err
    outcome = inside(server.url(), "-c", "NOOP", "-d", "0", "--set", "time=off")
    assert outcome.err == ""
    outcome = inside(server.url(), "-c", "NOOP", "--no-config")
    assert outcome.err == ""


def test_a_limit_of_the_file(serve: Serve, config: Path) -> None:
    write(config, "[settings]\ntimeout = 0.2\n")
    outcome = inside(serve([f"S: {PREAUTH}", "C: a1 NOOP", "STALL"]).url(), "-c", "NOOP")
    assert outcome.status == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[settings]\ndebug = \n", "line 2, column 9: invalid value"),
        ("[settings]\ndebug = 7\n", "line 2: debug is a whole number from 0 to 5, not 7"),
    ],
)
def test_a_broken_file_ends_a_run_before_it_begins(config: Path, text: str, message: str) -> None:
    write(config, text)
    outcome = inside("imap://127.0.0.1:1", "-c", "NOOP")
    assert outcome.status == 2
    assert outcome.messages == [f"{config}: {message}"]
    assert inside("--version").status == 0


def test_a_bad_alias_is_a_note(serve: Serve, config: Path) -> None:
    write(config, "[settings]\ndebug = 1\n[aliases]\na1 = 'NOOP'\nn = 'NOOP'\n")
    write(config.with_name("aliases.toml"), "[aliases\n")
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]
    outcome = inside(serve(script).url(), *lines("n"))
    assert outcome.status == 0
    notes = [message for message in outcome.messages if message.startswith("note: ")]
    assert notes[0] == f"note: {config}: line 4: a1 looks like a tag, so that it can't be an alias"
    assert notes[1].startswith(f"note: {config.with_name('aliases.toml')}: line 1")
    shown = inside("config")
    assert shown.status == 2
    assert shown.messages == [note.removeprefix("note: ") for note in notes]
    assert inside("--no-config", *lines(".set fold")).err == ""


def test_a_setting_of_the_wrong_type_ends_a_run_beside_a_bad_alias(config: Path) -> None:
    write(config, "[aliases]\na1 = 'NOOP'\n[settings]\ndebug = 'x'\n")
    outcome = inside("imap://127.0.0.1:1", "-c", "NOOP")
    assert outcome.status == 2
    assert outcome.messages == [f'{config}: line 4: debug is a whole number from 0 to 5, not "x"']


@pytest.mark.parametrize(
    "arguments",
    [("--init",), ("imap://h", "--path"), ("config", "x"), ("config", "--set", "x=1"), ("completion", "tcsh")],
)
def test_wrong_usage(arguments: tuple[str, ...], config: Path) -> None:
    outcome = inside(*arguments)
    assert outcome.status == 2
    assert len(outcome.err.splitlines()) == 1


def test_set_in_a_run(serve: Serve, config: Path) -> None:
    server = serve([f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "C: a2 NOOP", "S: a2 OK done", "LOGOUT"])
    typed = (".set debug 2", "NOOP", ".set debug=0", "NOOP", ".set", ".set fold", ".set colr on", ".set timeout x")
    outcome = inside(server.url(), *lines(*typed))
    assert outcome.status == 2
    assert "a1 NOOP" in outcome.err
    assert "a2 NOOP" not in outcome.err
    assert f"debug is 2 for this run; to keep it, put debug = 2 below [settings] in {config}" in outcome.out
    assert "fold is 60" in outcome.out
    assert "complete_while_typing" in outcome.out
    assert "there is no setting colr; did you mean colour?" in outcome.err
    assert "timeout is a number of seconds above 0 and up to 1,000,000, not x" in outcome.err
    assert not config.exists()
