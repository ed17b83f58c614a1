"""The one table of what can be chosen of a connection: the command line, profiles and TLS agree on it."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

import pytest

from mailshell.command_line import make_parser
from mailshell.config.connection import LOGIN, PATHS, SECRETS, TLS, add_options, given, tls_options
from mailshell.config.settings import Setting, Value
from mailshell.exits import UsageError
from mailshell.interpreter.options import Options
from mailshell.transport.tls import VERSIONS, TlsOptions

ALL = (*LOGIN, *TLS, *SECRETS)
IDS = [setting.name for setting in ALL]
#: A value for each kind.
EXAMPLES: dict[str, Value] = {"switch": True, "text": "x"}


def example(setting: Setting) -> Value:
    return EXAMPLES.get(setting.kind, setting.choices[-1] if setting.choices else "x")


@pytest.mark.parametrize("setting", ALL, ids=IDS)
def test_each_can_be_given_and_stand_in_a_profile(setting: Setting) -> None:
    value = example(setting)
    assert setting.check(value) == value
    option = f"--{setting.name.replace('_', '-')}"
    words = [option] if setting.kind == "switch" else [option, str(value)]
    assert given(make_parser().parse_args(words), ALL) == {setting.name: value}


def test_nothing_is_given_by_itself() -> None:
    assert given(make_parser().parse_args([]), ALL) == {}


def test_every_option_of_tls_sets_a_field_and_every_field_has_one() -> None:
    assert {setting.attribute for setting in TLS} == {field.name for field in fields(TlsOptions)}
    for setting in TLS:
        made = tls_options({setting.name: example(setting), "user": "ana"})
        assert getattr(made, setting.attribute) == example(setting)
        assert made != TlsOptions()
    assert tls_options({}) == TlsOptions()


def test_every_option_of_the_login_sets_a_field() -> None:
    assert {setting.attribute for setting in LOGIN} <= {field.name for field in fields(Options)}


def test_the_versions_are_those_of_tls() -> None:
    assert {setting.choices for setting in TLS if setting.choices} == {tuple(VERSIONS)}


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tls_options({"cafile": "~/ca.pem", "ciphers": "~x"}) == TlsOptions(cafile=f"{tmp_path}/ca.pem", ciphers="~x")


def test_paths_are_those_that_a_shell_completes_as_files() -> None:
    assert {setting.name for setting in ALL if setting.metavar in ("FILE", "FOLDER")} == PATHS


def test_a_text_is_told_by_its_noun() -> None:
    with pytest.raises(UsageError, match="sni is a host name, not 3"):
        next(setting for setting in TLS if setting.name == "sni").check(3)


def test_a_parser_of_ones_own() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser, SECRETS)
    assert given(parser.parse_args(["--netrc", "--token-file", "t"]), SECRETS) == {"netrc": True, "token_file": "t"}
