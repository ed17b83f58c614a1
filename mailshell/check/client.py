"""Sends the commands of a probe and collects what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mailshell.check.advertised import has
from mailshell.check.transcript import Transcript
from mailshell.contract import LiteralSource, Part
from mailshell.protocol.exchange import Exchange, Status
from mailshell.protocol.imap.data import Data, Fetched
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.session import Session

#: No server has so many, and one that tells more means harm.
_CAPABILITIES = 2000


@dataclass
class Reply:
    """The answer to one command, or to several that were sent together.

    ``statuses``: one for each command, in the order in which they were sent. ``responses``: the untagged responses that
    came meanwhile (IMAP). ``body``: the contents of multi-line replies (POP3). ``evidence``: the transcript of it.
    """

    statuses: list[Status]
    responses: list[Response] = field(default_factory=list)
    body: bytes = b""
    evidence: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        return self.statuses[-1]

    @property
    def ok(self) -> bool:
        """Whether the (last) command was accepted."""
        return self.status.ok

    @property
    def words(self) -> str:
        """What the server said with the status."""
        return words_of(self.status)

    @property
    def lines(self) -> list[bytes]:
        """The lines of a multi-line reply, without line ends."""
        return self.body.replace(b"\r\n", b"\n").split(b"\n")[:-1] if self.body else []

    @cached_property
    def data(self) -> list[Data]:
        """What the untagged responses say."""
        return [read_data(response)[0] for response in self.responses]

    @property
    def fetched(self) -> list[Fetched]:
        """The FETCH responses among them."""
        return [one for one in self.data if isinstance(one, Fetched)]

    @property
    def exists(self) -> list[int | None]:
        """How many messages there are, as each EXISTS says, in their order (IMAP)."""
        return [response.number for response in self.named("EXISTS")]

    @property
    def codes(self) -> dict[str, bytes]:
        """The response codes of the statuses and of the untagged status responses: name (upper case) and arguments."""
        found: dict[str, bytes] = {}
        for one in (*reversed(self.statuses), *self.responses):
            name, _, arguments = (one.code or b"").partition(b" ")
            if name:
                found.setdefault(name.decode("latin-1").upper(), arguments)
        return found

    def named(self, name: str) -> list[Response]:
        """The untagged responses of this name (upper case)."""
        return [response for response in self.responses if response.name == name]


def words_of(status: Status) -> str:
    """A status and what the server said with it, as it came."""
    return f"{status.status} {status.text.decode('utf-8', 'replace')}".rstrip()


def literal(octets: bytes, *, sync: bool = True) -> LiteralSource:
    """A literal with these contents. Its announcement (``{5}``, ``{5+}``) stands at the end of the part before it."""

    async def pieces() -> AsyncIterator[bytes]:
        yield octets

    return LiteralSource(len(octets), pieces, sync)


class Client:
    """One session for probes. All raise what ``Session.command`` raises."""

    def __init__(self, session: Session, transcript: Transcript) -> None:
        self.session = session
        self.transcript = transcript
        self._tags = 0

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What the server has advertised last, as it wrote it, up to 2,000 names; empty if it has not been asked.

        Secrets are masked here: in a name in upper case nobody would know them any more.
        """
        listed = tuple(self.session.engine.state.capabilities or ())[:_CAPABILITIES]
        # All at once; a line end is in none of them.
        return tuple(self.session.engine.secrets.mask_str("\n".join(listed)).split("\n")) if listed else ()

    def has(self, capability: str) -> bool:
        """Whether the server advertises it (whatever its case)."""
        return has(self.capabilities, capability)

    def tag(self) -> str:
        """A fresh tag."""
        self._tags += 1
        return f"k{self._tags}"

    async def ask(self, command: str | bytes, *more: Part) -> Reply:
        """Send a command (without tag and line end) and wait for its completion.

        ``more``: literals, each made by ``literal`` and announced by the part before it, and the octets between and
        behind them; the last part has the line end already.
        """
        octets = command.encode("utf-8", "surrogateescape") if isinstance(command, str) else command
        head = octets if self.session.protocol == "pop3" else self.tag().encode() + b" " + octets
        return await self.send([head + (b"" if more else b"\r\n"), *more])

    async def send(self, parts: Sequence[Part]) -> Reply:
        """Send the parts of one command exactly as they are, tag and line end included."""
        self.transcript.begin()
        _, status = await self.session.command(parts, None)
        return self._reply([status])

    async def together(self, octets: bytes) -> Reply:
        """Send octets exactly as they are, in one write; wait for all commands that they begin."""
        self.transcript.begin()
        begun: list[Exchange] = self.session.write(octets)
        for exchange in begun:
            self.session.answers.attend(exchange, None)
        try:
            return self._reply([await self.session.answers.completion(exchange) for exchange in begun])
        finally:
            for exchange in begun:
                if not exchange.complete:
                    self.session.answers.abandon(exchange)

    async def before_noop(self, octets: bytes) -> tuple[list[Status | None], Reply]:
        """Send octets exactly as they are and a NOOP behind them, in one write; wait for the NOOP.

        The status of each command that the octets begin, None if it had none by then, and the reply with that of the
        NOOP. So what may have no answer at all can be tried (IMAP).
        """
        self.transcript.begin()
        *begun, noop = self.session.write(octets + f"{self.tag()} NOOP\r\n".encode())
        for exchange in (*begun, noop):
            self.session.answers.attend(exchange, None)
        try:
            status = await self.session.answers.completion(noop)
            return [exchange.status for exchange in begun], self._reply([status])
        finally:
            for exchange in (*begun, noop):
                self.session.answers.abandon(exchange)

    async def idle(self, seconds: float) -> tuple[Status | None, Reply]:
        """IDLE for so long, then DONE (RFC 9051 section 6.3.13).

        The continuation request, None if the server completed the command instead, and the reply.
        """
        self.transcript.begin()
        answers = self.session.answers
        exchange = self.session.begin(f"{self.tag()} IDLE\r\n".encode(), None)
        try:
            request = await answers.continuation(exchange)
            if request is not None:
                await asyncio.sleep(seconds)
                if not exchange.complete:
                    self.session.write(b"DONE\r\n")
            return request, self._reply([await answers.completion(exchange)])
        finally:
            if not exchange.complete:
                answers.abandon(exchange)

    def seen(self) -> Reply:
        """What has passed since the last command was sent, as evidence: without a status."""
        return self._reply([])

    def _reply(self, statuses: list[Status]) -> Reply:
        seen = self.transcript
        return Reply(statuses, list(seen.responses), bytes(seen.body), seen.evidence)
