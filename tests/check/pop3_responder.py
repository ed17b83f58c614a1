r"""A POP3 server for probes: it does everything as it should, but for what a test tells it to do otherwise.

``faults`` is a table: a regular expression for a command and what to do instead, the first that matches counts: octets,
which are sent as they are; a function, which is called with the connection and the command and returns such octets, or
None for the right answer; ``DROP`` ends the connection, ``MUTE`` says nothing, now and ever after.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping, Sequence

from check.listening import Listening

DROP, MUTE = b"DROP", b"MUTE"
Answer = bytes | Callable[["Conversation", str], bytes | None]
HEAD = b"From: ana@example.org\r\nSubject: %d\r\n"
MESSAGES = (
    HEAD % 1 + b"\r\none\r\ntwo\r\nthree\r\n",
    HEAD % 2 + b"\r\n",
    HEAD % 3,
    HEAD % 4 + b"\r\n.\r\n..\r\nx\r\n.profile\r\n\r\nend\r\n",
    HEAD % 5 + b"\r\n" + b"a line of a longer message\r\n" * 60,
)
CAPABILITIES = ("TOP", "UIDL", "USER", "SASL PLAIN CRAM-MD5", "RESP-CODES", "PIPELINING", "STLS", "IMPLEMENTATION X 1")


class Conversation:
    """One connection."""

    def __init__(self, server: Pop3Responder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.reader, self.writer = reader, writer
        self.user: str | None = None
        self.logged_in = self.tls = False
        self.deleted: set[int] = set()
        self.number = server.count

    async def run(self) -> None:
        greeting = self.server.greeting
        self.writer.write(greeting(self) if callable(greeting) else greeting)
        while line := await self.reader.readline():
            command = line.rstrip(b"\r\n").decode()
            self.server.commands.append(command)
            answer = self._answer(command)
            if answer == DROP:
                return
            if answer == MUTE:
                await self.reader.read(-1)
                return
            self.writer.write(answer)
            await self.writer.drain()
            name = command.upper()
            if name == "QUIT" and answer.startswith(b"+OK"):
                self.server.quits.append(set(self.deleted))
                await asyncio.sleep(self.server.lingers)
                return
            if name == "STLS" and answer.startswith(b"+OK") and self.server.tls is not None and not self.tls:
                if not self.server.vulnerable:
                    # What came in the same packet is in the clear.
                    self.reader._buffer.clear()  # type: ignore[attr-defined]
                await self.writer.start_tls(self.server.tls)
                self.tls = True

    def _answer(self, command: str) -> bytes:
        for pattern, fault in self.server.faults.items():
            if re.fullmatch(pattern, command):
                given = fault(self, command) if callable(fault) else fault
                if given is not None:
                    return given
        return self.good(command)

    def good(self, command: str) -> bytes:
        """The right answer."""
        name, *words = command.split(" ")
        name = name.upper()
        if name == "CAPA" and not words:
            return lines(b"+OK", [line.encode() for line in self.capabilities()])
        if name == "QUIT" and not words:
            return b"+OK bye\r\n"
        if not self.logged_in:
            return self._before_login(name, words)
        return self._after_login(name, words)

    def capabilities(self) -> list[str]:
        server = self.server
        hidden = "STLS" if self.tls or self.logged_in or server.tls is None else ""
        return [line for line in server.capabilities if line != hidden]

    def _before_login(self, name: str, words: Sequence[str]) -> bytes:
        match name, *words:
            case ["STLS"] if self.server.tls is not None and not self.tls:
                return b"+OK go on\r\n"
            case ["USER", user]:
                self.user = user
                return b"+OK\r\n"
            case ["PASS", "secret"] if self.user:
                self.logged_in = True
                return b"+OK welcome\r\n"
            case ["UTF8"]:
                return b"+OK\r\n"
            case ["LANG"]:
                return lines(b"+OK", [b"en English", b"de Deutsch"])
            case ["LANG", "*"]:
                return b"+OK en now English\r\n"
        return b"-ERR no\r\n"

    def _after_login(self, name: str, words: Sequence[str]) -> bytes:
        there = {number: octets for number, octets in enumerate(self.server.messages, 1) if number not in self.deleted}
        number = int(words[0]) if words and re.fullmatch(r"[0-9]+", words[0]) else 0
        octets = there.get(number)
        match name, len(words):
            case "NOOP", 0:
                return b"+OK\r\n"
            case "RSET", 0:
                self.deleted.clear()
                return b"+OK\r\n"
            case "STAT", 0:
                return b"+OK %d %d\r\n" % (len(there), sum(map(len, there.values())))
            case (("LIST" | "UIDL"), 0):
                return lines(b"+OK", [b"%d %s" % (one, self.about(name, one)) for one in there])
            case (("LIST" | "UIDL"), 1) if octets is not None:
                return b"+OK %d %s\r\n" % (number, self.about(name, number))
            case "RETR", 1 if octets is not None:
                return body(octets)
            case "TOP", 2 if octets is not None and words[1].isdecimal():
                return body(top(octets, int(words[1])))
            case "DELE", 1 if octets is not None:
                self.deleted.add(number)
                return b"+OK\r\n"
        return b"-ERR no\r\n"

    def about(self, name: str, number: int) -> bytes:
        """The size or the unique-id of a message."""
        if name == "UIDL":
            return b"id-%d" % number
        return b"%d" % len(self.server.messages[number - 1])


class Pop3Responder(Listening):
    """The server. ``commands``: all that came; ``quits``: what was marked deleted at each QUIT. ``vulnerable``: under
    TLS it goes on with what was sent in the clear before; ``lingers``: after QUIT for so long (seconds).
    """

    def __init__(
        self,
        faults: Mapping[str, Answer] | None = None,
        *,
        messages: Sequence[bytes] = MESSAGES,
        capabilities: Sequence[str] = CAPABILITIES,
        greeting: bytes | Callable[[Conversation], bytes] = b"+OK ready\r\n",
        tls: ssl.SSLContext | None = None,
        vulnerable: bool = False,
        lingers: float = 0.0,
    ) -> None:
        super().__init__()
        self.faults = faults or {}
        self.messages = messages
        self.capabilities = capabilities
        self.greeting = greeting
        self.tls = tls
        self.vulnerable, self.lingers = vulnerable, lingers
        self.count = 0
        self.commands: list[str] = []
        self.quits: list[set[int]] = []

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        await Conversation(self, reader, writer).run()


def lines(status: bytes, texts: Sequence[bytes]) -> bytes:
    """A multi-line reply."""
    return b"".join(text + b"\r\n" for text in (status, *texts, b"."))


def body(octets: bytes) -> bytes:
    """A multi-line reply with a message."""
    stuffed = re.sub(rb"(?m)^\.", b"..", octets)
    return b"+OK\r\n" + stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def top(octets: bytes, count: int) -> bytes:
    """The header, the blank line if there is one, and so many lines of the body."""
    head, blank, rest = octets.partition(b"\r\n\r\n")
    return head + blank + b"".join(line + b"\r\n" for line in rest.removesuffix(b"\r\n").split(b"\r\n")[:count] if rest)
