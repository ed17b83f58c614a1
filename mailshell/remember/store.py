"""The memory of one session: what ``mailshell.lint.memory`` asks for, kept in a file.

What is told is gathered and written now and then, in one transaction. Each session of each mailshell has its own
connection to the file.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import astuple, replace
from pathlib import Path
from typing import TypeVar

from mailshell.lint.imap.number_faults import MOST_32
from mailshell.lint.memory import Fate, MailboxFacts, MessageFacts
from mailshell.remember.file import PATIENCE, errors, is_busy, limit_time, open_file, sentence, transaction
from mailshell.remember.limits import MOST_MESSAGES, drop_mailbox, keep_small, shorten
from mailshell.remember.place import Account
from mailshell.remember.rows import DamagedMemory, select

_T = TypeVar("_T")

#: So many messages are gathered before they are written; fewer are once so many seconds have passed.
_GATHERED = 5000
_AT_ONCE = 1.0
#: What can't be written because another mailshell writes is kept in memory up to so many messages.
_MOST_GATHERED = 50_000
#: So many mailboxes of one session are in use at the same time.
_MOST_BOXES = 4000

#: So many messages are read at once, where one after the other is asked for.
_AHEAD = 256
#: After another one was found writing, so long (seconds).
_AFTER_BUSY = 10.0

_FACTS = "uidvalidity, uidnext, highestmodseq, messages, all_from, all_below, renewed"
_COLUMNS = "size, date, message_id, number, fate, session"
_READ = "FROM message WHERE mailbox = ? AND key = ?"
_READ_AHEAD = "FROM message WHERE mailbox = ? AND key >= ? ORDER BY key LIMIT ?"
_READ_LISTED = "FROM message WHERE mailbox = ? AND number > 0 ORDER BY number"
#: Messages that can't be found because of a value of another type.
_ASTRAY = """\
SELECT 1 FROM message
WHERE typeof(mailbox) <> 'integer' OR mailbox < 1 OR typeof(key) NOT IN ('integer', 'blob') OR key < 1 LIMIT 1
"""


class RememberedBox:
    """One mailbox with its UIDVALIDITY, or one maildrop: as ``mailshell.lint.memory.MailboxMemory`` has it."""

    def __init__(self, memory: RememberedServer, user: str, name: bytes) -> None:
        self.user = user
        self.name = name
        self.facts = MailboxFacts()
        self.before: MailboxFacts | None = None
        #: The row of the mailbox; None: there is none yet. About so many messages stand there.
        self.row: int | None = None
        self.rows: int | None = None
        #: This session has forgotten the messages with lower UIDs than this, for there were too many.
        self.none_below = 1
        #: What is to be written, and what is to be done before.
        self.pending: dict[int | bytes, MessageFacts] = {}
        self.forgets = self.relists = False
        #: Another mailshell has forgotten this mailbox, or was told another UIDVALIDITY: nothing is known or kept.
        self.lost = False
        #: Those of the rows of the file with UIDs between these that are there, read ahead.
        self.near: dict[int, MessageFacts] = {}
        self.near_from, self.near_to = 1, 0
        self.last_read = 0
        self._memory = memory

    def tell(self, facts: MailboxFacts) -> None:
        if facts.uidvalidity != self.facts.uidvalidity:
            self.pending.clear()
            self.forgets = True
            self.none_below = 1
        self.facts = facts
        self.shortened(self.none_below)
        self._memory.changed(self, 0)

    def message(self, key: int | bytes) -> MessageFacts | None:
        pending = self.pending.get(key)
        if pending is not None or self.row is None or self.forgets or self.lost:
            return pending
        if isinstance(key, int):
            ahead = self.near_from <= key <= self.near_to or self._memory.read_ahead(self, key)
            known = self.near.get(key) if ahead else self._memory.read(self, key)
            before = self.before
            if known is None and before is not None and before.all_from <= key < before.all_below:
                # Only if the mailbox is still there does this say anything.
                self._memory.look_after(self)
            return known
        return self._memory.read(self, key)

    def keep(self, key: int | bytes, facts: MessageFacts) -> None:
        facts.earlier = False
        self.pending[key] = facts
        self._memory.changed(self, 1)

    def listed(self) -> Mapping[int | bytes, MessageFacts]:
        return {} if self.row is None or self.forgets or self.lost else self._memory.read_listed(self)

    def relist(self) -> None:
        self.relists = True
        for facts in self.pending.values():
            facts.number = 0
        self._memory.changed(self, 0)

    def shortened(self, none_below: int) -> None:
        """The messages with lower UIDs were forgotten: that they are not there says nothing."""
        self.none_below = max(self.none_below, none_below)
        for facts in (self.facts, self.before):
            if facts is not None:
                facts.all_from = max(facts.all_from, self.none_below)

    def lose(self) -> None:
        """Nothing of it can be relied upon any more."""
        self.lost, self.before = True, None
        self.pending.clear()


class RememberedServer:
    """What is remembered of one server, for one session: as ``mailshell.lint.memory.Memory`` has it.

    ``problem``: why nothing is remembered any more, a sentence; empty while all is well. No method raises.
    """

    def __init__(self, path: Path, account: Account) -> None:
        """``close`` it when the session has ended. UnusableMemory if the file can't be used: one sentence says why, and
        the session goes on without it.
        """
        self.path = path
        self.account = account
        self.problem = ""
        self._closed = False
        self._connection, self.fingerprint = open_file(path)
        self._errors = errors()
        self._began = time.time()
        self._number = secrets.randbits(62)
        self._boxes: dict[tuple[str, str], RememberedBox] = {}
        self._changed: dict[int, RememberedBox] = {}
        self._gathered = 0
        self._next_save = time.monotonic() + _AT_ONCE
        #: The users of whom this session has told something.
        self._users: set[str] = set()
        #: No message is astray.
        self._whole = False
        self._guarded(lambda: keep_small(self._connection), None)

    # --- for checkers

    def box(self, user: str, name: str) -> RememberedBox:
        user = user or self.account.user
        box = self._boxes.get((user, name))
        if box is None:
            if len(self._boxes) >= _MOST_BOXES:
                self.save(now=True)
                self._boxes.clear()
            made = box = self._boxes[user, name] = RememberedBox(self, user, self.fingerprint.of(name))
            self._guarded(lambda: self._load(made), None)
        return box

    def renamed(self, user: str, name: str, uidvalidity: int) -> bool:
        self.save(now=True)
        others = "SELECT 1 FROM mailbox WHERE account = ? AND uidvalidity = ? AND name <> ?"

        def ask() -> bool:
            values = self._account(user or self.account.user), uidvalidity, self.fingerprint.of(name)
            return self._connection.execute(others, values).fetchone() is not None

        return self._guarded(ask, False)

    def save(self, *, now: bool = False) -> None:
        """Write what was gathered, if some time has passed; in any case with ``now``."""
        if self._changed and (now or time.monotonic() >= self._next_save):
            self._next_save = time.monotonic() + _AT_ONCE
            self._guarded(self._write, None)

    def close(self) -> None:
        """Write the rest. ``problem`` tells afterwards whether that has worked."""
        self.save(now=True)
        if self._changed and not self.problem:
            self.problem = f"another mailshell is writing to {self.path}: the last of this session is not remembered"
        self._closed = True
        self._changed.clear()
        self._connection.close()

    # --- for boxes

    def changed(self, box: RememberedBox, messages: int) -> None:
        """Something is to be written for this box: of so many messages, or of the mailbox itself."""
        if self._off or box.lost:
            box.pending.clear()
            return
        self._changed[id(box)] = box
        self._gathered += messages
        if messages and self._gathered % _GATHERED == 0:
            self.save(now=True)

    def read(self, box: RememberedBox, key: int | bytes) -> MessageFacts | None:
        """A message of the file; None if there is none."""

        def ask() -> MessageFacts | None:
            rows = select(self._connection, _COLUMNS, _READ, (box.row, key))
            return next((self._message(*row) for row in rows), None)

        return self._guarded(ask, None)

    def read_ahead(self, box: RememberedBox, uid: int) -> bool:
        """Read the messages from this UID on, if it follows the one before: then more of them are asked for next."""
        last, box.last_read = box.last_read, uid
        if not 0 < uid - last <= _AHEAD:
            return False
        box.near.clear()

        def ask() -> None:
            for key, *row in select(self._connection, f"key, {_COLUMNS}", _READ_AHEAD, (box.row, uid, _AHEAD)):
                if not isinstance(key, int):
                    raise DamagedMemory("a UID is no number")
                box.near[key] = self._message(*row)
            box.near_from, box.near_to = uid, MOST_32 if len(box.near) < _AHEAD else next(reversed(box.near))

        box.near_from, box.near_to = 1, 0
        self._guarded(ask, None)
        return box.near_from == uid

    def look_after(self, box: RememberedBox) -> None:
        """Whether the mailbox is still there, and what is not found in it is not there."""

        def ask() -> None:
            if self._connection.execute("SELECT 1 FROM mailbox WHERE id = ?", (box.row,)).fetchone() is None:
                box.lose()
            if not self._whole:
                if self._connection.execute(_ASTRAY).fetchone() is not None:
                    raise DamagedMemory("a message is in no mailbox, or has no key")
                self._whole = True

        self._guarded(ask, None)

    def read_listed(self, box: RememberedBox) -> Mapping[int | bytes, MessageFacts]:
        """The messages of the last listing of an earlier session: all of them, or none if one can't be read."""

        def ask() -> dict[int | bytes, MessageFacts]:
            rows = select(self._connection, f"key, {_COLUMNS}", _READ_LISTED, (box.row,))
            return {key: self._message(*row) for key, *row in rows}

        return self._guarded(ask, {})

    # --- within

    @property
    def _off(self) -> bool:
        return self._closed or bool(self.problem)

    def _guarded(self, work: Callable[[], _T], otherwise: _T) -> _T:
        """What ``work`` gives, or ``otherwise``: what fails ends the remembering, and never the session."""
        if self._off:
            return otherwise
        limit_time(self._connection, PATIENCE)
        try:
            return work()
        except self._errors as error:
            self._failed(error)
            return otherwise

    def _failed(self, error: Exception) -> None:
        if is_busy(error) and self._gathered < _MOST_GATHERED:
            self._next_save = time.monotonic() + _AFTER_BUSY
            return
        self.problem = f"{sentence(error, self.path)}; nothing more is remembered of this session"
        for box in self._boxes.values():
            box.lose()
        self._changed.clear()

    def _message(
        self, size: int | None, date: int | None, message_id: bytes | None, number: int, fate: int, session: int
    ) -> MessageFacts:
        return MessageFacts(size, date, message_id, number, Fate(fate), session != self._number)

    def _account(self, user: str) -> int | None:
        rows = select(
            self._connection,
            "id",
            "FROM account WHERE protocol = ? AND server = ? AND user = ?",
            self._whose(user),
        )
        return next((row for (row,) in rows), None)

    def _whose(self, user: str) -> tuple[str, bytes, bytes]:
        return self.account.protocol, self.fingerprint.of(self.account.server), self.fingerprint.of(user)

    def _load(self, box: RememberedBox) -> None:
        of_box = "FROM mailbox WHERE account = ? AND name = ?"
        rows = select(self._connection, f"id, last, {_FACTS}", of_box, (self._account(box.user), box.name))
        for row in rows:
            box.row, last, *facts = row
            box.facts = MailboxFacts(*facts)
            # What another session has written since this one began may be later than what this one is told.
            box.before = replace(box.facts) if last <= self._began else None

    def _write(self) -> None:
        now = time.time()
        with transaction(self._connection):
            users = {box.user: self._note_account(box.user, now) for box in self._changed.values()}
            rows = {key: self._write_box(box, users[box.user], now) for key, box in self._changed.items()}
        for key, box in self._changed.items():
            row = rows[key]
            if row is None:
                box.lose()
                continue
            box.row, box.rows, none_below = row
            box.shortened(none_below)
            box.forgets = box.relists = False
            box.pending.clear()
            box.near_from, box.near_to = 1, 0
        self._users.update(users)
        self._changed.clear()
        self._gathered = 0

    def _note_account(self, user: str, now: float) -> int:
        """The row of the account, made if there is none."""
        whose = self._whose(user)
        self._connection.execute(
            "INSERT OR IGNORE INTO account (protocol, server, user, first, last) VALUES (?, ?, ?, ?, ?)",
            (*whose, now, now),
        )
        account = self._account(user)
        if account is None:
            raise DamagedMemory("an account is not where it was put")
        self._connection.execute(
            "UPDATE account SET last = ?, sessions = sessions + ? WHERE id = ?",
            (now, user not in self._users, account),
        )
        return account

    def _write_box(self, box: RememberedBox, account: int, now: float) -> tuple[int, int, int] | None:
        """The row of the mailbox, about how many messages stand there, and below which UID none does (see ``shorten``);
        None if it is lost.
        """
        row = self._write_mailbox(box, account, now)
        if row is None:
            return None
        execute = self._connection.execute
        if box.relists:
            execute("UPDATE message SET number = 0 WHERE mailbox = ? AND number > 0", (row,))
        self._connection.executemany(
            "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (row, key, one.size, one.date, one.message_id, one.number, int(one.fate), self._number)
                for key, one in box.pending.items()
            ),
        )
        rows = box.rows if row == box.row else None
        if rows is None or rows + len(box.pending) > MOST_MESSAGES:
            return row, *shorten(self._connection, row)
        return row, rows + len(box.pending), 1

    def _write_mailbox(self, box: RememberedBox, account: int, now: float) -> int | None:
        execute = self._connection.execute
        of_box = "FROM mailbox WHERE account = ? AND name = ?"
        found = select(self._connection, "id, uidvalidity, first", of_box, (account, box.name))
        row, uidvalidity, first = next(found, (None, None, now))
        if box.row is not None and row != box.row and not box.forgets:
            return None
        facts = astuple(box.facts)
        if row is not None and uidvalidity == box.facts.uidvalidity and not (box.forgets and row == box.row):
            execute(f"UPDATE mailbox SET ({_FACTS}, last) = (?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?", (*facts, now, row))
            return int(row)
        if row is not None:
            drop_mailbox(self._connection, row)
        made = execute(
            f"INSERT INTO mailbox (account, name, {_FACTS}, first, last) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (account, box.name, *facts, first, now),
        )
        assert made.lastrowid is not None
        return made.lastrowid
