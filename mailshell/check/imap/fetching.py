"""What the probes of contents have in common: to fetch by UID, and to tell each kind of fault once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailshell.check.bench import Bench, Message, ProbeFailed
from mailshell.check.client import Client, Reply
from mailshell.check.imap.examined import examined
from mailshell.check.outcome import Verdict
from mailshell.protocol.imap.data import Body

_PLACE = re.compile(r"(BODY|BINARY)(\.SIZE)?\[(.*)\](<\d+>)?\Z", re.DOTALL)
Items = dict[str, object]


async def opened(bench: Bench) -> Client:
    """A session with the sample's mailbox open read-only. Raises ProbeFailed if there is no sample."""
    if not bench.known.sample:
        raise ProbeFailed("there is no sample of messages to look at")
    client = await bench.client()
    await examined(bench, client)
    return client


async def sampled(bench: Bench) -> tuple[Client, list[Message]]:
    """A session with the sample's mailbox open read-only, and those of its messages that were fetched whole.

    Raises ProbeFailed if there are none.
    """
    whole = [message for message in bench.known.sample if message.octets is not None]
    if not whole:
        raise ProbeFailed("no message was fetched whole: none is small enough, or the server gave none")
    return await opened(bench), whole


def by_uid(reply: Reply) -> dict[str, Items]:
    """The data items of each message by its UID (as text); names as ``place`` makes them alike."""
    found: dict[str, Items] = {}
    for one in reply.fetched:
        items = {place(item.name): item.value for item in one.items}
        uid = items.get("UID") if one.kind == "FETCH" else one.number
        if isinstance(uid, int):
            found.setdefault(str(uid), {}).update(items)
    return found


def place(name: str) -> str:
    """The name of a data item, made alike: field names sorted and without quotes, case aside."""
    match = _PLACE.match(name)
    if match is None:
        return name.upper()
    section = match[3].upper()
    if "(" in section:
        head, _, names = section.partition("(")
        words = sorted(word.strip('"') for word in names.strip(") ").split())
        section = f"{head.strip()} ({' '.join(words)})"
    return f"{match[1].upper()}{(match[2] or '').upper()}[{section}]{match[4] or ''}"


def flags_of(items: Items) -> set[str]:
    """The flags in lower case, without \\Recent, which is the session's and not the message's."""
    value = items.get("FLAGS")
    names = {str(name).lower() for name in value} if isinstance(value, tuple) else set()
    return names - {"\\recent"}


def octets_of(items: Items, name: str) -> bytes | None:
    """The octets of a section; None if it is missing, NIL or too large to keep."""
    value = items.get(place(name))
    return value.octets if isinstance(value, Body) else None


async def fetch(bench: Bench, client: Client, uids: Sequence[str], items: str) -> tuple[Reply, dict[str, Items]]:
    """``UID FETCH`` these data items. A refusal is told as an error; what came in spite of it is returned."""
    reply = await client.ask(f"UID FETCH {','.join(uids)} {items}")
    if not reply.ok:
        bench.wrong(f"UID FETCH {items} was refused: {reply.words}", reply)
    return reply, by_uid(reply)


@dataclass(slots=True)
class _Fault:
    verdict: Verdict
    uid: str
    says: str
    advice: str
    items: str
    uids: set[str] = field(default_factory=set)


class Tally:
    """Faults of many messages: of each kind the first is told, with how many messages have it."""

    def __init__(self) -> None:
        self._faults: dict[str, _Fault] = {}

    def add(self, kind: str, verdict: Verdict, uid: str, says: str, advice: str = "", *, items: str = "") -> None:
        """Note a fault. ``says``: a sentence about the message, told if it is the first of its kind or worse.

        ``items``: what to fetch as evidence, if not what ``tell`` says.
        """
        fault = self._faults.setdefault(kind, _Fault(verdict, uid, says, advice, items))
        fault.uids.add(uid)
        if verdict > fault.verdict:
            fault.verdict, fault.uid, fault.says, fault.advice, fault.items = verdict, uid, says, advice, items

    @property
    def bad(self) -> bool:
        """Whether something worse than a note was found."""
        return any(fault.verdict > Verdict.NOTE for fault in self._faults.values())

    async def tell(self, bench: Bench, client: Client, items: str, of: int) -> None:
        """Tell all, each with a fresh answer about its message as evidence. ``of``: how many were looked at."""
        for kind, fault in self._faults.items():
            reply = await client.ask(f"UID FETCH {fault.uid} {fault.items or items}")
            many = f"; {len(fault.uids)} of {of} messages are like this" if len(fault.uids) > 1 else ""
            says = f"{fault.says} (UID {fault.uid}{many})"
            bench.tell(fault.verdict, says, reply, about=kind, advice=fault.advice)
