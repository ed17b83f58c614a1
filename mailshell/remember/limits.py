"""How large the memory may grow, and what is forgotten first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailshell.remember.file import transaction
from mailshell.remember.rows import DamagedMemory, select

if TYPE_CHECKING:
    import sqlite3

#: So many messages of one mailbox are remembered.
MOST_MESSAGES = 200_000
#: So large (octets) may the file be before the mailboxes that were not seen for longest are forgotten.
MOST_OCTETS = 256 << 20


def shorten(connection: sqlite3.Connection, row: int) -> tuple[int, int]:
    """Forget messages of a mailbox if there are too many: those with the lowest UIDs; of a maildrop those that were not
    in its last listing. How many are left, and the UID below which none is (1: none was forgotten). Within a
    transaction.
    """
    count = count_messages(connection, row)
    if count <= MOST_MESSAGES:
        return count, 1
    # A tenth more, so that it is not done each time.
    excess = count - MOST_MESSAGES + MOST_MESSAGES // 10
    lowest = "FROM message WHERE mailbox = ? ORDER BY number > 0, key LIMIT ?"
    keys = [key for (key,) in select(connection, "key", lowest, (row, excess))]
    if not keys:
        raise DamagedMemory("messages that were counted are not there")
    connection.executemany("DELETE FROM message WHERE mailbox = ? AND key = ?", ((row, key) for key in keys))
    none_below = keys[-1] + 1 if isinstance(keys[-1], int) else 1
    connection.execute("UPDATE mailbox SET all_from = max(all_from, ?) WHERE id = ?", (none_below, row))
    return count - len(keys), none_below


def keep_small(connection: sqlite3.Connection) -> None:
    """Forget the mailboxes that were not seen for longest, until the file is small enough."""
    if _used(connection) <= MOST_OCTETS:
        return
    with transaction(connection):
        while _used(connection) > MOST_OCTETS * 3 // 4:
            found = connection.execute("SELECT id FROM mailbox ORDER BY last LIMIT 1").fetchone()
            if found is None:
                return
            drop_mailbox(connection, found[0])


def count_messages(connection: sqlite3.Connection, row: int) -> int:
    """How many messages of a mailbox are remembered."""
    (count,) = connection.execute("SELECT count(*) FROM message WHERE mailbox = ?", (row,)).fetchone()
    return int(count)


def drop_mailbox(connection: sqlite3.Connection, row: int) -> None:
    """Forget a mailbox with its messages. Within a transaction."""
    connection.execute("DELETE FROM message WHERE mailbox = ?", (row,))
    connection.execute("DELETE FROM mailbox WHERE id = ?", (row,))


def _used(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
