"""Aliases and secrets: no definition keeps one, none is shown, and a tag before an alias sends nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_support import IMAP, PLAIN_IMAP, POP3, PREAUTH, Serve, inside, lines
from hypothesis import given
from hypothesis import strategies as st

from mailshell.config.aliases import Aliases, aliases_text
from mailshell.config.file import read_config
from mailshell.config.macros import Macro
from mailshell.exits import UsageError
from mailshell.interpreter.local.alias_lines import Found, expand, find, holds_secret
from mailshell.interpreter.masking import mask_line
from mailshell.protocol.imap.catalogue import CATALOGUE

SECRET = "hunter3zz"
KNOWN = {"lg": "LOGIN $1 $2", "in": "LOGIN ana $*", "split": "LOG$1", "n": "NOOP", "deep": "NOOP ; lg $1 $2"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration folder of the test, with some aliases."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "mailshell"
    folder.mkdir()
    (folder / "config.toml").write_text(aliases_text(KNOWN))
    return folder


HOLD = [
    f"NOOP ; lg ana {SECRET}",
    f"lg ana {SECRET}",
    f"deep ana {SECRET}",
    f"in {SECRET}",
    f"in $1 {SECRET}",
    f"lg $1 ${{2:-{SECRET}}}",
    f"LOGIN $1 ${{2:-{SECRET}}}",
    f"$1 ana {SECRET}",
    f"$* {SECRET}",
    f"${{1:-LOGIN}} ana {SECRET}",
    f"${{1:-LOGIN ana {SECRET}}}",
    f"LOG$1 ana {SECRET}",
    f"a1 LOG$1 ana {SECRET}",
    f"$1 $2 ana {SECRET}",
    f"tag $1 ana {SECRET}",
    f".raw a1 $1 ana {SECRET}",
    f"lg ana {SECRET} more",
    f"NOOP ; lg {SECRET}",
    f"split IN ana {SECRET}",
    f"typ, d = M.login('ana', '{SECRET}')",
    f".open imap://ana:{SECRET}@h",
]


@pytest.mark.parametrize("definition", HOLD)
def test_no_definition_keeps_a_password(folder: Path, definition: str) -> None:
    outcome = inside(*lines(f".alias me = {definition}", ".alias", ".history"))
    assert outcome.status == 2
    assert outcome.messages[0].startswith("a definition is kept in a file and can't hold a password")
    assert ".alias me = ⟦definition⟧" in outcome.out
    assert SECRET not in outcome.everything
    assert not (folder / "aliases.toml").exists()


@pytest.mark.parametrize("definition", HOLD)
def test_what_stands_in_the_file_is_not_shown(folder: Path, definition: str) -> None:
    (folder / "config.toml").write_text(aliases_text(KNOWN | {"me": definition}))
    outcome = inside(*lines(".alias", ".alias me"))
    assert outcome.status == 0
    assert SECRET not in outcome.everything


@pytest.mark.parametrize(
    "definition",
    [
        "LOGIN ana $1",
        'LOGIN "$1" "${2}"',
        "lg ana",
        "lg ana $1",
        "NOOP ; lg $1 $2",
        "LOG$1",
        "$1 $2 $*",
        "$1 INBOX",
        "$1 1:* (FLAGS ENVELOPE)",
        "UID $1 1:* BODY[]",
        "FETCH $1 FLAGS ; STORE $1 +FLAGS $Forwarded",
        "EXAMINE ${1:-INBOX} ; FETCH $2 ENVELOPE",
        "NO$1 ana hunter",
        "SELECT Work ; SEARCH TEXT $1",
        "NOOP | curl x",
        ".note $1 and more",
    ],
)
def test_what_holds_none_is_kept_and_shown(folder: Path, definition: str) -> None:
    outcome = inside(*lines(f".alias me = {definition}", ".history"))
    assert outcome.status == 0
    assert f"  .alias me = {definition}" in outcome.out
    assert f"me = {definition}, kept in" in outcome.out
    assert read_config(folder / "aliases.toml").aliases == {"me": definition}


@pytest.mark.parametrize(("scheme", "greeting", "end"), [("imap", IMAP, "LOGOUT"), ("pop3", POP3, "QUIT")])
@pytest.mark.parametrize("typed", [f"a1 lg ana {SECRET}", f"001  lg\tana {SECRET}", f"a1 LG ana {SECRET}"])
def test_an_alias_takes_no_tag(serve: Serve, scheme: str, greeting: str, end: str, typed: str) -> None:
    outcome = inside(serve([f"S: {greeting}", end]).url(scheme), "-d", "5", *lines(typed, ".history"))
    assert outcome.status == 2
    assert f"lg is an alias, and an alias takes no tag: leave {typed.split()[0]} out" in outcome.err
    assert f"  {typed.split()[0]} lg ⟦arguments⟧" in outcome.out
    assert SECRET not in outcome.everything


def test_a_tag_before_what_is_no_alias(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: b1 NOOP", "S: b1 OK", "C: a1 SELECT n", "S: a1 OK", "C: b2 XFOO", "S: b2 BAD"]
    outcome = inside(serve([*script, "LOGOUT"]).url(), *lines("b1 NOOP", "SELECT n", "b2 XFOO"))
    assert outcome.status == 1


@pytest.mark.parametrize(
    "typed",
    [f"split IN ana {SECRET}", f"lg {SECRET}", f"lg ana {SECRET} x", f"deep {SECRET}", f"lg\tana {SECRET}"],
)
def test_what_an_alias_gets_is_masked(serve: Serve, typed: str) -> None:
    script = [f"S: {PLAIN_IMAP}"] + (["C~ .*", "S: a1 NO"] if "\t" in typed else [])
    outcome = inside(serve([*script, "LOGOUT"]).url(), "-d", "5", *lines(typed, ".history"))
    assert f"  {typed.split()[0]} ⟦arguments⟧" in outcome.out
    assert SECRET not in outcome.everything


WORDS = st.sampled_from(["LOGIN", "$1", "${2:-LOGIN}", "${1:-ana}", "$*", "ana", "x y", "lg", "in", "NOOP", ";", "$$"])


@given(words=st.lists(WORDS, min_size=1, max_size=6), arguments=st.lists(st.sampled_from(["a", "LOGIN", "b"])))
def test_a_definition_without_a_secret_never_sends_one(words: list[str], arguments: list[str]) -> None:
    """A fixed word of a definition that is kept is never what the line that it comes to hides."""
    definition = " ".join([*words, SECRET])
    aliases = Aliases(None, KNOWN)
    if holds_secret(aliases, CATALOGUE, definition):
        return
    todo = [Found(Macro("me", definition), " ".join(arguments), None)]
    for found in todo:
        try:
            made = expand(found.macro, found.rest)
        except UsageError:
            continue
        for line in made:
            inner = find(aliases, line)
            if inner is not None:
                todo.append(inner)
            elif SECRET in line:
                assert SECRET in mask_line(line, CATALOGUE)
