"""The file of the memory: who may read it, what stands in it, several writers, damage, and how large it gets."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mailshell.lint.finding import Finding
from mailshell.lint.memory import Fate, MailboxFacts, MessageFacts
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.remember import limits, store
from mailshell.remember.file import UnusableMemory, open_file
from mailshell.remember.overview import EntryFilter, forget, overview
from mailshell.remember.place import Account, account_of, memory_path
from mailshell.remember.store import RememberedBox, RememberedServer
from mailshell.transport.endpoint import parse_url

ACCOUNT = Account("imap", "mail.example.org:993", "ana")
FACTS = MailboxFacts(uidvalidity=3, uidnext=9, highestmodseq=5, messages=2, all_from=1, all_below=9)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "mailshell" / "memory.sqlite"


@pytest.fixture
def memory(path: Path) -> Iterator[RememberedServer]:
    opened = RememberedServer(path, ACCOUNT)
    yield opened
    opened.close()


def told(memory: RememberedServer, *uids: int, facts: MailboxFacts = FACTS, name: str = "INBOX") -> RememberedBox:
    """A mailbox that was told of, with these messages, written."""
    box = memory.box("ana", name)
    box.tell(replace(facts))
    for uid in uids:
        box.keep(uid, MessageFacts(size=uid * 100, date=uid, message_id=memory.fingerprint(b"%d@example.org" % uid)))
    memory.save(now=True)
    return box


def test_the_next_session_knows_it(memory: RememberedServer, path: Path) -> None:
    told(memory, 5, 7)
    memory.close()
    again = RememberedServer(path, ACCOUNT)
    box = again.box("ana", "INBOX")
    assert (box.before, box.facts) == (FACTS, FACTS)
    assert box.message(7) == MessageFacts(700, 7, again.fingerprint(b"7@example.org"), earlier=True)
    assert box.message(6) is None
    box.keep(7, MessageFacts(size=701))
    assert box.message(7) == MessageFacts(701)
    again.save(now=True)
    assert box.message(7) == MessageFacts(701), "it is this session's now"
    assert again.box("ana", "Sent").before is None
    assert again.box("ben", "INBOX").before is None
    again.close()


@pytest.mark.parametrize(
    "other",
    [Account("imap", "mail.example.org:143", "ana"), Account("pop3", "mail.example.org:993", "ana")],
)
def test_another_server_has_its_own(memory: RememberedServer, path: Path, other: Account) -> None:
    told(memory, 5)
    memory.close()
    again = RememberedServer(path, other)
    assert again.box("ana", "INBOX").before is None
    again.close()


def test_who_has_not_said_his_name_is_the_one_of_the_account(memory: RememberedServer) -> None:
    assert memory.box("", "INBOX") is memory.box("ana", "INBOX")


def test_another_uidvalidity_forgets_the_messages(memory: RememberedServer, path: Path) -> None:
    told(memory, 5)
    box = told(memory, 6, facts=MailboxFacts(uidvalidity=4))
    assert box.message(5) is None
    assert box.message(6) is not None
    memory.close()
    again = RememberedServer(path, ACCOUNT)
    assert again.box("ana", "INBOX").message(5) is None
    assert again.box("ana", "INBOX").message(6) is not None
    assert [one.messages for one in overview(path, EntryFilter())] == [1]
    again.close()


def test_listings(path: Path) -> None:
    keys: list[bytes] = [b"a" * 12, b"b" * 12, b"c" * 12]
    for order in ([0, 1, 2], [2, 0]):
        memory = RememberedServer(path, Account("pop3", "mail.example.org:110"))
        box = memory.box("ana", "")
        before = list(box.listed())
        box.relist()
        for number, which in enumerate(order, start=1):
            box.keep(keys[which], MessageFacts(number=number, fate=Fate.RETRIEVED))
        memory.close()
    assert before == keys
    memory = RememberedServer(path, Account("pop3", "mail.example.org:110"))
    assert list(memory.box("ana", "").listed()) == [keys[2], keys[0]]
    assert memory.box("ana", "").message(keys[1]) == MessageFacts(fate=Fate.RETRIEVED, earlier=True)
    memory.close()


def test_renamed(memory: RememberedServer) -> None:
    told(memory, name="Old", facts=MailboxFacts(uidvalidity=2))
    assert memory.renamed("ana", "New", 2)
    assert not memory.renamed("ana", "Old", 2)
    assert not memory.renamed("ana", "New", 3)
    assert not memory.renamed("ben", "New", 2)


# --- who may read it, and what stands there


def test_it_is_for_its_owner_alone(memory: RememberedServer, path: Path) -> None:
    told(memory, 5)
    modes = {piece.name: stat.S_IMODE(piece.stat().st_mode) for piece in path.parent.iterdir()}
    assert path.name in modes
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch(mode=0o644)
    path.chmod(0o644)
    RememberedServer(path, ACCOUNT).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_name_stands_there(memory: RememberedServer, path: Path) -> None:
    told(memory, 5, name="Kontoauszüge")
    box = memory.box("", "")
    box.keep(memory.fingerprint(b"0123456789abcdef-unique"), MessageFacts())
    memory.close()
    octets = b"".join(piece.read_bytes() for piece in path.parent.iterdir())
    for name in ("mail.example.org", "example", "ana", "Kontoausz", "5@example.org", "0123456789abcdef"):
        assert name.encode() not in octets, name


def test_two_files_have_two_keys(tmp_path: Path) -> None:
    made = [RememberedServer(tmp_path / name, ACCOUNT) for name in ("one", "two")]
    assert made[0].fingerprint(b"x") != made[1].fingerprint(b"x")
    for memory in made:
        memory.close()


def test_nothing_is_loaded_before_it_is_used() -> None:
    code = "import sys, mailshell.remember.store, mailshell.lint.session; sys.exit('sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# --- several at once


def test_what_came_since_this_session_began_is_no_earlier_sessions(memory: RememberedServer, path: Path) -> None:
    other = RememberedServer(path, ACCOUNT)
    told(other, 5)
    other.close()
    box = memory.box("ana", "INBOX")
    assert box.before is None
    assert box.facts == FACTS


def test_another_has_been_told_another_uidvalidity(memory: RememberedServer, path: Path) -> None:
    told(memory, 5)
    memory.close()
    first, second = RememberedServer(path, ACCOUNT), RememberedServer(path, ACCOUNT)
    old = first.box("ana", "INBOX")
    assert old.before == FACTS
    told(second, 1, facts=MailboxFacts(uidvalidity=4))
    assert old.message(4) is None
    assert old.before is None, "that message 4 is not there says nothing any more"
    old.keep(4, MessageFacts(size=1))
    first.close()
    second.close()
    again = RememberedServer(path, ACCOUNT)
    assert again.box("ana", "INBOX").facts.uidvalidity == 4
    assert again.box("ana", "INBOX").message(4) is None
    again.close()


def test_it_is_cleared_while_a_session_goes_on(memory: RememberedServer, path: Path) -> None:
    box = told(memory, 5, 7)
    assert forget(path, EntryFilter()) == 1
    box.keep(9, MessageFacts(size=1))
    box.tell(replace(FACTS, all_below=10))
    memory.close()
    assert memory.problem == ""
    assert overview(path, EntryFilter()) == [], "a part of it would look as if the rest were new"


def test_it_waits_for_another_writer(memory: RememberedServer, path: Path) -> None:
    connection, _ = open_file(path)
    connection.execute("BEGIN IMMEDIATE")
    memory._connection.execute("PRAGMA busy_timeout = 1")
    box = told(memory, 5)
    assert memory.problem == ""
    assert box.message(5) is not None
    connection.execute("ROLLBACK")
    connection.close()
    memory.save(now=True)
    memory.close()
    assert overview(path, EntryFilter())[0].messages == 1


def test_it_gives_up_on_another_writer(memory: RememberedServer, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MOST_GATHERED", 3)
    connection, _ = open_file(path)
    connection.execute("BEGIN IMMEDIATE")
    memory._connection.execute("PRAGMA busy_timeout = 1")
    box = told(memory, 1, 2, 3, 4)
    assert "another mailshell is writing to it" in memory.problem
    assert memory.problem.endswith("; nothing more is remembered of this session")
    box.keep(5, MessageFacts())
    assert (box.message(5), box.before, box.pending) == (None, None, {})
    connection.close()


def _write(path: Path, server: int) -> None:
    for session in range(4):
        memory = RememberedServer(path, Account("imap", f"mail{server % 2}.example.org:143", "ana"))
        box = memory.box("ana", "INBOX")
        box.tell(replace(FACTS))
        for uid in range(250):
            box.keep(server * 1000 + session * 250 + uid + 1, MessageFacts(size=uid))
        memory.close()
        assert memory.problem == ""


def test_several_processes_write(path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(_write, [path] * 4, range(4)))
    found = overview(path, EntryFilter())
    assert [(one.messages, one.sessions) for one in found] == [(2000, 8), (2000, 8)]


# --- what can't be used


def _newer(path: Path) -> None:
    RememberedServer(path, ACCOUNT).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")


def _of_something_else(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE cookies (a)")


def _cut(path: Path) -> None:
    memory = RememberedServer(path, ACCOUNT)
    told(memory, *range(1, 3000))
    memory.close()
    os.truncate(path, 6000)


def _without_key(path: Path) -> None:
    RememberedServer(path, ACCOUNT).close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM secret")


def _use(path: Path) -> None:
    memory = RememberedServer(path, ACCOUNT)
    memory.close()
    overview(path, EntryFilter())


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda path: path.write_bytes(b"not a database at all, " * 100),
            "is damaged (file is not a database)",
        ),
        (_newer, "was written by a newer mailshell: update this one"),
        (_of_something_else, "is a database of something else"),
        (_cut, "damaged"),
        (_without_key, "its key is missing"),
        (lambda path: path.mkdir(), "is a directory"),
    ],
)
def test_a_file_that_is_of_no_use(path: Path, spoil: object, says: str) -> None:
    path.parent.mkdir(parents=True)
    spoil(path)  # type: ignore[operator]
    with pytest.raises(UnusableMemory) as refused:
        _use(path)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(UnusableMemory, match=r"can't be kept in .*state/memory.sqlite"):
        RememberedServer(tmp_path / "state" / "memory.sqlite", ACCOUNT)


def test_damage_during_a_session(memory: RememberedServer, path: Path) -> None:
    box = told(memory, 5)
    memory._connection.execute("DROP TABLE message")
    assert box.message(7) is None
    assert "no such table" in memory.problem
    box.keep(8, MessageFacts())
    box.tell(FACTS)
    box.relist()
    assert (box.message(8), dict(box.listed()), box.before) == (None, {}, None)
    assert memory.box("ana", "Sent").before is None
    assert not memory.renamed("ana", "Sent", 3)


def test_a_number_that_does_not_fit(memory: RememberedServer) -> None:
    told(memory, facts=replace(FACTS, uidnext=1 << 70))
    assert memory.problem


# --- how large it gets


def test_the_lowest_uids_are_forgotten_first(
    memory: RememberedServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_MESSAGES", 100)
    monkeypatch.setattr(limits, "MOST_MESSAGES", 100)
    for start in range(1, 1000, 50):
        box = told(memory, *range(start, start + 50))
    assert 50 <= overview(path, EntryFilter())[0].messages <= 100
    assert box.message(999) is not None
    assert box.message(1) is None
    assert box.message(box.facts.all_from) is not None
    assert box.message(box.facts.all_from - 1) is None
    memory.close()
    again = RememberedServer(path, ACCOUNT)
    assert again.box("ana", "INBOX").facts.all_from == box.facts.all_from > 900
    again.close()


def _fetched(path: Path, uids: Sequence[int], times: int = 1) -> list[Finding]:
    """What is found in a session in which all messages are fetched so many times."""
    found: list[Finding] = []
    engine, memory = make_engine("imap"), RememberedServer(path, ACCOUNT)
    linter = linter_for(engine, found.append, memory=memory)
    answers = [f"S: * {number} FETCH (UID {uid} RFC822.SIZE {uid})" for number, uid in enumerate(uids, start=1)]
    lines = [
        "S: * PREAUTH [CAPABILITY IMAP4rev1] ready",
        "C: a1 SELECT INBOX",
        "S: * FLAGS ()",
        f"S: * {len(uids)} EXISTS",
        "S: * OK [UIDVALIDITY 3] valid",
        f"S: * OK [UIDNEXT {max(uids) + 1}] next",
        "S: a1 OK [READ-WRITE] done",
        *["C: a2 FETCH 1:* (UID RFC822.SIZE)", *answers, "S: a2 OK done"] * times,
    ]
    for line in lines:
        octets = line[3:].encode() + b"\r\n"
        for event in engine.received(octets) if line.startswith("S") else engine.sent(octets):
            linter.event(event, 0.0, False)
    memory.close()
    assert memory.problem == ""
    return [one for one in found if one.rule.layer == "sessions"]


@pytest.mark.parametrize("times", [1, 2], ids=["the next session", "the same session"])
def test_what_was_forgotten_for_there_were_too_many_is_not_new(
    path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """All messages below UIDNEXT were seen, and it is told again that they were, after the first are forgotten."""
    monkeypatch.setattr(store, "MOST_MESSAGES", 100)
    monkeypatch.setattr(limits, "MOST_MESSAGES", 100)
    monkeypatch.setattr(store, "_AT_ONCE", 0.0)
    assert _fetched(path, range(1, 51)) == []
    assert _fetched(path, [*range(1, 6), *range(51, 96)]) == []
    assert _fetched(path, [*range(1, 6), *range(96, 141)], times) == []
    assert _fetched(path, [*range(1, 6), *range(141, 150)]) == []


def test_mailboxes_not_seen_for_long_are_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = RememberedServer(path, ACCOUNT)
    for name in ("one", "two", "three", "four"):
        told(memory, *range(1, 3000), name=name)
        memory._connection.execute("PRAGMA wal_checkpoint")
    memory.close()
    monkeypatch.setattr(limits, "MOST_OCTETS", path.stat().st_size * 4 // 5)
    memory = RememberedServer(path, ACCOUNT)
    kept = [name for name in ("one", "two", "three", "four") if memory.box("ana", name).before is not None]
    assert kept == ["three", "four"]
    memory.close()


# --- whose it is


@pytest.mark.parametrize(
    ("url", "server", "user"),
    [
        ("imaps://ana@Mail.Example.org.", "mail.example.org:993", "ana"),
        ("imap://[2001:db8::1]:1143", "2001:db8::1:1143", ""),
        ("imap+unix:/run/imap.sock", "/run/imap.sock", ""),
        ("pop3+exec:ssh 'a host' popd", "ssh 'a host' popd", ""),
    ],
)
def test_the_account_of_a_url(url: str, server: str, user: str) -> None:
    account = account_of(parse_url(url))
    assert (account.server, account.user) == (server, user)
    assert account_of(parse_url(url), "ben").user == "ben"


def test_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert memory_path() == tmp_path / "mailshell" / "memory.sqlite"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert memory_path() == tmp_path / ".local" / "state" / "mailshell" / "memory.sqlite"
