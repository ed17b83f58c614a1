"""What an IMAP session knows of itself: phase, capabilities, the selected mailbox (RFC 9051 section 3).

The rules, in prose:

- Capabilities come from the greeting's or a completion's response code, or from CAPABILITY. They are forgotten when TLS
  starts and when a login succeeds, unless they came with that very completion or during the command (RFC 9051
  sections 6.2.1 to 6.2.3). Those in the completion of STARTTLS came in the clear, and are not believed.
- SELECT and EXAMINE leave the mailbox that was selected, even if they fail (section 6.3.2). Of several under way the
  oldest is the one whose data comes.
- EXPUNGE lowers the count of messages by one, VANISHED (not EARLIER) by as many as it names (RFC 7162 section 3.2.10).
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from mailshell.protocol.announcement import Announcements
from mailshell.protocol.imap.data import Data, Pairs, Words
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.protocol.limits import DEFAULT

_SET = re.compile(rb"(\d+)(?::(\d+))?")


class Phase(enum.Enum):
    """RFC 9051 section 3. ``letter`` is the one that the catalogue uses."""

    GREETING = "waiting for the greeting"
    NOT_AUTHENTICATED = "not authenticated"
    AUTHENTICATED = "authenticated"
    SELECTED = "selected"
    LOGOUT = "logged out"

    @property
    def letter(self) -> str:
        return {"not authenticated": "N", "authenticated": "A", "selected": "S"}.get(self.value, "")


@dataclass(slots=True)
class MailboxView:
    """What the server has said of the selected mailbox. None: it has not."""

    name: str
    read_only: bool = False
    exists: int | None = None
    recent: int | None = None
    unseen: int | None = None
    uidvalidity: int | None = None
    uidnext: int | None = None
    highestmodseq: int | None = None
    flags: tuple[str, ...] = ()
    permanent_flags: tuple[str, ...] | None = None


@dataclass(slots=True)
class ImapState:
    """The state, changed by ``apply`` for each response and ``complete`` for each completion."""

    phase: Phase = Phase.GREETING
    tls: bool = False
    user: str | None = None
    pending_user: str | None = None
    capabilities: tuple[str, ...] | None = None
    announcements: Announcements = field(default_factory=Announcements)
    enabled: set[str] = field(default_factory=set)
    #: What the server said of itself (ID, RFC 2971), and the language of its texts (RFC 5255); empty if not told.
    server: tuple[tuple[str, str], ...] = ()
    language: str = ""
    mailbox: MailboxView | None = None
    #: The mailboxes of the SELECTs under way, the oldest first.
    pending: list[MailboxView] = field(default_factory=list)
    said_bye: bool = False

    def has(self, capability: str) -> bool:
        """Whether the server has advertised the capability. False also if it has advertised none yet."""
        wanted = capability.upper()
        return any(name.upper() == wanted for name in self.capabilities or ())

    @property
    def utf8(self) -> bool:
        """Whether strings go in UTF-8, mailbox names too (RFC 6855 section 3, RFC 9051 section 6.3.1)."""
        return not self.enabled.isdisjoint(("UTF8=ACCEPT", "IMAP4REV2"))

    @property
    def view(self) -> MailboxView | None:
        """The mailbox that untagged data speaks of: the one being selected, or the one that is."""
        return self.pending[0] if self.pending else self.mailbox

    @property
    def pending_mailbox(self) -> MailboxView | None:
        """The mailbox of the SELECT that was sent last, while it is under way."""
        return self.pending[-1] if self.pending else None

    def learn_capabilities(self, octets: bytes, source: str) -> None:
        """Take the capabilities from the words of a CAPABILITY response or code."""
        self.capabilities = tuple(octets.decode("utf-8", "surrogateescape").split())
        logged_in = self.phase in (Phase.AUTHENTICATED, Phase.SELECTED)
        self.announcements.learn(self.capabilities, source, tls=self.tls, logged_in=logged_in)

    def forget_capabilities(self) -> None:
        self.capabilities = None

    def begin_select(self, name: str, read_only: bool) -> None:
        """A SELECT or EXAMINE goes out: what comes now speaks of its mailbox."""
        if len(self.pending) >= DEFAULT.outstanding:
            del self.pending[0]
        self.pending.append(MailboxView(name, read_only))

    def apply(self, response: Response) -> None:
        """Take in an untagged response."""
        name = response.name
        if name == "CAPABILITY":
            self.learn_capabilities(response.rest, "CAPABILITY")
        elif name == "ENABLED":
            self.enabled.update(response.rest.decode("latin-1").upper().split())
        elif name in ("ID", "LANGUAGE"):
            self._apply_words(read_data(response)[0])
        elif response.status:
            self.said_bye = self.said_bye or name == "BYE"
            self._apply_code(response)
        elif self.view is not None:
            self._apply_mailbox_data(self.view, response)

    def _apply_words(self, data: Data) -> None:
        """The server's own words: who it is, and the language in which it speaks.

        Of LANGUAGE only one tag tells what is in force; several are those to choose from (RFC 5255 section 3.3).
        """
        if isinstance(data, Pairs):
            self.server = tuple((name, str(value)) for name, value in data.pairs if value is not None)
        elif isinstance(data, Words) and len(data.words) == 1:
            self.language = data.words[0]

    def _apply_mailbox_data(self, view: MailboxView, response: Response) -> None:
        if response.name == "EXISTS":
            view.exists = response.number
        elif response.name == "RECENT":
            view.recent = response.number
        elif response.name == "EXPUNGE" and view.exists:
            view.exists -= 1
        elif response.name == "VANISHED" and view.exists and not response.rest.upper().startswith(b"(EARLIER)"):
            gone = sum(_span(match) for match in _SET.finditer(response.rest))
            view.exists = max(0, view.exists - gone)
        elif response.name == "FLAGS":
            view.flags = _flags(response.rest)

    def _apply_code(self, response: Response) -> None:
        code, view = response.code, self.view
        if code is None:
            return
        name, _, value = code.partition(b" ")
        if name.upper() == b"CAPABILITY":
            self.learn_capabilities(value, "greeting" if self.phase is Phase.GREETING else "response code")
        if view is None:
            return
        match name.decode("latin-1").upper():
            case "UIDVALIDITY":
                view.uidvalidity = _number(value)
            case "UIDNEXT":
                view.uidnext = _number(value)
            case "UNSEEN":
                view.unseen = _number(value)
            case "HIGHESTMODSEQ":
                view.highestmodseq = _number(value)
            case "PERMANENTFLAGS":
                view.permanent_flags = _flags(value)
            case "READ-ONLY":
                view.read_only = True
            case "READ-WRITE":
                view.read_only = False

    def greet(self, response: Response) -> None:
        """Take in the greeting."""
        self._apply_code(response)
        self.phase = {
            "OK": Phase.NOT_AUTHENTICATED,
            "PREAUTH": Phase.AUTHENTICATED,
            "BYE": Phase.LOGOUT,
        }.get(response.name, Phase.NOT_AUTHENTICATED)
        self.said_bye = response.name == "BYE"

    def complete(self, name: str, response: Response, learnt_during: bool) -> None:
        """Take in the completion of the command ``name``; ``learnt_during``: capabilities came while it ran."""
        if name in ("SELECT", "EXAMINE"):
            self._complete_select(response)
        if response.ok:
            match name:
                case "STARTTLS":
                    self.forget_capabilities()
                case "LOGIN" | "AUTHENTICATE":
                    self.phase, self.user = Phase.AUTHENTICATED, self.pending_user
                    if not learnt_during:
                        self.forget_capabilities()
                    elif response.code_name != "CAPABILITY":
                        self.announcements.came_with_login()
                case "CLOSE" | "UNSELECT":
                    self.phase, self.mailbox = Phase.AUTHENTICATED, None
                case "LOGOUT":
                    self.phase, self.mailbox = Phase.LOGOUT, None
                case "UNAUTHENTICATE":
                    self.phase, self.mailbox, self.user = Phase.NOT_AUTHENTICATED, None, None
                    self.enabled.clear()
                    self.forget_capabilities()
        if name not in ("SELECT", "EXAMINE") and not (name == "STARTTLS" and response.ok):
            self._apply_code(response)

    def _complete_select(self, response: Response) -> None:
        self._apply_code(response)
        selected = self.pending.pop(0) if self.pending else None
        if response.ok:
            self.phase, self.mailbox = Phase.SELECTED, selected
        elif response.name == "NO" and self.phase is Phase.SELECTED:
            self.phase, self.mailbox = Phase.AUTHENTICATED, None


def _span(match: re.Match[bytes]) -> int:
    """How many numbers a part of a set names: ``5`` one, ``3:5`` and ``5:3`` three."""
    first, last = match[1], match[2] or match[1]
    return abs(int(last) - int(first)) + 1 if len(first + last) < 30 else 0


def _number(octets: bytes) -> int | None:
    word = octets.split(b" ", 1)[0]
    return int(word) if word.isdigit() and len(word) < 30 else None


def _flags(octets: bytes) -> tuple[str, ...]:
    return tuple(octets.strip().strip(b"()").decode("latin-1").split())
