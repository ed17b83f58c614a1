"""Files that somebody has tampered with: any value in any column, other tables, links. No exception, nothing false."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailshell.cli import main
from mailshell.exits import Exit
from mailshell.lint.finding import Finding
from mailshell.lint.memory import MailboxFacts, MessageFacts
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.remember import file, store
from mailshell.remember.file import UnusableMemory
from mailshell.remember.overview import EntryFilter, forget, overview
from mailshell.remember.place import Account
from mailshell.remember.store import RememberedServer

SERVER = "mail.example.org:143"
#: What happens in each session: who sends what.
SESSIONS = {
    "imap": """\
S: * PREAUTH [CAPABILITY IMAP4rev1] ready
C: a1 SELECT INBOX
S: * FLAGS ()
S: * 2 EXISTS
S: * OK [UIDVALIDITY 3] valid
S: * OK [UIDNEXT 9] next
S: a1 OK [READ-WRITE] done
C: a2 FETCH 1:2 (UID RFC822.SIZE INTERNALDATE)
S: * 1 FETCH (UID 5 RFC822.SIZE 100 INTERNALDATE "01-Feb-2024 10:00:00 +0000")
S: * 2 FETCH (UID 7 RFC822.SIZE 200 INTERNALDATE "02-Feb-2024 10:00:00 +0000")
S: a2 OK done
C: a3 LOGOUT
S: * BYE
S: a3 OK done
""",
    "pop3": """\
S: +OK ready
C: USER ana
S: +OK
C: PASS secret
S: +OK
C: LIST
S: +OK
S: 1 100
S: 2 200
S: 3 300
S: .
C: UIDL
S: +OK
S: 1 abc
S: 2 def
S: 3 ghi
S: .
C: QUIT
S: +OK
""",
}
#: All messages are listed, and the first one is read.
LISTED = """\
S: +OK ready
C: USER ana
S: +OK
C: PASS secret
S: +OK
C: UIDL
S: +OK
{}
S: .
C: RETR 1
S: +OK
S: .
C: QUIT
S: +OK
"""
#: Values that stand in no column, whatever SQLite makes of them there ("7" would be a number); NULL may.
WRONG: st.SearchStrategy[object] = (
    st.none()
    | st.text(max_size=20).map(lambda text: f"x{text}")
    | st.binary(max_size=20).filter(lambda octets: len(octets) != 12)
    | st.integers(-(1 << 63), -(1 << 40))
    | st.floats(max_value=-1e19)
    | st.sampled_from([9e999, -1.5])
)
COLUMNS = [
    (table, column)
    for table, columns in {
        "secret": "key",
        "account": "protocol server user first last sessions",
        "mailbox": "account name uidvalidity uidnext highestmodseq messages all_from all_below renewed first last",
        "message": "mailbox key size date message_id number fate session",
    }.items()
    for column in columns.split()
]
#: The column, the value, and whether it stands in each row.
CHANGE = st.tuples(st.sampled_from(COLUMNS), WRONG, st.booleans()).filter(
    # SQLite itself sees to it that there is no NULL in these.
    lambda change: change[1] is not None or change[0] not in (("message", "mailbox"), ("message", "key"))
)


def play(protocol: str, path: Path, lines: str = "") -> tuple[list[Finding], str]:
    """One session, with these lines or those above: what was found, and why nothing is remembered."""
    found: list[Finding] = []
    engine = make_engine(protocol)
    try:
        memory = RememberedServer(path, Account(protocol, SERVER, "ana"))
    except UnusableMemory as error:
        return found, str(error)
    linter = linter_for(engine, found.append, memory=memory)
    for line in (lines or SESSIONS[protocol]).splitlines():
        octets = line[3:].encode() + b"\r\n"
        for event in engine.received(octets) if line.startswith("S") else engine.sent(octets):
            linter.event(event, 0.0, False)
    memory.close()
    return [one for one in found if one.rule.layer == "sessions"], memory.problem


@pytest.fixture(scope="module", params=sorted(SESSIONS))
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def whole(protocol: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file after two sessions."""
    path = tmp_path_factory.mktemp("whole") / "memory.sqlite"
    for _ in range(2):
        assert play(protocol, path) == ([], "")
    assert [one.messages for one in overview(path, EntryFilter())] == [{"imap": 2, "pop3": 3}[protocol]]
    return path


def change(path: Path, statement: str, *values: object) -> None:
    """Write to the file what its tables don't allow: NULL too."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '')")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement, values)
        connection.execute("PRAGMA writable_schema = ON")
        connection.executemany("UPDATE sqlite_master SET sql = ? WHERE name = ?", [(sql, name) for name, sql in tables])


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(CHANGE, min_size=1, max_size=2))
def test_any_value_in_any_column(
    whole: Path, protocol: str, changes: list[tuple[tuple[str, str], object, bool]]
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "mailshell" / "memory.sqlite"
        path.parent.mkdir()
        path.write_bytes(whole.read_bytes())
        for (table, column), value, each in changes:
            first = "size = 100" if table == "message" else "rowid = 1"
            change(path, f"UPDATE OR REPLACE {table} SET {column} = ? WHERE ? OR {first}", value, each)
        patch.setenv("XDG_STATE_HOME", folder)
        for arguments in ([], ["--json"]):
            assert main(["remembered", *arguments]) in (Exit.OK, Exit.USAGE)
        found, problem = play(protocol, path)
        assert found == []
        assert "\n" not in problem
        assert main(["remembered", "--clear"]) in (Exit.OK, Exit.USAGE)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mailbox.last", "abc"),
        ("mailbox.last", 9e999),
        ("mailbox.uidvalidity", "3x"),
        ("mailbox.uidnext", 1 << 40),
        ("mailbox.all_from", "x"),
        ("message.size", "x"),
        ("message.date", 1.5),
        ("message.message_id", "Message-ID12"),
        ("message.fate", 4),
        ("message.key", "5x"),
        ("message.key", -5),
        ("message.key", b"a unique-id."),
        ("message.mailbox", "x"),
        ("message.message_id", bytes(1 << 20)),
    ],
)
def test_a_value_that_can_not_be_ends_the_memory_and_not_the_session(
    tmp_path: Path, column: str, value: object
) -> None:
    path = tmp_path / "memory.sqlite"
    play("imap", path)
    table, _, name = column.partition(".")
    first = "key = 5" if table == "message" else "rowid = 1"
    change(path, f"UPDATE {table} SET {name} = ? WHERE {first}", value)
    found, problem = play("imap", path)
    assert found == []
    assert problem.startswith(f"the memory in {path} is damaged (")
    assert problem.endswith("): remove the file to begin anew; nothing more is remembered of this session")


def test_nothing_is_given_of_a_listing_with_a_damaged_row(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    assert play("pop3", path, LISTED.format("S: 1 abc\nS: 2 def\nS: 3 ghi")) == ([], "")
    change(path, "UPDATE message SET size = 'x' WHERE number = 3")
    memory = RememberedServer(path, Account("pop3", SERVER, "ana"))
    box = memory.box("ana", "")
    assert dict(box.listed()) == {}
    told = memory.problem
    assert told.startswith(f"the memory in {path} is damaged (")
    assert told.count("nothing more is remembered") == 1
    assert dict(box.listed()) == {}
    memory.close()
    assert memory.problem == told
    # Without the third, the first would seem to have gone because it was read.
    assert play("pop3", path, LISTED.format("S: 1 def")) == ([], told)


# --- other tables

ENDLESS = "WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r)"


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE mailbox", f"CREATE VIEW mailbox AS {ENDLESS} SELECT * FROM r"],
        ["CREATE TRIGGER t AFTER INSERT ON message BEGIN DELETE FROM message; END"],
        ["CREATE INDEX i ON message (size)"],
        ["DROP TABLE message"],
        ["ALTER TABLE account ADD COLUMN more"],
        [f"CREATE TABLE t{number} (a)" for number in range(100)],
    ],
)
def test_tables_that_no_mailshell_has_made(tmp_path: Path, statements: list[str]) -> None:
    path = tmp_path / "memory.sqlite"
    play("imap", path)
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    says = f"the memory in {path} is damaged (its tables are not those of a memory): remove the file to begin anew"
    assert play("imap", path) == ([], says)
    for ask in (overview, forget):
        with pytest.raises(UnusableMemory) as refused:
            ask(path, EntryFilter())
        assert str(refused.value) == says


def test_a_schema_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    play("imap", path)
    octets = path.read_bytes()
    for old, new in (
        (b"tablemessagemessage", b"table\xffessagemessage"),
        (b"CREATE TABLE message", b"CREATE TABLX message"),
    ):
        assert octets.count(old) == 1
        octets = octets.replace(old, new)
    path.write_bytes(octets)
    says = f"the memory in {path} is damaged (a name is no UTF-8): remove the file to begin anew"
    assert play("imap", path) == ([], says)


def test_what_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PATIENCE", 0.1)
    memory = RememberedServer(tmp_path / "memory.sqlite", Account("imap", SERVER, "ana"))
    box = memory.box("ana", "INBOX")
    box.tell(MailboxFacts(uidvalidity=3))
    box.keep(5, MessageFacts(size=1))
    memory.save(now=True)
    memory._connection.execute("DROP TABLE message")
    columns = "-id mailbox, -id key, 0 size, 0 date, 0 message_id, 0 number, 0 fate, 0 session"
    memory._connection.execute(f"CREATE VIEW message AS {ENDLESS} SELECT {columns} FROM r")
    assert box.message(5) is None
    assert "it takes too long; nothing more is remembered" in memory.problem
    memory.close()


# --- what is no file of its own


def _link(path: Path, other: Path) -> None:
    path.symlink_to(other)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_link, "it is a symbolic link"),
        (lambda path, other: path.symlink_to(path), "it is a symbolic link"),
        (lambda path, other: path.symlink_to(other.with_name("nowhere")), "it is a symbolic link"),
        (lambda path, other: os.mkfifo(path), "it is no plain file"),
    ],
)
def test_no_plain_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path, Path], None],
    says: str,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path, other = tmp_path / "mailshell" / "memory.sqlite", tmp_path / "other"
    path.parent.mkdir()
    other.write_bytes(b"")
    other.chmod(0o644)
    spoil(path, other)
    assert says in play("imap", path)[1]
    assert main(["remembered"]) == Exit.USAGE
    assert says in capsys.readouterr().err
    assert (other.read_bytes(), stat.S_IMODE(other.stat().st_mode)) == (b"", 0o644)
    assert sorted(piece.name for piece in tmp_path.iterdir()) == ["mailshell", "other"]


@pytest.mark.parametrize("number", [0, 7])
def test_the_database_of_something_else_stays_as_it_is(tmp_path: Path, number: int) -> None:
    path = tmp_path / "memory.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE cookies (a)")
        connection.execute(f"PRAGMA application_id = {number}")
    path.chmod(0o644)
    before = path.read_bytes()
    assert "is a database of something else" in play("imap", path)[1]
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (before, 0o644)


def test_a_memory_that_others_could_read_is_closed_to_them_with_all_its_pieces(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    play("imap", path)
    path.chmod(0o644)
    memory = RememberedServer(path, Account("imap", SERVER, "ana"))
    modes = {piece: stat.S_IMODE(piece.stat().st_mode) for piece in file.pieces(path)}
    assert set(modes.values()) == {0o600}
    memory.close()


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="it needs the list of locks of Linux")
def test_another_session_of_this_process_keeps_its_locks(tmp_path: Path) -> None:
    """Whoever opens the file with something else than SQLite, and closes it, drops them."""
    path = tmp_path / "memory.sqlite"
    first = RememberedServer(path, Account("imap", SERVER, "ana"))
    first.box("ana", "INBOX").tell(MailboxFacts(uidvalidity=3))
    first.save(now=True)
    inode = path.stat().st_ino
    assert _locked(inode)
    RememberedServer(path, Account("imap", SERVER, "ben")).close()
    assert _locked(inode)
    first.close()


def _locked(inode: int) -> bool:
    locks = Path("/proc/locks").read_text()
    return any(f" {os.getpid()} " in line and f":{inode} " in line for line in locks.splitlines())
