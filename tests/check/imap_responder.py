r"""An IMAP server for probes: it does everything as it should, but for what a test tells it to do otherwise.

``faults`` is a table: a regular expression for a command (without its tag; a literal stands as ``{octets}`` in its
place) and what to do instead, the first that matches counts:

    text            sent line by line, ``TAG`` replaced by the tag, but not in ``(TAG "...")``
    a function      is called with the connection, the tag and the command, and returns such a text
    ``DROP``        ends the connection
    ``MUTE``        says nothing, now and ever after
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping

from check.listening import Listening

DROP, MUTE = "DROP", "MUTE"
Answer = str | Callable[["Conversation", str, str], str]
UIDS = (11, 12, 20)
UIDNEXT, UIDVALIDITY = 30, 7
BEFORE_LOGIN = "IMAP4rev1 LITERAL+ IDLE AUTH=PLAIN STARTTLS"
AFTER_LOGIN = "IMAP4rev1 LITERAL+ IDLE UNSELECT"

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")
_TAG = re.compile(r"[^\s(){%*\"\\+]+")
_STATUS_VALUES = {"MESSAGES": len(UIDS), "RECENT": 0, "UIDNEXT": UIDNEXT, "UIDVALIDITY": UIDVALIDITY, "UNSEEN": 2}
_ITEMS = frozenset({"UID", "FLAGS"})
_STRING = r'"(?:[^"\\]|\\.)*"|\{[^}]*\}'


class Conversation:
    """One connection."""

    def __init__(self, server: Responder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.user = ""
        self.selected = False
        self.tls = server.begins_with_tls
        self.left = False

    async def run(self) -> None:
        self.say(self.server.greeting)
        while not self.left:
            command = await self._command()
            if command is None:
                return
            tag, _, rest = command.partition(" ")
            if not _TAG.fullmatch(tag):
                self.say("* BAD a tag was expected")
                continue
            text = self._answer(tag, rest)
            if text == DROP:
                return
            if text == MUTE:
                await self.reader.read(-1)
                return
            self.say(re.sub('TAG(?! ")', tag, text))
            if text.startswith("+ idling"):
                done = await self.reader.readline()
                self.say(f"{tag} OK done" if done.upper() == b"DONE\r\n" else f"{tag} BAD DONE was expected")
            if re.fullmatch("STARTTLS", rest, re.IGNORECASE) and self.server.tls is not None and "TAG OK" in text:
                await self._start_tls()
            await self.writer.drain()

    def say(self, text: str) -> None:
        self.writer.write(
            "".join(f"{line}\r\n" for line in text.split("\n") if line).encode("utf-8", "surrogateescape")
        )

    async def _start_tls(self) -> None:
        if not self.server.lets_slip_in:
            # What came in the clear behind the command goes (RFC 9051 section 6.2.1).
            self.reader._buffer.clear()  # type: ignore[attr-defined]
        await self.writer.drain()
        assert self.server.tls is not None
        await self.writer.start_tls(self.server.tls)
        self.tls = True

    async def _command(self) -> str | None:
        """The next command, its literals in braces; None at the end."""
        parts: list[bytes] = []
        while True:
            line = await self.reader.readline()
            if not line.endswith(b"\n"):
                return None
            line = line.rstrip(b"\r\n")
            announced = _LITERAL.search(line)
            if announced is None:
                return b"".join([*parts, line]).decode("utf-8", "surrogateescape")
            if not announced[2]:
                self.say("+ go on")
            octets = await self.reader.readexactly(int(announced[1]))
            parts += [line[: announced.start()], b"{", octets, b"}"]

    def _answer(self, tag: str, rest: str) -> str:
        for pattern, answer in self.server.faults.items():
            if re.fullmatch(pattern, rest, re.IGNORECASE | re.DOTALL):
                return answer if isinstance(answer, str) else answer(self, tag, rest)
        return self._good(rest)

    # --- as it should be

    def _good(self, rest: str) -> str:
        for pattern, needs, method in _COMMANDS:
            match = re.fullmatch(pattern, rest, re.IGNORECASE | re.DOTALL)
            if match:
                if needs in ("login", "mailbox") and not self.user:
                    return "TAG BAD log in first"
                if needs == "mailbox" and not self.selected:
                    return "TAG BAD select a mailbox first"
                return method(self, match)
        return "TAG BAD no such command, or it is not complete"

    def capability(self, match: re.Match[str]) -> str:
        names = self.server.after_login if self.user else self.server.before_login
        if self.tls:
            names = names.replace(" STARTTLS", "")
        return f"* CAPABILITY {names}\nTAG OK done"

    def noop(self, match: re.Match[str]) -> str:
        return "TAG OK done"

    def login(self, match: re.Match[str]) -> str:
        self.user = match[1]
        return f"TAG OK [CAPABILITY {self.server.after_login}] in"

    def idle(self, match: re.Match[str]) -> str:
        return "+ idling"

    def starttls(self, match: re.Match[str]) -> str:
        return "TAG BAD TLS stands" if self.tls else "TAG OK begin" if self.server.tls else "TAG NO none here"

    def logout(self, match: re.Match[str]) -> str:
        self.left = True
        return "* BYE bye\nTAG OK done"

    def examine(self, match: re.Match[str]) -> str:
        self.selected = match[2].strip('"{}').upper() == "INBOX"
        if not self.selected:
            return "TAG NO [NONEXISTENT] no such mailbox"
        read_only = match[1].upper() == "EXAMINE"
        kept = "" if read_only else r"\Seen \Deleted \*"
        unseen = "* OK [UNSEEN 2] first\n" if self.server.uids else ""
        old, new = "* 0 RECENT\n" + unseen, '* LIST () "/" INBOX\n'
        return (
            f"* {len(self.server.uids)} EXISTS\n{new if self.server.rev2 else old}* FLAGS (\\Seen \\Deleted)\n"
            f"* OK [PERMANENTFLAGS ({kept})] kept\n* OK [UIDVALIDITY {UIDVALIDITY}] valid\n"
            f"* OK [UIDNEXT {UIDNEXT}] next\nTAG OK [READ-{'ONLY' if read_only else 'WRITE'}] done"
        )

    def unselect(self, match: re.Match[str]) -> str:
        self.selected = False
        return "TAG OK done"

    def status(self, match: re.Match[str]) -> str:
        if match[1].strip('"{}').upper() != "INBOX":
            return "TAG NO [NONEXISTENT] no such mailbox"
        items = match[2].upper().split()
        if not set(items) <= _STATUS_VALUES.keys():
            return "TAG BAD no such item"
        values = _STATUS_VALUES | {"MESSAGES": len(self.server.uids), "UNSEEN": len(self.server.uids[1:])}
        told = " ".join(f"{item} {values[item]}" for item in items)
        return f"* STATUS INBOX ({told})\nTAG OK done"

    def search(self, match: re.Match[str]) -> str:
        """Knows sets, SEEN, UNSEEN and SUBJECT: the first message is seen, and all have the subject ``none``."""
        found = set(range(1, len(self.server.uids) + 1))
        keys = re.findall(
            rf"SUBJECT (?:{_STRING})|FROM (?:{_STRING})|UNSEEN|SEEN|ALL|[\d:,*]+", match[1], re.IGNORECASE
        )
        if re.sub(r" +", " ", " ".join(keys)).upper() != match[1].upper():
            return "TAG BAD no such key"
        for key in keys:
            if key.upper().startswith(("SUBJECT", "FROM")):
                found &= found if key[-2:] in ('""', "{}") else set()
            elif key.upper() in ("SEEN", "UNSEEN"):
                found &= {1} if key.upper() == "SEEN" else found - {1}
            elif key.upper() != "ALL":
                numbers = self._numbers(key, by_uid=False)
                if numbers is None:
                    return "TAG BAD no such message"
                found &= set(numbers)
        told = [str(number) for number in sorted(found)]
        if self.server.rev2:
            return '* ESEARCH (TAG "TAG")' + (f" ALL {','.join(told)}" if told else "") + "\nTAG OK done"
        return " ".join(["* SEARCH", *told]) + "\nTAG OK done"

    def fetch(self, match: re.Match[str]) -> str:
        by_uid, items = match[1] is not None, set(match[3].upper().split())
        numbers = self._numbers(match[2], by_uid=by_uid)
        if numbers is None or not items <= _ITEMS:
            return "TAG BAD no such message or item"
        items |= {"UID"} if by_uid else set()
        lines = []
        for number in numbers:
            told = [f"UID {self.server.uids[number - 1]}"] if "UID" in items else []
            told += [f"FLAGS ({chr(92) + 'Seen' if number == 1 else ''})"] if "FLAGS" in items else []
            lines.append(f"* {number} FETCH ({' '.join(told)})")
        return "\n".join([*lines, "TAG OK done"])

    def _numbers(self, text: str, *, by_uid: bool) -> list[int] | None:
        """The message numbers of a set; None if it is none, or names a message that does not exist."""
        uids = self.server.uids
        top = uids[-1] if by_uid and uids else len(uids)
        chosen: set[int] = set()
        for part in text.split(","):
            ends = part.split(":")
            if len(ends) > 2 or not all(end == "*" or (end.isdigit() and 0 < int(end) < 1 << 32) for end in ends):
                return None
            values = sorted(top if end == "*" else int(end) for end in ends)
            if by_uid:
                chosen |= {n for n, uid in enumerate(uids, 1) if values[0] <= uid <= values[-1]}
            elif values[-1] > len(uids):
                return None
            else:
                chosen |= set(range(values[0], values[-1] + 1))
        return sorted(chosen)


_NAME = rf"({_STRING}|[^\s\"{{}}()]+)"
_COMMANDS: tuple[tuple[str, str, Callable[[Conversation, re.Match[str]], str]], ...] = (
    ("CAPABILITY", "", Conversation.capability),
    ("NOOP", "", Conversation.noop),
    (r"LOGIN (\S+) \S+", "", Conversation.login),
    ("STARTTLS", "", Conversation.starttls),
    ("LOGOUT", "", Conversation.logout),
    ("IDLE", "login", Conversation.idle),
    (rf"(EXAMINE|SELECT) {_NAME}", "login", Conversation.examine),
    ("UNSELECT", "mailbox", Conversation.unselect),
    ("CHECK", "mailbox", Conversation.noop),
    (rf"STATUS {_NAME} \(([A-Z]+(?: [A-Z]+)*)\)", "login", Conversation.status),
    (r"SEARCH (\S.*)", "mailbox", Conversation.search),
    (r"(UID )?FETCH (\S+) \(([A-Z]+(?: [A-Z]+)*)\)", "mailbox", Conversation.fetch),
)


class Responder(Listening):
    """The server.

    ``tls``: STARTTLS is agreed to, with this certificate; ``implicit``: it begins with TLS. ``lets_slip_in``: what
    came in the clear behind STARTTLS is read under TLS.
    """

    def __init__(
        self,
        faults: Mapping[str, Answer] | None = None,
        *,
        greeting: str = "",
        before_login: str = BEFORE_LOGIN,
        after_login: str = AFTER_LOGIN,
        uids: tuple[int, ...] = UIDS,
        tls: ssl.SSLContext | None = None,
        implicit: ssl.SSLContext | None = None,
        lets_slip_in: bool = False,
    ) -> None:
        super().__init__(implicit)
        self.faults: dict[str, Answer] = dict(faults or {})
        self.greeting = greeting or f"* OK [CAPABILITY {before_login}] ready"
        self.before_login, self.after_login = before_login, after_login
        self.uids = uids
        self.tls = tls
        #: Whether it has IMAP4rev2 only.
        self.rev2 = "IMAP4rev2" in after_login and "IMAP4rev1" not in after_login
        self.begins_with_tls = implicit is not None
        self.lets_slip_in = lets_slip_in

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Conversation(self, reader, writer).run()
