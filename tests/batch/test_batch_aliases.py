"""Aliases in a run: shown before they are sent, stopped at the first failure, never a place for a secret."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest
from batch_support import IMAP, POP3, PREAUTH, Serve, inside, lines

from mailshell.config.aliases import aliases_text


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration folder of the test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "mailshell"


def test_an_alias_is_kept_and_shown_before_it_is_sent(serve: Serve, folder: Path) -> None:
    first = inside(*lines(".alias unread = SEARCH UNSEEN", ".alias unread"))
    assert first.status == 0
    assert f"unread = SEARCH UNSEEN, kept in {folder / 'aliases.toml'}" in first.out
    script = [f"S: {PREAUTH}", "C: a1 SEARCH UNSEEN", "S: * SEARCH 2", "S: a1 OK done"]
    script += ["C: a2 SEARCH UNSEEN FROM ana", "S: * SEARCH", "S: a2 OK done", "LOGOUT"]
    server = serve(script)
    outcome = inside(server.url(), *lines("unread", "UNREAD FROM ana"))
    assert outcome.status == 0
    assert [message for message in outcome.messages if message.startswith("= ")] == [
        "= SEARCH UNSEEN",
        "= SEARCH UNSEEN FROM ana",
    ]
    assert inside(*lines(".unalias unread", ".alias")).out.splitlines()[-1].startswith("there are no aliases")


def test_a_macro_stops_at_the_first_failure(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 EXAMINE Nope", "S: a1 NO no such mailbox", "C: a2 EXAMINE INBOX", "S: a2 OK done"]
    script += ["C: a3 FETCH 1:* FLAGS", "S: a3 OK done", "LOGOUT"]
    typed = (".alias peek = EXAMINE ${1:-INBOX} ; FETCH 1:* ${2:-FLAGS}", "peek Nope", "peek")
    outcome = inside(serve(script).url(), *lines(*typed))
    assert outcome.status == 1
    assert "peek stops here: the line after it was not run" in outcome.messages


def test_redirection_after_an_alias(serve: Serve, tmp_path: Path) -> None:
    script = [f"S: {POP3}", "C: RETR 7", b"+OK\r\nSubject: x\r\n\r\nhello\r\n.\r\n", "QUIT"]
    outcome = inside(serve(script).url("pop3"), *lines(".alias get = RETR $1", f"get 7 > {tmp_path / 'm.eml'}"))
    assert outcome.status == 0
    assert (tmp_path / "m.eml").read_bytes() == b"Subject: x\r\n\r\nhello\r\n"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (".alias fetch = NOOP", "FETCH is a command, and a command always means itself; choose another name"),
        (".alias retr = NOOP", "RETR is a command, and a command always means itself; choose another name"),
        (".alias uid = NOOP", "UID is a command, and a command always means itself; choose another name"),
        (".alias getquotaroot = NOOP", "GETQUOTAROOT is a command"),
        (".alias set_debuglevel = NOOP", "SET_DEBUGLEVEL is a command"),
        (".alias .x = NOOP", "an alias is a letter with letters, digits, - and _ after it, not .x"),
        (".alias a7 = NOOP", "a7 looks like a tag, so that it can't be an alias"),
        (".alias x =", "what should x stand for? .alias x = LINE"),
        (".alias x", "there is no alias x; .alias NAME = LINE makes one"),
        (".alias in = LOGIN ana geheim", "a definition is kept in a file and can't hold a password"),
        (".alias in = NOOP ; PASS geheim", "a definition is kept in a file and can't hold a password"),
        (".unalias", ".unalias needs the name of an alias"),
        (".unalias x", "there is no alias x; .alias lists them"),
    ],
)
def test_refused(typed: str, message: str, folder: Path) -> None:
    outcome = inside(*lines(typed, ".history"))
    assert outcome.status == 2
    assert outcome.messages[0].startswith(message)
    assert "geheim" not in outcome.everything
    assert not folder.exists()


def test_missing_arguments_send_nothing(serve: Serve) -> None:
    outcome = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), *lines(".alias get = FETCH $1 FLAGS", "get"))
    assert outcome.status == 2
    assert outcome.messages == ["get needs 1 argument, $1 is missing: FETCH $1 FLAGS"]


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        ({"x": "x"}, "x stands for itself: x, x"),
        ({"x": "NOOP ; y", "y": "x a | cat"}, "x stands for itself: x, y, x"),
        ({"x": "x ; x ; x"}, "x stands for itself: x, x"),
        ({"x": " ; ".join(["y"] * 15), "y": " ; ".join(["NOOP"] * 15)}, "x stands for more than 200 lines"),
        ({"x": "NOOP ; " * 201}, "x stands for more than 200 lines"),
        ({"x": "xa"} | {f"x{a}": f"x{b}" for a, b in itertools.pairwise("abcdefghijkl")},
         "x stands for aliases more than 10 deep"),
        ({"x": f"y {'z' * 1000}", "y": "z " + "$*" * 1000, "z": "NOOP " + "$*" * 1000},
         "y stands for lines of more than 262,144 characters"),
    ],
)  # fmt: skip
def test_aliases_that_never_end(serve: Serve, folder: Path, aliases: dict[str, str], message: str) -> None:
    folder.mkdir()
    (folder / "config.toml").write_text(aliases_text(aliases))
    begun = time.monotonic()
    outcome = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), *lines("x", ".history", ".alias"))
    assert outcome.status == 2
    assert outcome.messages == [message]
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("definition", ["x ; x ; x", "x a ; x b", "y ; y ; y"])
def test_the_search_for_a_secret_ends(serve: Serve, folder: Path, definition: str) -> None:
    folder.mkdir()
    deep = {f"y{a}": f"y{b} $* ; y{b} $* ; y{b}" for a, b in itertools.pairwise("abcdefghijkl")}
    (folder / "config.toml").write_text(aliases_text({"x": definition, "y": "ya $*"} | deep))
    server = serve([f"S: {PREAUTH}", "LOGOUT"])
    begun = time.monotonic()
    outcome = inside(server.url(), *lines("x a b c", ".alias n = x ; x a", ".history"))
    assert outcome.status == 2
    assert time.monotonic() - begun < 2


def test_an_alias_that_makes_another_as_it_runs(serve: Serve) -> None:
    server = serve([f"S: {PREAUTH}", "LOGOUT"])
    outcome = inside(server.url(), *lines(".alias x = .alias y = x ; y", "x"))
    assert "y stands for itself: y, x, y" in outcome.messages
    assert outcome.status == 2


def test_a_secret_given_to_an_alias_is_masked(serve: Serve) -> None:
    script = [f"S: {IMAP}", "C: a1 LOGIN ana geheim", "S: a1 OK done", "LOGOUT"]
    typed = (".alias in = LOGIN ana $1", ".alias in = LOGIN $*", ".alias deep = in ana $*", "deep geheim", ".history")
    outcome = inside(serve(script).url(), *lines(*typed))
    assert "geheim" not in outcome.everything
    assert "= LOGIN ana ⟦password⟧" in outcome.messages
    assert "  deep ⟦arguments⟧" in outcome.out


def test_json_tells_of_each_command(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "C: a2 CHECK", "S: a2 OK done", "LOGOUT"]
    outcome = inside(serve(script).url(), "--json", *lines(".alias both = NOOP ; CHECK", "both"))
    assert [result["command"] for result in outcome.results[1:]] == ["NOOP", "CHECK"]


def test_the_history_keeps_what_was_typed(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]
    outcome = inside(serve(script).url(), *lines(".alias n = NOOP", "n", ".history"))
    assert [line.split(None, 1)[1] for line in outcome.out.splitlines()[-3:]] == [".alias n = NOOP", "n", ".history"]


def test_aliases_of_the_configuration_file(serve: Serve, folder: Path) -> None:
    folder.mkdir()
    (folder / "config.toml").write_text('[aliases]\nn = "NOOP"\nnoop = "CHECK"\n')
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "C: a2 NOOP", "S: a2 OK done", "LOGOUT"]
    outcome = inside(serve(script).url(), *lines("n", "NOOP", ".alias", ".unalias n"))
    assert "noop = CHECK  (never used: a command has this name)" in outcome.out
    assert "n stands in the configuration file, which is never written; remove it there" in outcome.messages


def test_a_line_with_a_tag_or_raw_is_no_alias(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: b1 NOOP", "S: b1 OK done", "C: n", "S: n BAD what", "LOGOUT"]
    outcome = inside(serve(script).url(), *lines(".alias n = CHECK", "b1 NOOP", ".raw on", "n", ".raw off"))
    assert "= CHECK" not in outcome.err


def test_a_secret_in_the_configuration_file_is_never_shown(serve: Serve, folder: Path) -> None:
    folder.mkdir()
    (folder / "config.toml").write_text('[aliases]\nin = "LOGIN ana geheim ; NOOP"\n')
    script = [f"S: {IMAP}", "C: a1 LOGIN ana geheim", "S: a1 NO no", "LOGOUT"]
    outcome = inside(serve(script).url(), *lines(".alias", ".alias in", "in x", "in"))
    assert "in takes no arguments: LOGIN ana ⟦password⟧ ; NOOP" in outcome.messages
    assert "in = LOGIN ana ⟦password⟧ ; NOOP" in outcome.out
    assert "geheim" not in outcome.everything
