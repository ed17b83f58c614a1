"""The table of settings: what each takes, what it says otherwise, and that all is derived from it."""

from __future__ import annotations

import tomllib
from dataclasses import fields

import pytest

from mailshell.config.profiles import KEYS, read_profiles
from mailshell.config.resolve import read_assignments, resolve, uses_colour
from mailshell.config.settings import SETTINGS, Setting, Value, find, toml
from mailshell.config.template import template
from mailshell.exits import UsageError
from mailshell.highlight.themes import THEMES
from mailshell.interpreter.options import Options

ALL = pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)


@ALL
def test_each_sets_an_option_with_the_same_default(setting: Setting) -> None:
    assert setting.attribute in {field.name for field in fields(Options)}
    assert getattr(Options(), setting.attribute) == setting.default


@ALL
def test_the_default_and_each_word_can_be_typed(setting: Setting) -> None:
    assert setting.read(setting.shown(setting.default)) == setting.default
    for word in setting.words:
        assert setting.shown(setting.read(word)) == word


@ALL
def test_the_default_can_stand_in_the_file(setting: Setting) -> None:
    written = tomllib.loads(f"x = {toml(setting.default)}")["x"]
    assert setting.check(written) == setting.default


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("debug", "5", 5),
        ("hints", "OFF", False),
        ("hints", "true", True),
        ("timeout", "2.5", 2.5),
        ("timeout", "30", 30.0),
        ("Connect-Timeout", "1", 1.0),
        ("editing", "VI", "vi"),
        ("pager", "less -S", "less -S"),
        ("pager", "OFF", "off"),
        ("fold", "0", 0),
    ],
)
def test_typed_values(name: str, typed: str, value: Value) -> None:
    read = find(name).read(typed)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("debug", "6", "debug is a whole number from 0 to 5, not 6"),
        ("debug", "1.5", "debug is a whole number from 0 to 5, not 1.5"),
        ("fold", "many", "fold is a whole number from 0 to 1,000,000, not many"),
        ("timeout", "0", "timeout is a number of seconds above 0 and up to 1,000,000, not 0"),
        ("timeout", "nan", "timeout is a number of seconds above 0 and up to 1,000,000, not nan"),
        ("timeout", "inf", "timeout is a number of seconds above 0 and up to 1,000,000, not inf"),
        ("hints", "maybe", "hints is on or off, not maybe"),
        ("editing", "nano", "editing is emacs or vi, not nano"),
    ],
)
def test_what_can_not_be_typed(name: str, typed: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        find(name).read(typed)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hints", "on", 'hints is true or false, not "on"'),
        ("debug", True, "debug is a whole number from 0 to 5, not true"),
        ("debug", "2", 'debug is a whole number from 0 to 5, not "2"'),
        ("timeout", [1], "timeout is a number of seconds above 0 and up to 1,000,000, not an array"),
        (
            "lint_ignore",
            ["F10", "G25"],
            'lint_ignore is none or ids or names of rules, not an array; write lint_ignore = "F10 G25"',
        ),
        ("lint_ignore", [1], "lint_ignore is none or ids or names of rules, not an array"),
        ("lint_ignore", [], "lint_ignore is none or ids or names of rules, not an array"),
        ("lint_ignore", ["F10\u202e"], "lint_ignore is none or ids or names of rules, not an array"),
        ("lint_ignore", ["F10"] * 99, "lint_ignore is none or ids or names of rules, not an array"),
        ("theme", {"a": 1}, "theme is auto, dark, light or neutral, not a table"),
        ("pager", "", 'pager is auto, off or a command, not ""'),
        ("pager", "a\x1b[2J", 'pager is auto, off or a command, not "a\\u001b[2J"'),
    ],
)
def test_wrong_types_in_the_file(name: str, value: object, message: str) -> None:
    with pytest.raises(UsageError) as error:
        find(name).check(value)
    assert str(error.value) == message


def test_unknown_names_bring_the_nearest() -> None:
    with pytest.raises(UsageError, match="there is no setting editng; did you mean editing"):
        find("editng")
    with pytest.raises(UsageError, match=r"there is no setting '\\x1b\[2J'\Z"):
        find("\x1b[2J")


def test_assignments_of_the_command_line() -> None:
    assert read_assignments(["debug=2", "pager = less -S"]) == {"debug": 2, "pager": "less -S"}
    with pytest.raises(UsageError, match="--set hints needs a value, such as --set hints=on"):
        read_assignments(["hints"])


def test_the_command_line_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    configuration = resolve({"debug": 3})
    assert (configuration.values["debug"], configuration.origins["debug"]) == (3, "command line")
    assert (configuration.values["fold"], configuration.origins["fold"]) == (60, "default")


def test_the_themes_are_those_that_there_are() -> None:
    assert SETTINGS["theme"].choices == ("auto", *THEMES)


def test_the_template_holds_every_setting_commented_out() -> None:
    lines = template().splitlines()
    for setting in SETTINGS.values():
        assert f"# {setting.name} = {toml(setting.default)}" in lines
    assert tomllib.loads(template()) == {"settings": {}, "aliases": {}}
    assert max(map(len, lines)) <= 120
    prose = ("# The ", "# What", "# mailshell", "# Names", "# default")
    kept = (line.startswith("# [") or (" = " in line and not line.startswith(prose)) for line in lines)
    read = tomllib.loads("\n".join(line[2:] if bare else line for bare, line in zip(kept, lines, strict=True)))
    assert read["settings"] == {name: setting.default for name, setting in SETTINGS.items()}
    assert set(read["aliases"]) == {"unread", "peek"}
    (profile,) = read_profiles(read["profiles"], lambda problem, *keys: problem).values()
    assert (profile.name, profile.problems, set(profile.aliases)) == ("work", (), {"new"})
    assert [name for name in KEYS if name not in template()] == []


@pytest.mark.parametrize(
    ("choice", "plain", "terminal", "environment", "expected"),
    [
        ("auto", False, True, {}, True),
        ("auto", False, False, {}, False),
        ("auto", False, True, {"NO_COLOR": "1"}, False),
        ("auto", False, True, {"NO_COLOR": ""}, True),
        ("auto", False, True, {"TERM": "dumb"}, False),
        ("on", False, False, {"NO_COLOR": "1"}, True),
        ("off", False, True, {}, False),
        ("on", True, True, {}, False),
    ],
)
def test_when_colours_are_used(
    choice: str, plain: bool, terminal: bool, environment: dict[str, str], expected: bool
) -> None:
    assert uses_colour(choice, plain=plain, is_terminal=terminal, environment=environment) is expected
