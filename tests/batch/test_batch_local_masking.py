"""What stands after a local command is masked in the history, and is in no error: it may be a line typed by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_support import PLAIN_IMAP, PREAUTH, Serve, inside, lines

from mailshell.config.aliases import aliases_text
from mailshell.text.first_word import first_word

SECRET = "hunter2qq"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration folder of the test, with an alias that takes a password."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "mailshell").mkdir()
    (tmp_path / "mailshell" / "config.toml").write_text(aliases_text({"lg": "LOGIN $1 $2"}))
    return tmp_path


LOCAL = [
    f".alias foo LOGIN ana {SECRET}",
    f".alias foo lg ana {SECRET}",
    f".alias\tfq = LOGIN ana {SECRET}",
    f".alias\tfq\tLOGIN\tana\t{SECRET}",
    f".ALI fq = LOGIN ana {SECRET}",
    f".set user LOGIN ana {SECRET}",
    f".set user = LOGIN ana {SECRET}",
    f".set\tuser = LOGIN ana {SECRET}",
    f".set user M.login('ana', '{SECRET}')",
    f".help LOGIN ana {SECRET}",
    f".help lg ana {SECRET}",
    f".help imap://ana:{SECRET}@h",
    f".help imap:ana:{SECRET}@h",
    f".time LOGIN ana {SECRET}",
    f".explain a1 LOGIN ana {SECRET}",
    f".unalias PASS {SECRET}",
    f".unalias lg ana {SECRET}",
    f".timeout LOGIN ana {SECRET}",
    f".debug LOGIN ana {SECRET}",
    f".history LOGIN ana {SECRET}",
    f".xyz LOGIN ana {SECRET}",
    f".xyz please a1 LOGIN ana {SECRET}",
]


@pytest.mark.parametrize("typed", LOCAL)
def test_a_secret_after_a_local_command(typed: str) -> None:
    for collects, mask in (([], "⟦"), (["--json"], r"\u27e6")):
        outcome = inside(*collects, *lines(typed, ".history"))
        assert outcome.status == 2
        assert SECRET not in outcome.everything
        assert mask in outcome.out
        assert len(outcome.messages) == 1


@pytest.mark.parametrize("typed", [f"LOGIN ana {SECRET}", f"imap://ana:{SECRET}@h", f"imap:ana:{SECRET}@h"])
def test_the_help_command_does_not_repeat_it(typed: str) -> None:
    for words in ([typed], typed.split()):
        outcome = inside("help", *words)
        assert outcome.status == 2
        assert outcome.messages[0].startswith(f"there is no help on {typed[:5].strip(':')}")
        assert SECRET not in outcome.everything


@pytest.mark.parametrize(
    "typed", [".help LOGIN", ".set timeout 5", ".alias n = NOOP", ".help", ".set fold", ".alias in = LOGIN ana $1"]
)
def test_what_holds_none_is_kept(typed: str) -> None:
    outcome = inside(*lines(typed, ".history"))
    assert outcome.status == 0
    assert f"    1  {typed}" in outcome.out.splitlines()


def test_a_note_is_a_sentence(serve: Serve, tmp_path: Path) -> None:
    note = f".note we see that the server let us pass after {SECRET}"
    run = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), *lines(f".record {tmp_path}/x", note, ".history"))
    assert note in run.out


def test_a_tab_is_a_blank(serve: Serve) -> None:
    run = inside(serve([f"S: {PLAIN_IMAP}", "C: a1 NOOP", "S: a1 OK", "LOGOUT"]).url(), *lines(".raw\ta1 NOOP\\r\\n"))
    assert run.status == 0
    assert "debug level 1" in inside(*lines(".debug\t1")).out


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (".help " + "x" * 50, f"there is no help on {'x' * 39}…; .help topics lists what there is"),
        (".help uid fecth", "there is no help on uid …; did you mean UID FETCH?"),
        (".time maybe not", "time is on or off, not maybe …"),
        (".unalias \x1b[2J y", "there is no alias \\x1b[2j …; .alias lists them"),
        (".alias x y", "there is no alias x …; .alias NAME = LINE makes one"),
        (".timeout 1 x", "1 … is no number of seconds"),
        (".x\x1b y", "there is no local command .x\\x1b; .help lists them"),
    ],
)
def test_an_error_names_the_first_word(typed: str, message: str) -> None:
    outcome = inside(*lines(typed))
    assert outcome.status == 2
    assert outcome.messages[0].startswith(message.partition("; did")[0])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("  x ", "x"),
        ("x\ty z", "x …"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 39 + "…"),
        ("imap://ana:x@h", "imap:…"),
        ("ana@h", "ana@h"),
    ],
)
def test_the_first_word(text: str, shown: str) -> None:
    assert first_word(text) == shown
