"""What a POP3 session knows: its state, its view of the maildrop and what it has marked for removal."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Iterator, Sequence

from mailshell.demo.maildrop import Maildrop, Stored
from mailshell.demo.pop3_errands import Load, Outcome, Remove
from mailshell.demo.pop3_replies import err, ok
from mailshell.demo.pop3_sasl import Account, Exchange

#: After so many failed attempts to authenticate the connection is closed.
MAX_FAILURES = 5


class State(enum.Enum):
    """The states of RFC 1939, section 3. UPDATE takes no commands, so that it stands for the end as well."""

    AUTHORIZATION = enum.auto()
    TRANSACTION = enum.auto()
    UPDATE = enum.auto()


class Conversation:
    """One client's conversation, apart from how its lines come in and how its commands are called."""

    def __init__(self, maildrop: Maildrop, account: Account) -> None:
        self.account = account
        self.state = State.AUTHORIZATION
        self.timestamp = self.nonce()
        #: The name of the USER command just before this one (RFC 1939, section 7, PASS).
        self.user: bytes | None = None
        #: The SASL exchange under way; the client's next line belongs to it.
        self.exchange: Exchange | None = None
        self.utf8 = False
        self._failures = 0
        self._maildrop = maildrop
        self._has_lock = False
        self._messages: Sequence[Stored] = ()
        self._deleted: set[int] = set()

    @staticmethod
    def nonce() -> bytes:
        """A fresh challenge in the form of a message-id, for APOP and CRAM-MD5."""
        return f"<{secrets.token_hex(8)}@mailshell-demo>".encode()

    def authenticated(self, success: bool) -> Outcome:
        """Open the maildrop to a client that knows the password; count the attempt of one that does not."""
        if not success:
            self._failures += 1
            if self._failures >= MAX_FAILURES:
                self.state = State.UPDATE
                return err("wrong user name or password, once too often; goodbye", "AUTH")
            return err("wrong user name or password", "AUTH")
        if not self._maildrop.lock():
            return err("another session has the maildrop open", "IN-USE")
        self._has_lock = True
        return Load(self._open)

    def _open(self, messages: Sequence[Stored]) -> bytes:
        """Enter the TRANSACTION state with the messages; those that come in later belong to later sessions."""
        self._messages = messages
        self.state = State.TRANSACTION
        count, size = self.totals()
        return ok(f"maildrop open, {count} messages ({size} octets)")

    def remaining(self) -> Iterator[tuple[int, Stored]]:
        """The messages that are not marked for removal, with their numbers."""
        for number, message in enumerate(self._messages, 1):
            if number not in self._deleted:
                yield number, message

    def totals(self) -> tuple[int, int]:
        """How many messages are not marked for removal, and their octets together."""
        sizes = [message.size for _, message in self.remaining()]
        return len(sizes), sum(sizes)

    def message(self, argument: bytes) -> tuple[int, Stored] | None:
        """The message that the argument numbers, unless there is none or it is marked for removal."""
        number = int(argument) if argument.isdigit() else 0
        if not 1 <= number <= len(self._messages) or number in self._deleted:
            return None
        return number, self._messages[number - 1]

    def mark(self, number: int) -> None:
        """Mark a message for removal."""
        self._deleted.add(number)

    def unmark_all(self) -> None:
        """Take all the marks away."""
        self._deleted.clear()

    def quit(self) -> Outcome:
        """End the session; if there are marks, once the marked messages are removed."""
        if self.state is not State.TRANSACTION or not self._deleted:
            self.leave()
            return ok("goodbye")
        self.state = State.UPDATE
        return Remove([self._messages[number - 1] for number in sorted(self._deleted)], self._removed)

    def _removed(self, count: int) -> bytes:
        """The end of the UPDATE state: the lock outlasts the removal (RFC 1939, section 6)."""
        self.leave()
        return ok(f"goodbye, messages removed: {count}")

    def leave(self) -> None:
        """End the session and give the lock back, without removing anything. To do it twice does no harm."""
        self.state = State.UPDATE
        if self._has_lock:
            self._has_lock = False
            self._maildrop.unlock()
