"""What a POP3 session knows of itself (RFC 1939 sections 3 to 6)."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from mailshell.protocol.announcement import Announcements

_TIMESTAMP = re.compile(rb"<[^<>\s]+@[^<>\s]+>")


class Phase(enum.Enum):
    """RFC 1939 section 3. ``letter`` is the one that the catalogue uses."""

    GREETING = "waiting for the greeting"
    AUTHORIZATION = "authorization"
    TRANSACTION = "transaction"
    UPDATE = "update"

    @property
    def letter(self) -> str:
        return {"authorization": "A", "transaction": "T"}.get(self.value, "")


@dataclass(slots=True)
class Pop3State:
    """The state. ``deleted`` holds the message numbers marked for deletion; QUIT commits them."""

    phase: Phase = Phase.GREETING
    tls: bool = False
    user: str | None = None
    pending_user: str | None = None
    timestamp: bytes | None = None
    capabilities: tuple[str, ...] | None = None
    announcements: Announcements = field(default_factory=Announcements)
    deleted: set[int] = field(default_factory=set)
    messages: int | None = None
    octets: int | None = None
    #: Whether UTF8 was accepted (RFC 6856 section 2), and the language that LANG has chosen (section 3).
    utf8: bool = False
    language: str = ""

    def has(self, capability: str) -> bool:
        """Whether CAPA has named the tag. False also if CAPA was not asked yet."""
        wanted = capability.upper()
        return any(line.split(" ", 1)[0].upper() == wanted for line in self.capabilities or ())

    def greet(self, text: bytes) -> None:
        """Take in the greeting: its timestamp is what APOP digests (RFC 1939 section 7)."""
        match = _TIMESTAMP.search(text)
        self.timestamp = match[0] if match else None
        self.phase = Phase.AUTHORIZATION

    def forget_capabilities(self) -> None:
        self.capabilities = None

    def learn_capabilities(self, body: bytes) -> None:
        """Take in the body of a CAPA reply, one capability a line (RFC 2449 section 5)."""
        self.capabilities = tuple(
            line.removesuffix("\r") for line in body.decode("utf-8", "surrogateescape").split("\n") if line.strip()
        )
        logged_in = self.phase is Phase.TRANSACTION
        self.announcements.learn(self.capabilities, "CAPA", tls=self.tls, logged_in=logged_in)

    def complete(self, name: str, argument: str, text: bytes) -> None:
        """Take in the ``+OK`` that answers a command."""
        match name:
            case "PASS" | "APOP" | "AUTH" | "RPOP":
                self.phase, self.user = Phase.TRANSACTION, self.pending_user
                # What CAPA said before may differ from what it says now (RFC 2449 section 5).
                self.forget_capabilities()
            case "STLS":
                self.forget_capabilities()
            case "DELE":
                # A server may take more after the number, and a number is what it takes.
                number = next((word for word in argument.split() if word.isdecimal() and len(word) < 12), None)
                if number is not None:
                    self.deleted.add(int(number))
            case "RSET":
                self.deleted.clear()
            case "UTF8":
                self.utf8 = True
            case "LANG" if argument:
                self.language = text.split(b" ", 1)[0].decode("latin-1")
            case "STAT":
                numbers = text.split(b" ", 2)
                if len(numbers) >= 2 and all(n.isdigit() and len(n) < 20 for n in numbers[:2]):
                    self.messages, self.octets = int(numbers[0]), int(numbers[1])
            case "QUIT":
                if self.phase is Phase.TRANSACTION:
                    self.deleted.clear()
                self.phase = Phase.UPDATE
