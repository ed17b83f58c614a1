"""What checkers ask of earlier sessions, and tell for later ones. Where it is kept is somebody else's business.

One ``Memory`` serves one session. What another session has written since this one began is no earlier session's: the
server may have told it things that came later than those that this session is told.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Fate(enum.IntEnum):
    """POP3: what was done with a message. ``MARKED``: DELE, and no QUIT followed; ``DELETED``: QUIT was accepted."""

    SEEN = 0
    RETRIEVED = 1
    MARKED = 2
    DELETED = 3


@dataclass(slots=True)
class MailboxFacts:
    """What was told of a mailbox last; None: it was not told.

    ``all_from``, ``all_below``: each message whose UID is between them was there to be seen, and is remembered
    (``all_from`` included). ``renewed``: how many times in a row a session has found another UIDVALIDITY.
    """

    uidvalidity: int | None = None
    uidnext: int | None = None
    highestmodseq: int | None = None
    messages: int | None = None
    all_from: int = 1
    all_below: int = 0
    renewed: int = 0


@dataclass(slots=True)
class MessageFacts:
    """What was told of a message. ``size`` in octets, as RFC822.SIZE or LIST have it; ``date``: its INTERNALDATE in
    seconds since 1970; ``message_id``: a fingerprint; ``number``: POP3, its number in the last listing, 0 if it was not
    in that; ``earlier``: an earlier session has told it, and none of it comes from this one.
    """

    size: int | None = None
    date: int | None = None
    message_id: bytes | None = None
    number: int = 0
    fate: Fate = Fate.SEEN
    earlier: bool = False


class MailboxMemory(Protocol):
    """One mailbox with its UIDVALIDITY, or one maildrop. A message is known by its UID, or the fingerprint of its
    unique-id.
    """

    @property
    def before(self) -> MailboxFacts | None:
        """What earlier sessions have left; None: nothing, or it can't be relied upon."""
        ...

    @property
    def facts(self) -> MailboxFacts:
        """What holds now: what this session has told, else what was known."""
        ...

    def tell(self, facts: MailboxFacts) -> None:
        """What holds now. With another UIDVALIDITY than before, all messages are forgotten."""
        ...

    def message(self, key: int | bytes) -> MessageFacts | None:
        """What is known of a message, of this session too; None: nothing."""
        ...

    def keep(self, key: int | bytes, facts: MessageFacts) -> None:
        """Remember this of a message, in place of what was known. The facts are the box's from here on."""
        ...

    def listed(self) -> Mapping[int | bytes, MessageFacts]:
        """POP3: the messages of the last listing of an earlier session, in their order."""
        ...

    def relist(self) -> None:
        """POP3: a new listing takes the place of the one before; ``keep`` tells the numbers anew."""
        ...


class Memory(Protocol):
    """What is remembered of one server."""

    def box(self, user: str, name: str) -> MailboxMemory:
        """The mailbox of this name; in POP3 the maildrop, whose name is empty. ``user``: who has logged in."""
        ...

    def renamed(self, user: str, name: str, uidvalidity: int) -> bool:
        """Whether another mailbox of this user is known to have, or to have had last, this UIDVALIDITY."""
        ...

    def fingerprint(self, octets: bytes) -> bytes:
        """What is kept instead of the octets: the same for the same, and for nobody to turn back."""
        ...

    def save(self) -> None:
        """This is a good moment to put down what was told. Nothing may happen."""
        ...
