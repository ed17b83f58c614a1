"""Profiles in the configuration file: what they may hold, and what is wrong with them, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.cli import _ASKED, _MODES, _TOOLS
from mailshell.config.file import read_config
from mailshell.config.places import line_of
from mailshell.config.profiles import KEYS, RESERVED, Profile, find
from mailshell.config.settings import SETTINGS
from mailshell.exits import UsageError

WORK = """\
[settings]
debug = 1

[profiles.work]
url = "imaps://ana@mail.example.org"
Password-Command = "pass show mail"
readonly = true
timeout = 5
cafile = "~/ca.pem"
[profiles.work.aliases]
New = "SEARCH UNSEEN"

[profiles.home]
url = "pop3://h"
"""


def read(tmp_path: Path, text: str) -> dict[str, Profile]:
    path = tmp_path / "config.toml"
    path.write_text(text)
    file = read_config(path)
    assert file.problems == []
    return file.profiles


def test_what_a_profile_holds(tmp_path: Path) -> None:
    profiles = read(tmp_path, WORK)
    assert list(profiles) == ["work", "home"]
    work = profiles["work"]
    assert work.values == {
        "url": "imaps://ana@mail.example.org",
        "password_command": "pass show mail",
        "readonly": True,
        "timeout": 5.0,
        "cafile": "~/ca.pem",
    }
    assert (work.aliases, work.problems) == ({"new": "SEARCH UNSEEN"}, ())
    assert work.url == "imaps://ana@mail.example.org"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[profiles.w]\nurl = 3\n", "line 2: url is a URL, not 3"),
        ("[settings]\ndebug = 1\n[profiles.w]\n\ndebug = 9\n", "line 5: debug is a whole number from 0 to 5, not 9"),
        ("[profiles.w]\nurll = 'x'\n", "line 2: a profile has no urll; did you mean url?"),
        ("[profiles.w]\npassword = 'hush'\n", "line 2: a profile has no password; did you mean "),
        ("[profiles.w]\nsni = 'a'\nSNI = 'b'\n", "line 3: sni is given twice"),
        ("[profiles.w]\ntls = 'maybe'\n", 'line 2: tls is auto, implicit, starttls or none, not "maybe"'),
        ("[profiles.w]\ntls_min = '1.4'\n", 'line 2: tls_min is 1.0, 1.1, 1.2 or 1.3, not "1.4"'),
        ("[profiles.w]\nkeyring = 'on'\n", 'line 2: keyring is true or false, not "on"'),
        ("[profiles.w]\npassword_command = '''hush\nx'''\n", "line 2: password_command is a command, without control"),
        ('[profiles.w]\nurl = "imap://a:hush\\u0007@h"\n', "line 2: url is a URL, without control characters"),
        ("[profiles]\nw = 3\n", "line 2: a profile is a table, such as [profiles.work]"),
        ("[profiles.w]\naliases = 3\n", "line 2: aliases is a table: [profiles.w.aliases], not 3"),
        ("[profiles.w.aliases]\na1 = 'NOOP'\n", "line 2: a1 looks like a tag"),
        ("[profiles.w.aliases]\nx = 3\n", "line 2: the alias x is no text"),
        ('[profiles."a b"]\n', "line 1: a profile's name is letters and digits"),
        ("[profiles.demo]\n", "line 1: mailshell demo means something else: give the profile another name"),
        ("[profiles]\nw = {urll = 'x'}\n", "line 2: a profile has no urll"),
        ("[profiles]\nw.urll = 'x'\n", "line 2: a profile has no urll"),
    ],
)
def test_what_is_wrong_with_a_profile(tmp_path: Path, text: str, problem: str) -> None:
    (profile,) = read(tmp_path, text).values()
    (found,) = profile.problems
    assert found.startswith(f"{tmp_path / 'config.toml'}: {problem}")
    assert "hush" not in found
    with pytest.raises(UsageError) as caught:
        _ = profile.url
    assert str(caught.value) == found


def test_a_profile_without_a_url() -> None:
    with pytest.raises(UsageError, match="the profile w has no url, such as url = "):
        _ = Profile("w").url


def test_profiles_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("profiles = 3\n")
    assert read_config(path).problems == [f"{path}: line 1: profiles is a table: [profiles]"]


def test_what_is_right_counts_beside_what_is_wrong(tmp_path: Path) -> None:
    profiles = read(tmp_path, "[profiles.w]\nurl = 'imap://h'\ndebug = 9\nfold = 3\n[profiles.v]\nurl = 'imap://g'\n")
    assert profiles["w"].values == {"url": "imap://h", "fold": 3}
    assert profiles["v"].problems == ()


def test_the_nearest_names() -> None:
    profiles = {"work": Profile("work"), "home": Profile("home")}
    assert find("home", profiles) is profiles["home"]
    with pytest.raises(UsageError, match=r"there is no profile wrok; did you mean work\?"):
        find("wrok", profiles)
    with pytest.raises(UsageError, match=r"there is no profile '\\x1b'\Z"):
        find("\x1b", profiles)


def test_each_setting_may_stand_in_a_profile() -> None:
    assert SETTINGS.items() <= KEYS.items()


def test_no_profile_is_called_as_a_way_to_run() -> None:
    assert {*_MODES, *_ASKED, *_TOOLS} <= RESERVED


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("settings",), 1),
        (("settings", "debug"), 2),
        (("profiles", "work"), 4),
        (("profiles", "work", "url"), 5),
        (("profiles", "home", "url"), 14),
        (("profiles", "work", "aliases", "New"), 11),
        (("profiles", "work", "missing"), 4),
        (("missing",), None),
    ],
)
def test_lines_of_keys(path: tuple[str, ...], line: int | None) -> None:
    assert line_of(WORK, *path) == line


@given(st.text(alphabet="[]\"'.= \n#abw_-", max_size=80))
def test_any_text_has_lines_or_none(text: str) -> None:
    line = line_of(text, "a", "b")
    assert line is None or 1 <= line <= text.count("\n") + 1


@given(octets=st.binary(max_size=200))
def test_any_octets_in_a_profile(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any-profile.toml"
    path.write_bytes(b"[profiles.w]\n" + octets)
    file = read_config(path)
    found = [*file.problems, *(problem for profile in file.profiles.values() for problem in profile.problems)]
    assert all("\n" not in problem for problem in found)
