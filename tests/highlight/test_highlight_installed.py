"""pygments finds the lexers and styles by name once the package is installed, and nobody else has to load pygments."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

TRACE = "S:  * OK hi\nC:  a1 LOGIN ana ⟦password⟧\nS:! a surprise\n"
INSTALLED = {entry.name for entry in entry_points(group="pygments.lexers")} >= {"mailshell", "imap", "pop3"}
installed = pytest.mark.skipif(not INSTALLED, reason="the entry points of mailshell are not installed")


def pygmentize(*arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "pygments", *arguments], capture_output=True, check=True, encoding="utf-8"
    )
    return result.stdout


@installed
@pytest.mark.parametrize("style", ["default", "mailshell-dark", "mailshell-light", "mailshell-neutral"])
def test_pygmentize_knows_the_lexer_and_the_styles(tmp_path: Path, style: str) -> None:
    file = tmp_path / "x.txt"
    file.write_text(TRACE, encoding="utf-8")
    html = pygmentize("-l", "mailshell", "-f", "html", "-O", f"style={style},noclasses=False", str(file))
    assert '<span class="k k-Command">LOGIN</span>' in html
    assert ">⟦password⟧</span>" in html


@installed
def test_pygmentize_knows_the_names_of_files(tmp_path: Path) -> None:
    for name, lexer in (("x.mailtrace", "mailshell"), ("x.imap", "imap"), ("x.pop3", "pop3")):
        file = tmp_path / name
        file.write_text(TRACE, encoding="utf-8")
        assert pygmentize("-N", str(file)).strip() == lexer


@installed
@pytest.mark.parametrize(
    ("lexer", "text", "token"),
    [
        ("imap", "a1 NOOP", "Token.Keyword.Command\t'NOOP'"),
        ("mailshell-imap", "a1 NOOP", "Token.Keyword.Command\t'NOOP'"),
        ("pop3", "STAT", "Token.Keyword.Command\t'STAT'"),
        ("mailshell", "C:  STAT", "Token.Keyword.Command\t'STAT'"),
    ],
)
def test_the_aliases(tmp_path: Path, lexer: str, text: str, token: str) -> None:
    file = tmp_path / "x"
    file.write_text(text, encoding="utf-8")
    assert token in pygmentize("-l", lexer, "-f", "raw", str(file)).splitlines()


@installed
@pytest.mark.parametrize(
    ("text", "lexer"),
    [
        (TRACE, "Mail transcript"),
        ("C: a1 NOOP\nS: a1 OK done\n", "Mail transcript"),
        ("* OK hi\na1 NOOP\na1 OK\n", "IMAP"),
        ("+OK hi\nSTAT\n", "POP3"),
    ],
)
def test_the_lexers_are_guessed(text: str, lexer: str) -> None:
    from pygments.lexers import guess_lexer

    assert guess_lexer(text).name == lexer


def test_pygments_is_loaded_when_it_is_asked_for() -> None:
    code = (
        "import sys, mailshell, mailshell.highlight, mailshell.session, mailshell.trace.trace, mailshell.interpreter."
        "interpreter; print(*sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert not {"pygments", "prompt_toolkit"} & set(printed.split())
