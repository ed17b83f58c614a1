"""The file of the memory: opened, made, and refused in one sentence if it is not one that can be used.

The tables. ``name`` and the like are fingerprints (see ``Fingerprints``), times are seconds since 1970::

    secret    key
    account   id, protocol, server, user; first, last: when it was told of; sessions
    mailbox   id, account, name; the facts of ``MailboxFacts``; first, last. A new UIDVALIDITY makes a new row
    message   mailbox, key: UID or fingerprint of the unique-id; the facts of ``MessageFacts``; session: who told it
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mailshell.remember.rows import FINGERPRINT, DamagedMemory
from mailshell.streams import reason

# sqlite3 is imported where it is needed, in each function: it takes a while, most runs remember nothing, and a Python
# that was built without it runs all the rest.
if TYPE_CHECKING:
    import sqlite3

#: Marks the file as a memory of mailshell ("mshl").
_APPLICATION = 0x6D73686C
_VERSION = 1
#: Another mailshell that writes is waited for so long (seconds): the person at the prompt waits too.
_BUSY = 1.0
#: The time between two tries to open it (seconds).
_AGAIN = 0.02
#: What is asked of the file is given up after so long (seconds) where a person waits for a session to go on.
PATIENCE = 10.0
#: So many steps of SQLite's machine lie between two looks at the clock.
_STEPS = 10_000
#: No value or row that is written has more octets.
_LARGEST = 1 << 16
_KEY_OCTETS = 32
_TABLES = """\
CREATE TABLE secret (key BLOB NOT NULL);
CREATE TABLE account (
    id INTEGER PRIMARY KEY, protocol TEXT NOT NULL, server BLOB NOT NULL, user BLOB NOT NULL,
    first REAL NOT NULL, last REAL NOT NULL, sessions INTEGER NOT NULL DEFAULT 0,
    UNIQUE (protocol, server, user)
);
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, name BLOB NOT NULL,
    uidvalidity INTEGER, uidnext INTEGER, highestmodseq INTEGER, messages INTEGER,
    all_from INTEGER NOT NULL, all_below INTEGER NOT NULL, renewed INTEGER NOT NULL,
    first REAL NOT NULL, last REAL NOT NULL,
    UNIQUE (account, name)
);
CREATE TABLE message (
    mailbox INTEGER NOT NULL, key, size INTEGER, date INTEGER, message_id BLOB,
    number INTEGER NOT NULL, fate INTEGER NOT NULL, session INTEGER NOT NULL,
    PRIMARY KEY (mailbox, key)
) WITHOUT ROWID;
"""


class UnusableMemory(Exception):
    """The file can't be used. The text is one sentence."""


class Fingerprints:
    """HMAC-SHA-256 (RFC 2104), cut to 96 bits, with the key of the file.

    Whoever has the file can still try names that they guess, for the key is in it. It keeps names from whoever glances
    at the file, and fingerprints of two files can't be compared.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, octets: bytes) -> bytes:
        return hmac.digest(self._key, octets, "sha256")[:FINGERPRINT]

    def of(self, text: str) -> bytes:
        """That of a text."""
        return self(text.encode("utf-8", "surrogateescape"))


def errors() -> tuple[type[Exception], ...]:
    """What may come of the use of a file, whatever is in it. UnicodeError: SQLite has quoted the file in a message."""
    import sqlite3

    return sqlite3.Error, DamagedMemory, UnicodeError, OverflowError, OSError


def sentence(error: Exception, path: Path) -> str:
    """What is said of an error of the database or the file, without its full stop."""
    import sqlite3

    if isinstance(error, OSError):
        return f"the memory in {path} can't be used: {reason(error)}"
    if isinstance(error, OverflowError):
        return f"the memory in {path} can't be used: a number is too large for it"
    if is_busy(error):
        return f"the memory in {path} can't be used: another mailshell is writing to it"
    if _code(error) == sqlite3.SQLITE_INTERRUPT:
        return f"the memory in {path} can't be used: it takes too long"
    if isinstance(error, sqlite3.OperationalError):
        return f"the memory in {path} can't be used: {error}"
    why = "a name is no UTF-8" if isinstance(error, UnicodeError) else error
    return f"the memory in {path} is damaged ({why}): remove the file to begin anew"


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Errors of the database and of the file as UnusableMemory."""
    try:
        yield
    except errors() as error:
        raise UnusableMemory(sentence(error, path)) from None


def open_file(path: Path, *, make: bool = True, patience: float = PATIENCE) -> tuple[sqlite3.Connection, Fingerprints]:
    """The database, made if it is not there, for its owner alone (folder 0700, file 0600).

    UnusableMemory if it is damaged, not ours, of a newer mailshell, or can't be made; also, with ``make`` false, if it
    is not there. ``patience``: see ``limit_time``, which holds from here on.
    """
    try:
        import sqlite3
    except ImportError:
        raise UnusableMemory("this Python was built without SQLite, which the memory needs") from None
    if make:
        _make(path)
    with telling(path):
        _look_at(path)
        connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        try:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
            # What is no UTF-8 is text of the wrong kind, and no error of its own.
            connection.text_factory = lambda octets: octets.decode("utf-8", "replace")
            limit_time(connection, patience)
            key = _patiently(lambda: _prepare(connection, path))
            _close_to_others(path)
            return connection, Fingerprints(key)
        except BaseException:
            connection.close()
            raise


def limit_time(connection: sqlite3.Connection, seconds: float) -> None:
    """What SQLite does from here on fails (SQLITE_INTERRUPT) once so many seconds have passed."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)


def is_busy(error: Exception) -> bool:
    """Whether it says that another mailshell is at work on the file."""
    import sqlite3

    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: Exception) -> int:
    """The primary result code of SQLite; 0 if it is none of its errors."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _patiently(prepare: Callable[[], bytes]) -> bytes:
    """SQLite does not wait by itself where the mode of the journal is changed, or what was left of it is taken up."""
    end = time.monotonic() + _BUSY
    while True:
        try:
            return prepare()
        except Exception as error:
            if not is_busy(error) or time.monotonic() >= end:
                raise
            time.sleep(_AGAIN)


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One that is there is not opened: to close it would drop the locks that other sessions of this process have.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise UnusableMemory(f"the memory can't be kept in {path}: {reason(error)}") from None


def _look_at(path: Path) -> None:
    """UnusableMemory if it is not there, or is no file: a link could lead to a file of something else."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        raise UnusableMemory(f"nothing is remembered: there is no {path}") from None
    if not stat.S_ISREG(mode):
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "a directory" if stat.S_ISDIR(mode) else "no plain file"
        raise UnusableMemory(f"the memory can't be kept in {path}: it is {kind}")


def _close_to_others(path: Path) -> None:
    """Once it is known to be a memory: nobody else may read it, or what SQLite has put beside it."""
    for piece in pieces(path):
        with contextlib.suppress(FileNotFoundError):
            mode = piece.lstat().st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                piece.chmod(0o600)


def pieces(path: Path) -> list[Path]:
    """The file, and those that SQLite puts beside it while it is in use."""
    return [path, *(path.with_name(f"{path.name}-{piece}") for piece in ("wal", "shm"))]


def _prepare(connection: sqlite3.Connection, path: Path) -> bytes:
    """Make the tables if there is nothing; the key. Nothing is written to a file that is not a memory."""
    empty = _is_empty(connection)
    if not empty:
        _verify(connection, path)
    # Readers and one writer at a time don't wait for each other; the last second may be lost when the machine stops.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if empty:
        with transaction(connection):
            # Another mailshell may have been faster.
            if _is_empty(connection):
                _make_tables(connection)
                connection.execute("INSERT INTO secret VALUES (?)", (secrets.token_bytes(_KEY_OCTETS),))
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_VERSION}")
        _verify(connection, path)
    row = connection.execute("SELECT key FROM secret").fetchone()
    if row is None or not isinstance(row[0], bytes) or len(row[0]) != _KEY_OCTETS:
        raise DamagedMemory("its key is missing")
    return row[0]


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)


def _is_empty(connection: sqlite3.Connection) -> bool:
    return _numbers(connection) == (0, 0) and not _schema(connection)


def _verify(connection: sqlite3.Connection, path: Path) -> None:
    """UnusableMemory or DamagedMemory if it is not a memory, with the tables of one and nothing else."""
    import sqlite3

    application, version = _numbers(connection)
    if application != _APPLICATION:
        raise UnusableMemory(f"{path} is a database of something else, not a memory of mailshell")
    if version > _VERSION:
        raise UnusableMemory(f"the memory in {path} was written by a newer mailshell: update this one")
    with contextlib.closing(sqlite3.connect(":memory:")) as model:
        _make_tables(model)
        if _schema(connection) != _schema(model):
            raise DamagedMemory("its tables are not those of a memory")


def _schema(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """What tables, indexes, views and triggers there are; of many only the first."""
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name LIMIT 20").fetchall()


def _numbers(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return application, connection.execute("PRAGMA user_version").fetchone()[0]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing; no other mailshell writes in between."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(Exception):
            connection.execute("ROLLBACK")
        raise
