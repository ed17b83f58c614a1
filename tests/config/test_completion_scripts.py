"""``mailshell completion SHELL``: the scripts run in the real shells."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from mailshell.cli import _ASKED, _MODES
from mailshell.command_line import make_parser
from mailshell.modes.completion import SCHEMES, SHELLS, options_of, script
from mailshell.transport.endpoint import parse_url

#: What is typed, and what stands there after Tab.
ONE_MATCH = [
    ("mailshell --trace-st", "mailshell --trace-style "),
    ("mailshell --trace-style imapl", "mailshell --trace-style imaplib "),
    ("mailshell --cafile cert", "mailshell --cafile certificate.pem "),
    ("mailshell dem", "mailshell demo "),
    ("mailshell demo po", "mailshell demo pop3 "),
    ("mailshell -d 2 completion zs", "mailshell -d 2 completion zsh "),
    ("mailshell imaps", "mailshell imaps://"),
    ("mailshell --set editi", "mailshell --set editing="),
    ("mailshell --set editing=em", "mailshell --set editing=emacs"),
    ("mailshell my-ser", "mailshell my-server "),
    ("mailshell profiles my-ser", "mailshell profiles my-server "),
    ("mailshell help CAPABI", "mailshell help CAPABILITY "),
    ("mailshell demo --misbehave dot-not", "mailshell demo --misbehave dot-not-stuffed "),
    ("mailshell demo --fault cut", "mailshell demo --fault cut-literal "),
]
TABLE = pytest.mark.parametrize(("typed", "completed"), ONE_MATCH, ids=[typed for typed, _ in ONE_MATCH])


def need(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts, as the program prints them, and a file to complete."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "certificate.pem").touch()
    config = folder / ".config" / "mailshell" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.my-server]\nurl = "imap://localhost"\n')
    for shell in SHELLS:
        printed = subprocess.run(
            [sys.executable, "-m", "mailshell", "completion", shell], check=True, capture_output=True, text=True
        )
        (folder / f"script.{shell}").write_text(printed.stdout)
    return folder


def complete(arguments: list[str], setup: list[str], typed: str, completed: str, folder: Path) -> None:
    """Type something and Tab in an interactive shell; the line must become what is expected."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "LANG": "C.UTF-8", "PS1": "$ "}
    child = pexpect.spawn(arguments[0], arguments[1:], env=environment, cwd=folder, encoding="utf-8", timeout=20)  # type: ignore[arg-type]
    child.setwinsize(24, 200)
    try:
        for line in [*setup, "echo rea''dy"]:
            child.sendline(line)
        child.expect("ready")
        child.send(f"{typed}\t")
        child.expect_exact(completed)
    finally:
        child.close(force=True)


@TABLE
def test_bash(folder: Path, typed: str, completed: str) -> None:
    need("bash")
    setup = ["bind 'set enable-bracketed-paste off'", "source ./script.bash"]
    complete(["bash", "--norc", "--noprofile", "-i"], setup, typed, completed, folder)


@TABLE
def test_zsh(folder: Path, typed: str, completed: str) -> None:
    need("zsh")
    setup = ["autoload -U compinit; compinit -D -u", "source ./script.zsh"]
    complete(["zsh", "-f", "-i"], setup, typed, completed, folder)


@TABLE
def test_fish(folder: Path, typed: str, completed: str) -> None:
    need("fish")
    code = f"source {folder}/script.fish; complete -C {typed!r}"
    printed = subprocess.run(
        ["fish", "--no-config", "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": ""},
    )
    found = [line.split("\t")[0] for line in printed.stdout.splitlines()]
    word = completed.split()[-1]
    assert word in found or any(name.startswith(word) for name in found if word.endswith("="))
    assert all(name.startswith(typed.split()[-1]) for name in found)


def test_fish_has_the_help_beside(folder: Path) -> None:
    need("fish")
    code = f"source {folder}/script.fish; complete -C 'mailshell --fail'"
    printed = subprocess.run(["fish", "--no-config", "-c", code], check=True, capture_output=True, text=True)
    assert "--fail-fast\tstop at the first line that fails\n" in printed.stdout.splitlines(keepends=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_and_mode_is_in_each_script(shell: str) -> None:
    parser = make_parser()
    text = script(shell, parser, [*_MODES, *_ASKED])
    for option in options_of(parser):
        for name in option.names:
            assert (f"-l {name[2:]}" if shell == "fish" and name.startswith("--") else name.lstrip("-")) in text
    for word in (*_MODES, *_ASKED, *SCHEMES):
        assert word in text


def test_a_new_option_is_there_by_itself() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--colour", choices=("red", "it's"), help="a [new] one: it's")
    for shell in SHELLS:
        text = script(shell, parser, ["demo"])
        assert "colour" in text
        assert "red" in text


def test_the_schemes_are_those_of_urls() -> None:
    for scheme in SCHEMES:
        assert parse_url(f"{scheme}/x" if scheme.endswith(":") else f"{scheme}host").protocol == scheme[:4]
