"""``mailshell remembered``: what is shown of the memory, of one server or all, and what is forgotten."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from mailshell.cli import main
from mailshell.exits import Exit
from mailshell.lint.memory import MailboxFacts, MessageFacts
from mailshell.remember.place import Account, memory_path
from mailshell.remember.store import RememberedServer

ANA = Account("imap", "mail.example.org:993", "ana")
BEN = Account("imap", "mail.example.org:993", "ben")
POP = Account("pop3", "pop.example.org:110", "ana")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))


def remember(account: Account, name: str, *uids: int) -> None:
    """One session that was told of one mailbox."""
    memory = RememberedServer(memory_path(), account)
    box = memory.box("", name)
    box.tell(MailboxFacts(uidvalidity=None if account is POP else 3, uidnext=None if account is POP else 9))
    for uid in uids:
        box.keep(uid, MessageFacts(size=100))
    memory.close()


@pytest.fixture
def filled() -> None:
    remember(ANA, "INBOX", 1, 2, 3)
    remember(ANA, "Grüße/2026", 4)
    remember(BEN, "INBOX")
    remember(POP, "")
    remember(ANA, "INBOX", 5)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["remembered", *arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    status, out, _ = run(capsys, "--json", *arguments)
    assert status == Exit.OK
    return [json.loads(line) for line in out.splitlines()]


def test_nothing_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == (Exit.OK, f"nothing is remembered: there is no {memory_path()}\n", "")
    assert rows(capsys) == []
    assert run(capsys, "--clear")[0] == Exit.OK
    assert not memory_path().exists()


@pytest.mark.usefixtures("filled")
def test_all_of_it_without_names(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys)
    lines = out.splitlines()
    assert status == Exit.OK
    assert lines[0].split() == [
        "server",
        "user",
        "mailbox",
        *["uidvalidity", "uidnext", "messages", "first", "seen", "last", "seen"],
    ]
    assert len(lines) == 6
    assert lines[-1].startswith(f"{memory_path()}: 4 mailboxes, ")
    assert not any(name in out for name in ("example", "ana", "ben", "Grü"))
    assert sum("INBOX" in line for line in lines) == 2, "everybody has one"
    last = lines[-2].split()
    assert last[0] == "imap"
    assert last[3:7] == ["INBOX", "3", "9", "4"]


@pytest.mark.usefixtures("filled")
def test_a_url_finds_its_own_and_shows_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "imaps://ana@mail.example.org")
    assert [(one["server"], one["user"], one["messages"]) for one in found] == [
        ("mail.example.org:993", "ana", n) for n in (1, 4)
    ]
    assert found[1]["mailbox"] == "INBOX"
    assert found[0]["mailbox"] not in ("INBOX", "Grüße/2026")
    assert [found[1][name] for name in ("protocol", "uidvalidity", "uidnext", "sessions")] == ["imap", 3, 9, 3]
    assert found[1]["first"] <= found[1]["last"]  # type: ignore[operator]
    (one,) = rows(capsys, "imaps://ana@mail.example.org/Gr%C3%BC%C3%9Fe/2026")
    assert (one["mailbox"], one["messages"]) == ("Grüße/2026", 1)
    (one,) = rows(capsys, "imaps://ana@mail.example.org/inbox")
    assert one["mailbox"] == "INBOX"
    assert len(rows(capsys, "imaps://mail.example.org")) == 3
    assert rows(capsys, "imap://ana@mail.example.org") == []
    (one,) = rows(capsys, "pop3://ana@pop.example.org")
    assert (one["mailbox"], one["uidvalidity"]) == ("", None)


@pytest.mark.usefixtures("filled")
def test_a_profile(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "config" / "mailshell" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('[profiles.work]\nurl = "imaps://mail.example.org"\nuser = "ben"\n')
    assert [one["user"] for one in rows(capsys, "work")] == ["ben"]


@pytest.mark.usefixtures("filled")
def test_forgetting(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(capsys, "--clear", "imaps://ana@mail.example.org/INBOX")[1] == "forgotten: 1 mailbox\n"
    assert len(rows(capsys)) == 3
    assert run(capsys, "--clear", "imaps://ana@mail.example.org")[1] == "forgotten: 1 mailbox\n"
    assert run(capsys, "--clear", "--older-than", "1")[1] == "forgotten: 0 mailboxes\n"
    later = time.time() + 3 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    remember(ANA, "INBOX", 9)
    assert len(rows(capsys, "--older-than", "2")) == 2
    assert run(capsys, "--clear", "--older-than", "2")[1] == "forgotten: 2 mailboxes\n"
    assert [one["messages"] for one in rows(capsys)] == [1]
    assert run(capsys, "--clear")[1] == "forgotten: 1 mailbox\n"
    assert rows(capsys) == []


@pytest.mark.usefixtures("filled")
def test_what_is_forgotten_is_gone_from_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    memory = RememberedServer(memory_path(), ANA)
    mark = memory.fingerprint.of("Grüße/2026")
    memory.close()
    pieces = list(memory_path().parent.iterdir())
    assert any(mark in piece.read_bytes() for piece in pieces)
    run(capsys, "--clear", "imaps://ana@mail.example.org")
    assert not any(mark in piece.read_bytes() for piece in memory_path().parent.iterdir())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "nonsense"),
        (["--older-than", "soon"], "--older-than takes a number of days"),
        (["--clear", "--json"], "leave it out with --clear"),
        (["--all"], "unrecognized arguments: --all; mailshell remembered --help lists the options"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (Exit.USAGE, "")
    assert says in err
    assert err.startswith("mailshell: ")
    assert err.count("\n") == 1


def test_a_damaged_file_is_told_of_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    memory_path().parent.mkdir(parents=True)
    memory_path().write_bytes(b"no database " * 1000)
    for arguments in ([], ["--clear"], ["--json"]):
        status, _, err = run(capsys, *arguments)
        assert status == Exit.USAGE
        assert err.startswith(f"mailshell: the memory in {memory_path()} is damaged")
        assert err.count("\n") == 1
