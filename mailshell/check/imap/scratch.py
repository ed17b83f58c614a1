"""A mailbox of our own, in which the writing probes try what they try, and which is removed whatever happens."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mailshell.check.bench import Bench, ProbeFailed, quoted
from mailshell.check.client import Client, Reply, literal
from mailshell.contract import SessionError
from mailshell.exits import UsageError
from mailshell.protocol.imap.data import MailboxListing, Namespaces
from mailshell.protocol.imap.mailbox_name import encode_mailbox
from mailshell.protocol.imap.state import ImapState, Phase
from mailshell.text.escape import escape
from mailshell.text.sentences import counted
from mailshell.transport.errors import ConnectFailed

#: The scratch mailbox's name begins like this.
PREFIX = "mailshell-check-"
#: To remove it may take so long, even if the probe was cancelled (seconds).
_REMOVAL = 6.0
#: So many lines are told that remove what remains.
_LINES = 10
#: A date and time for APPEND, and the same for INTERNALDATE.
WHEN = "07-Feb-2021 21:52:25 +0100"


@dataclass(slots=True)
class Scratch:
    """``name``: as it goes over the wire, ASCII. ``delimiter``: of the hierarchy; None if there is none."""

    client: Client
    name: str
    delimiter: str | None

    def child(self, name: str) -> str:
        """The name of a mailbox below it, or of one beside it where there is no hierarchy."""
        return f"{self.name}{self.delimiter or '-'}{name}"

    async def append(self, octets: bytes, flags: str = "", *, date: str = "", to: str = "") -> Reply:
        """APPEND, with a synchronizing literal. ``flags`` without parentheses."""
        words = [f"APPEND {quoted(to or self.name)}"]
        if flags:
            words.append(f"({flags})")
        if date:
            words.append(f'"{date}"')
        return await self.client.ask(f"{' '.join(words)} {{{len(octets)}}}\r\n", literal(octets), b"\r\n")

    async def fill(self, count: int, flags: str = "") -> None:
        """Append so many letters. Raises ProbeFailed."""
        for number in range(1, count + 1):
            accepted(await self.append(letter(number), flags), "APPEND")

    async def select(self, messages: int, name: str = "", *, client: Client | None = None) -> Reply:
        """SELECT it, or another, in its own or another session.

        Raises ProbeFailed, also if it has not so many messages: what is deleted in it afterwards must be ours.
        """
        reply = accepted(await (client or self.client).ask(f"SELECT {quoted(name or self.name)}"), "SELECT")
        told = reply.exists[-1] if reply.exists else None
        if told != messages:
            shown = "no number of messages" if told is None else counted(told, "message")
            raise ProbeFailed(f"SELECT shows {shown} where {messages} were put; no more is tried there", reply)
        return reply


def letter(number: int, text: str = "A letter that mailshell check wrote, and removes.") -> bytes:
    """A small message; each number gives another."""
    lines = (
        "From: check@mailshell.example",
        "To: check@mailshell.example",
        f"Subject: scratch letter {number}",
        f"Date: Sun, 7 Feb 2021 21:52:{number % 60:02} +0100",
        f"Message-ID: <scratch-{number}@mailshell.example>",
        "",
        text,
        f"Number {number}.",
        "",
    )
    return "\r\n".join(lines).encode()


def accepted(reply: Reply, what: str) -> Reply:
    """The reply, if the command was accepted. Raises ProbeFailed."""
    if not reply.ok:
        raise ProbeFailed(f"{what} was refused: {reply.words}", reply)
    return reply


def code(reply: Reply, name: str) -> list[str] | None:
    """The words of a response code after its name, of the completion or of an untagged OK; None if it is not there."""
    arguments = reply.codes.get(name)
    return None if arguments is None else arguments.decode("utf-8", "replace").split()


def listed(reply: Reply) -> list[MailboxListing]:
    """The mailboxes that LIST or LSUB shows."""
    return [one for one in reply.data if isinstance(one, MailboxListing)]


@asynccontextmanager
async def scratch(bench: Bench) -> AsyncIterator[Scratch]:
    """Create one; remove it with all below it in the end, over a new connection if the first is not fit for it.

    What remains is told as a warning. Raises ProbeFailed if it can't be created.
    """
    client = await bench.client()
    if client.session.engine.outstanding:
        # Something before has left a command without its answer: what this session says now may belong to that.
        client = await _instead(bench, client)
    place = Scratch(client, *await _choose_name(client))
    try:
        reply = await client.ask(f"CREATE {quoted(place.name)}")
        if not reply.ok:
            place.name = f"INBOX{place.delimiter or '.'}{place.name}"
            reply = await client.ask(f"CREATE {quoted(place.name)}")
        accepted(reply, "CREATE of a scratch mailbox")
        yield place
    finally:
        await _remove(bench, place)


async def _choose_name(client: Client) -> tuple[str, str | None]:
    """A name in the personal namespace that nobody has, and the delimiter (RFC 9051 section 6.3.10)."""
    prefix, delimiter = "", None
    reply = await client.ask("NAMESPACE") if client.has("NAMESPACE") or client.has("IMAP4rev2") else None
    told = [one for one in reply.data if isinstance(one, Namespaces) and one.personal] if reply is not None else []
    if told and told[0].personal:
        prefix, delimiter = told[0].personal[0]
        prefix = encode_mailbox(prefix).decode("ascii")
    else:
        roots = listed(await client.ask('LIST "" ""'))
        delimiter = roots[0].delimiter if roots else None
    return f"{prefix}{PREFIX}{secrets.token_hex(4)}", delimiter


async def _remove(bench: Bench, place: Scratch) -> None:
    """Whatever went wrong before, this is tried; and told of if it fails."""
    why, left = "", [quoted(place.name)]
    try:
        async with asyncio.timeout(_REMOVAL):
            fit = place.client.session.is_open and not place.client.session.engine.outstanding
            client = place.client if fit else await _instead(bench, place.client)
            why, left = await _delete_all(client, place.name)
    except (TimeoutError, SessionError, ConnectFailed, ConnectionError, UsageError) as error:
        why = str(error) or f"no answer within {_REMOVAL:g} s"
    if why:
        # One that remains is bad enough: no probe is to make another.
        bench.left_behind = place.name
        lines = [f"DELETE {name}" for name in left[:_LINES]]
        more = [f"and {len(left) - _LINES:,} more below it"] if len(left) > _LINES else []
        bench.warn(
            f"the scratch mailbox {place.name} could not be removed: {why}",
            advice=f"remove it by hand: {', '.join([*map(escape, lines), *more])}",
        )


async def _instead(bench: Bench, client: Client) -> Client:
    """Another session for the probes; the one that is given up may still have the mailbox selected."""
    client.session.abort()
    bench.forget()
    return await bench.client()


async def _delete_all(client: Client, name: str) -> tuple[str, list[str]]:
    """Remove the mailbox and all whose names begin with its; why that failed, or nothing, and what is left, quoted,
    the lowest of the hierarchy first."""
    state = client.session.engine.state
    if isinstance(state, ImapState) and state.phase is Phase.SELECTED:
        await client.ask("UNSELECT" if client.has("UNSELECT") else "CLOSE")
    for one in await _below(client, "LSUB", name):
        await client.ask(b"UNSUBSCRIBE " + quoted(one.raw))
    # Its own name in any case: LIST may not show it.
    found = dict.fromkeys([*(one.raw for one in await _below(client, "LIST", name)), name.encode()])
    refused: Reply | None = None
    for raw in sorted(found, key=lambda raw: -len(raw)):
        reply = await client.ask(b"DELETE " + quoted(raw))
        refused = reply if not reply.ok else refused
    if refused is None:
        return "", []
    left = sorted(remaining(await _below(client, "LIST", name)), key=lambda one: -len(one.raw))
    names = [quoted(one.raw).decode("utf-8", "replace") for one in left]
    return (f"{len(left)} left, {refused.words}" if left else ""), names


async def _below(client: Client, ask: str, name: str) -> list[MailboxListing]:
    """The mailboxes whose names begin like this; whatever else a server shows is not ours."""
    found = listed(await client.ask(f'{ask} "" {quoted(name + "*")}'))
    return [one for one in found if one.raw.startswith(name.encode())]


def remaining(found: Sequence[MailboxListing]) -> list[MailboxListing]:
    """Those that are mailboxes, and not only names in the hierarchy."""
    gone = {"\\noselect", "\\nonexistent"}
    return [one for one in found if not gone & {word.lower() for word in one.attributes}]
