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
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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
_KEY_OCTETS = 32
_FINGERPRINT_OCTETS = 12
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
        return hmac.digest(self._key, octets, "sha256")[:_FINGERPRINT_OCTETS]

    def of(self, text: str) -> bytes:
        """That of a text."""
        return self(text.encode("utf-8", "surrogateescape"))


def sentence(error: Exception, path: Path) -> str:
    """What is said of an error of the database or the file, without its full stop."""
    import sqlite3

    if isinstance(error, OSError):
        return f"the memory in {path} can't be used: {reason(error)}"
    if is_busy(error):
        return f"the memory in {path} can't be used: another mailshell is writing to it"
    if isinstance(error, sqlite3.OperationalError):
        return f"the memory in {path} can't be used: {error}"
    return f"the memory in {path} is damaged ({error}): remove the file to begin anew"


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Errors of the database and of the file as UnusableMemory."""
    import sqlite3

    try:
        yield
    except (sqlite3.Error, OverflowError, OSError) as error:
        raise UnusableMemory(sentence(error, path)) from None


def open_file(path: Path, *, make: bool = True) -> tuple[sqlite3.Connection, Fingerprints]:
    """The database, made if it is not there, for its owner alone (folder 0700, file 0600).

    UnusableMemory if it is damaged, not ours, of a newer mailshell, or can't be made; also, with ``make`` false, if it
    is not there.
    """
    try:
        import sqlite3
    except ImportError:
        raise UnusableMemory("this Python was built without SQLite, which the memory needs") from None
    if make:
        _make(path)
    with telling(path):
        if not path.exists():
            raise UnusableMemory(f"nothing is remembered: there is no {path}")
        connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        try:
            return connection, Fingerprints(_patiently(lambda: _prepare(connection, path)))
        except BaseException:
            connection.close()
            raise


def is_busy(error: Exception) -> bool:
    """Whether it says that another mailshell is at work on the file."""
    import sqlite3

    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, sqlite3.OperationalError) and code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


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
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(number, 0o600)
        finally:
            os.close(number)
    except OSError as error:
        raise UnusableMemory(f"the memory can't be kept in {path}: {reason(error)}") from None


def _prepare(connection: sqlite3.Connection, path: Path) -> bytes:
    """Make the tables if there are none; the key."""
    # Readers and one writer at a time don't wait for each other; the last second may be lost when the machine stops.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if _numbers(connection) == (0, 0):
        with transaction(connection):
            # Another mailshell may have been faster.
            if _numbers(connection) == (0, 0):
                if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise UnusableMemory(f"{path} is a database of something else, not a memory of mailshell")
                for statement in _TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute("INSERT INTO secret VALUES (?)", (secrets.token_bytes(_KEY_OCTETS),))
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_VERSION}")
    application, version = _numbers(connection)
    if application != _APPLICATION:
        raise UnusableMemory(f"{path} is a database of something else, not a memory of mailshell")
    if version > _VERSION:
        raise UnusableMemory(f"the memory in {path} was written by a newer mailshell: update this one")
    row = connection.execute("SELECT key FROM secret").fetchone()
    if row is None or not isinstance(row[0], bytes) or len(row[0]) != _KEY_OCTETS:
        raise UnusableMemory(f"the memory in {path} is damaged (its key is missing): remove the file to begin anew")
    return row[0]


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
