"""What a probe works on: connections to the server, what is known of it so far, and where it tells what it found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import AnyStr, Protocol

from mailshell.check.advertised import has, names_of
from mailshell.check.client import Client, Reply
from mailshell.check.outcome import Outcome, ProbeResult, Verdict
from mailshell.check.transcript import Transcript
from mailshell.contract import SessionError
from mailshell.nobody import Nobody
from mailshell.protocol.imap.commands import quote
from mailshell.session import Session
from mailshell.text.escape import escape
from mailshell.wire import Observer

#: Of the transcript so many lines go into the report for one outcome, and so many characters of each.
_EVIDENCE, _WIDTH = 14, 240
#: A farewell may take so long (seconds).
FAREWELL = 1.0


class Connector(Protocol):
    """Opens sessions as the person has chosen: address, TLS, login."""

    protocol: str
    #: Whether connections begin in the clear, so that STARTTLS or STLS can be tried.
    clear: bool

    async def connect(
        self, observers: Callable[[Session], Sequence[Observer]], *, login: bool = True, starttls: bool = True
    ) -> Session:
        """A session, with TLS if that was chosen (not with ``starttls`` False), and logged in unless told otherwise.

        ``observers`` makes those that watch it from the first octet. Raises what opening a session raises, UsageError
        and LoginRefused.
        """
        ...

    async def leave(self, session: Session) -> None:
        """Log out and close."""
        ...


@dataclass(slots=True)
class Message:
    """A message of the sample: ``number`` (sequence number or message number), ``uid`` (or UIDL), announced ``size``
    and, if it was fetched whole, its octets."""

    number: int
    uid: str = ""
    size: int | None = None
    octets: bytes | None = None


@dataclass(slots=True)
class Known:
    """What probes have learnt and others use. ``capabilities`` by the moment: ``greeting``, ``clear``, ``tls``,
    ``login``. ``sample``: some messages, small ones first; ``mailbox``: where they are, ``messages``: how many it has.
    ``sizes`` and ``unique_ids``: what LIST and UIDL say of each message number (POP3).
    """

    greeting: str = ""
    capabilities: dict[str, tuple[str, ...]] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)
    mailbox: str = "INBOX"
    messages: int | None = None
    sample: list[Message] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)
    unique_ids: dict[int, str] = field(default_factory=dict)

    def names(self) -> list[str]:
        """The capabilities that were advertised at any moment, in upper case, without parameters, each once."""
        return names_of(line for listed in self.capabilities.values() for line in listed)

    def advertises(self, *names: str) -> bool:
        """Whether one of these was advertised at any moment, whatever its case."""
        return has(self.names(), *names)


class Bench:
    """``allow_writes``: probes may change things in a scratch mailbox. ``user``: who logs in, if that is a name."""

    def __init__(
        self,
        connector: Connector,
        observe: Callable[[Session], Sequence[Observer]],
        *,
        allow_writes: bool = False,
        user: str = "",
        mailbox: str = "INBOX",
    ) -> None:
        self.protocol = connector.protocol
        self.connector = connector
        self.allow_writes = allow_writes
        #: Why nobody can log in, so that probes that need a login are left out (empty: somebody can).
        self.no_login = ""
        self.user = user
        #: The person has ended the check.
        self.interrupted = False
        #: The budget has ended it before the last probe.
        self.out_of_time = False
        #: The scratch mailbox that could not be removed: nothing more is written.
        self.left_behind = ""
        self.known = Known(mailbox=mailbox)
        #: The probe that runs.
        self.result = ProbeResult("", "", "")
        self.source = ""
        self._observe = observe
        self._client: Client | None = None
        self._opened: list[Client] = []
        #: Until the server has not answered a farewell.
        self._takes_leave = True

    # --- connections

    async def client(self) -> Client:
        """A session that is logged in; the same as last time, if that is still open."""
        if self._client is None or not self._client.session.is_open:
            self._client = await self.connect()
        return self._client

    async def connect(self, *, login: bool = True, starttls: bool = True, linted: bool = True) -> Client:
        """A session of its own; ``leave`` ends it. ``linted`` False: what is sent is wrong on purpose, and what comes
        back is looked at by the probe only.
        """
        made: list[Transcript] = []

        def observers(session: Session) -> Sequence[Observer]:
            made.append(Transcript(session))
            return [made[-1], *(self._observe(session) if linted else ())]

        session = await self.connector.connect(observers, login=login, starttls=starttls)
        # What comes unasked is seen by the observers; nobody is to be told of it meanwhile.
        session.listener = Nobody()
        self._opened.append(Client(session, made[-1]))
        return self._opened[-1]

    async def leave(self, client: Client) -> None:
        """Log out and close; quietly, if it is closed already.

        A farewell may take 1 s. From a server that has not answered one the connections are dropped from then on.
        """
        session = client.session
        if not session.is_open:
            return
        if not self._takes_leave:
            session.abort()
            return
        owed = bool(session.engine.outstanding)
        try:
            async with asyncio.timeout(FAREWELL):
                await self.connector.leave(session)
        except TimeoutError:
            session.abort()
        finally:
            self._takes_leave = owed or not session.engine.outstanding

    async def tidy(self) -> None:
        """End the sessions that a probe has left open, but not the one that ``client`` gives."""
        opened, self._opened = self._opened, [self._client] if self._client is not None else []
        ending = [client for client in opened if client is not self._client]
        try:
            for client in ending:
                if client.session.engine.outstanding:
                    client.session.abort()
                await self.leave(client)
        finally:
            for client in ending:
                if client.session.is_open:
                    client.session.abort()

    async def close(self) -> None:
        """End all sessions."""
        client = self.forget()
        try:
            if client is not None:
                await self.leave(client)
        finally:
            await self.tidy()

    def forget(self) -> Client | None:
        """The session that ``client`` gives, which gives another one from now on."""
        client, self._client = self._client, None
        return client

    # --- what was found

    def tell(
        self,
        verdict: Verdict,
        says: str,
        reply: Reply | None = None,
        *,
        about: str = "",
        source: str = "",
        advice: str = "",
    ) -> None:
        """Tell of one thing that was found out, with the transcript of a reply as evidence."""
        evidence = shortened(reply.evidence) if reply is not None else ()
        self.result.outcomes.append(
            Outcome(verdict, escape(says), escape(about), source or self.source, advice, evidence)
        )

    def good(self, says: str, reply: Reply | None = None, *, about: str = "") -> None:
        self.tell(Verdict.GOOD, says, reply, about=about)

    def warn(self, says: str, reply: Reply | None = None, *, about: str = "", advice: str = "") -> None:
        self.tell(Verdict.WARNING, says, reply, about=about, advice=advice)

    def wrong(self, says: str, reply: Reply | None = None, *, about: str = "", advice: str = "") -> None:
        self.tell(Verdict.ERROR, says, reply, about=about, advice=advice)


class LoginRefused(SessionError):
    """The server has refused the login. It is not tried again: the account might be locked."""


class ProbeFailed(Exception):
    """A probe can't go on. Its text is one sentence; ``reply``: the evidence."""

    def __init__(self, text: str, reply: Reply | None = None) -> None:
        super().__init__(text)
        self.reply = reply


def quoted(name: AnyStr) -> AnyStr:
    """A mailbox name, as it goes over the wire, as a quoted string (RFC 9051 section 4.3)."""
    if isinstance(name, bytes):
        return quote(name)
    return quote(name.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def shortened(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of a transcript as a report shows them: the first and last, cut where they are very long."""
    cut = [line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…" for line in lines]
    if len(cut) <= _EVIDENCE:
        return tuple(cut)
    half = _EVIDENCE // 2
    return (*cut[:half], f"… {len(cut) - 2 * half:,} lines …", *cut[-half:])
