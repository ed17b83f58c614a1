"""What is in the memory, for a person to look at, and what is to be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailshell.remember.file import Fingerprints, open_file, pieces, telling, transaction
from mailshell.remember.limits import count_messages, drop_mailbox
from mailshell.remember.place import Account
from mailshell.remember.rows import select

if TYPE_CHECKING:
    import sqlite3

#: So many octets of a fingerprint are shown.
_SHOWN = 4
#: So long (seconds) may it take: a large file is written anew where something is forgotten.
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What is asked for; None: whatever it is. The mailbox of POP3 is empty."""

    account: Account | None = None
    mailbox: str | None = None
    #: Seconds since 1970: only what was seen last before then.
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """One mailbox or maildrop. ``server``, ``user`` and ``mailbox``: the names if they were asked for, else the
    beginnings of their fingerprints. ``messages``: how many are remembered; ``exists``: how many there were last.
    ``first`` and ``last``: when it was seen, in seconds since 1970. ``sessions``: with this user on this server.
    """

    protocol: str
    server: str
    user: str
    mailbox: str
    uidvalidity: int | None
    uidnext: int | None
    highestmodseq: int | None
    exists: int | None
    messages: int
    first: float
    last: float
    sessions: int


def file_size(path: Path) -> int:
    """The octets of the file with what belongs to it."""
    return sum(piece.stat().st_size for piece in pieces(path) if piece.exists())


def overview(path: Path, wanted: EntryFilter) -> list[Remembered]:
    """What is remembered, what was seen last at the end. UnusableMemory."""
    connection, fingerprint = open_file(path, make=False, patience=_PATIENCE)
    with telling(path):
        try:
            names = _Names(fingerprint, wanted)
            found = []
            for row, protocol, server, user, name, *told, first, last, sessions in _select(
                connection, fingerprint, wanted
            ):
                uidvalidity, uidnext, highestmodseq, exists = told
                found.append(
                    Remembered(
                        protocol,
                        names.server(server),
                        names.user(user),
                        names.mailbox(protocol, name),
                        uidvalidity,
                        uidnext,
                        highestmodseq,
                        exists,
                        count_messages(connection, row),
                        first,
                        last,
                        sessions,
                    )
                )
            return found
        finally:
            connection.close()


def forget(path: Path, wanted: EntryFilter) -> int:
    """Forget it, for good; how many mailboxes that were. UnusableMemory."""
    connection, fingerprint = open_file(path, make=False, patience=_PATIENCE)
    with telling(path):
        try:
            # What is deleted is overwritten.
            connection.execute("PRAGMA secure_delete = ON")
            with transaction(connection):
                rows = [row for row, *_ in _select(connection, fingerprint, wanted)]
                for row in rows:
                    drop_mailbox(connection, row)
                connection.execute("DELETE FROM account WHERE id NOT IN (SELECT account FROM mailbox)")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return len(rows)
        finally:
            connection.close()


class _Names:
    """The names that were asked for, by their fingerprints."""

    def __init__(self, fingerprint: Fingerprints, wanted: EntryFilter) -> None:
        account = wanted.account
        known = [wanted.mailbox, "INBOX"]
        if account is not None:
            known += [account.server, account.user]
        self._known = {fingerprint.of(name): name for name in known if name}
        self._nobody = fingerprint.of("")

    def server(self, octets: bytes) -> str:
        return self._known.get(octets) or octets[:_SHOWN].hex()

    def user(self, octets: bytes) -> str:
        return "-" if octets == self._nobody else self._known.get(octets) or octets[:_SHOWN].hex()

    def mailbox(self, protocol: str, octets: bytes) -> str:
        return "" if protocol == "pop3" else self._known.get(octets) or octets[:_SHOWN].hex()


def _select(connection: sqlite3.Connection, fingerprint: Fingerprints, wanted: EntryFilter) -> list[tuple[Any, ...]]:
    """The rows of the mailboxes that are wanted, what was seen last at the end."""
    clauses: list[str] = ["1"]
    values: list[str | bytes | float] = []
    if wanted.account is not None:
        clauses.append("account.protocol = ? AND account.server = ?")
        values += [wanted.account.protocol, fingerprint.of(wanted.account.server)]
        if wanted.account.user:
            clauses.append("account.user = ?")
            values.append(fingerprint.of(wanted.account.user))
    if wanted.mailbox is not None:
        clauses.append("mailbox.name = ?")
        values.append(fingerprint.of(wanted.mailbox))
    if wanted.before is not None:
        clauses.append("mailbox.last < ?")
        values.append(wanted.before)
    columns = (
        "mailbox.id, protocol, server, user, name, uidvalidity, uidnext, highestmodseq, messages, "
        "mailbox.first, mailbox.last, sessions"
    )
    rest = f"FROM mailbox JOIN account ON mailbox.account = account.id WHERE {' AND '.join(clauses)}"
    return list(select(connection, columns, f"{rest} ORDER BY mailbox.last", values))
