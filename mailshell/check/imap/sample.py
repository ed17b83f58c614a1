"""Chooses some messages, fetches them whole, and holds the sizes against them."""

from __future__ import annotations

import re

from mailshell.check.bench import Bench, Message, ProbeFailed
from mailshell.check.client import Client
from mailshell.check.imap.examined import examine
from mailshell.check.imap.fetching import by_uid, fetch, octets_of, opened, place
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Body, BodyStructure, Fetched
from mailshell.text.sentences import counted

#: So many messages are fetched whole, none of them larger than this (octets), and one more up to a megabyte.
_MOST, _SMALL, _LARGE = 12, 60_000, 1_000_000
#: Of a larger mailbox the sizes of so many messages at its beginning, middle and end are looked at.
_RANGE = 100
#: Of so many small messages the structure is asked for, to find the interesting ones.
_CANDIDATES = 30
_INTERNAL = re.compile(r"[ 0-3]\d-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4} \d\d:\d\d:\d\d [+-]\d{4}")


def ranges(messages: int) -> str:
    """The sequence set whose sizes are looked at."""
    if messages <= 3 * _RANGE:
        return f"1:{messages}"
    middle = messages // 2
    return f"1:{_RANGE},{middle}:{middle + _RANGE - 1},{messages - _RANGE + 1}:{messages}"


def candidates(messages: list[Message]) -> list[Message]:
    """Small messages: the smallest and some spread over all sizes."""
    small = sorted((one for one in messages if 0 < (one.size or 0) <= _SMALL), key=lambda one: one.size or 0)
    if len(small) <= _CANDIDATES:
        return small
    head = _CANDIDATES // 2
    step = (len(small) - head) / (_CANDIDATES - head)
    return small[:head] + [small[head + int(at * step)] for at in range(_CANDIDATES - head)]


def choose(messages: list[Message], structures: dict[str, BodyStructure]) -> list[Message]:
    """At the most ``_MOST`` of the candidates: one of each shape first, then the smallest."""
    chosen: dict[tuple[object, ...], Message] = {}
    for message in messages:
        structure = structures.get(message.uid)
        chosen.setdefault(_shape(structure) if structure is not None else (), message)
    rest = [message for message in messages if message not in chosen.values()]
    picked = [*chosen.values()][:_MOST]
    return sorted(picked + rest[: _MOST - len(picked)], key=lambda one: one.size or 0)


def _shape(structure: BodyStructure) -> tuple[object, ...]:
    """What makes a message interesting: its kinds of parts and their encodings."""
    kind = structure.subtype if structure.type in ("multipart", "message") else ""
    return structure.type, kind, (structure.encoding or "").lower(), tuple(_shape(part) for part in structure.parts[:5])


async def _sample(bench: Bench) -> None:
    client = await bench.client()
    try:
        reply, view = await examine(client, bench.known.mailbox)
    except ProbeFailed as error:
        bench.wrong(str(error), error.reply)
        return
    exists = view.exists
    if exists is None:
        bench.wrong("EXAMINE does not say how many messages exist", reply)
        return
    bench.known.messages = exists
    if not exists:
        bench.good(f"{bench.known.mailbox} is empty, so there is nothing to compare contents with", reply)
        return
    light = await client.ask(f"FETCH {ranges(exists)} (UID RFC822.SIZE)")
    messages = _messages(light.fetched)
    if not light.ok or not messages:
        bench.wrong(f"FETCH (UID RFC822.SIZE) gives no UIDs and sizes: {light.words}", light)
        return
    small = candidates(messages)
    chosen = choose(small, await _structures(bench, client, small)) if small else []
    for message in chosen:
        bench.known.sample.append(message)
    if chosen:
        told, found = await fetch(bench, client, [one.uid for one in chosen], "(UID BODY.PEEK[])")
        for message in chosen:
            message.octets = octets_of(found.get(message.uid, {}), "BODY[]")
        whole = sum(one.octets is not None for one in chosen)
        if not whole and told.ok:
            bench.tell(Verdict.UNDECIDED, "UID FETCH (BODY.PEEK[]) gives nothing", told)
    large = min(
        (one for one in messages if _SMALL < (one.size or 0) <= _LARGE), key=lambda one: one.size or 0, default=None
    )
    if large is not None:
        bench.known.sample.append(large)
    bench.good(
        f"{counted(len(bench.known.sample), 'message')} of {exists:,} will be looked at in {bench.known.mailbox}",
        light,
    )


def _messages(fetched: list[Fetched]) -> list[Message]:
    found: dict[int, Message] = {}
    for one in fetched:
        items = {item.name: item.value for item in one.items}
        uid, size = items.get("UID"), items.get("RFC822.SIZE")
        if one.number and isinstance(uid, int) and isinstance(size, int):
            found[one.number] = Message(one.number, str(uid), size)
    return [found[number] for number in sorted(found)]


async def _structures(bench: Bench, client: Client, messages: list[Message]) -> dict[str, BodyStructure]:
    uids = [message.uid for message in messages]
    _, found = await fetch(bench, client, uids, "(UID BODYSTRUCTURE)")
    told = {uid: items.get("BODYSTRUCTURE") for uid, items in found.items()}
    return {uid: value for uid, value in told.items() if isinstance(value, BodyStructure)}


async def _sizes(bench: Bench) -> None:
    """RFC822.SIZE is the number of octets of BODY[] (RFC 9051 section 2.3.4), of large messages as well."""
    client = await opened(bench)
    wrong = 0
    for message in bench.known.sample:
        size = message.size
        if message.octets is None:
            reply = await client.ask(f"UID FETCH {message.uid} (UID BODY.PEEK[])")
            value = by_uid(reply).get(message.uid, {}).get(place("BODY[]"))
            real = value.size if isinstance(value, Body) else None
        else:
            real = len(message.octets)
        if real is None or real == size:
            continue
        wrong += 1
        if wrong == 1:
            reply = await client.ask(f"UID FETCH {message.uid} (UID RFC822.SIZE BODY.PEEK[]<0.200>)")
            bench.wrong(
                f"RFC822.SIZE says {size:,}, but BODY[] has {real:,} octets (UID {message.uid})",
                reply,
                advice="clients that allocate by RFC822.SIZE, or cut what they fetch at it, lose or invent octets",
            )
    if not wrong:
        bench.good(f"RFC822.SIZE is the size of BODY[] in {counted(len(bench.known.sample), 'message')}")
    elif wrong > 1:
        bench.wrong(f"RFC822.SIZE is not the size of BODY[] in {wrong} of {len(bench.known.sample)} messages")


async def _dates(bench: Bench) -> None:
    client = await opened(bench)
    uids = [message.uid for message in bench.known.sample]
    reply, found = await fetch(bench, client, uids, "(UID INTERNALDATE)")
    told = {uid: items["INTERNALDATE"] for uid, items in found.items() if "INTERNALDATE" in items}
    for uid, date in told.items():
        if not isinstance(date, str) or not _INTERNAL.fullmatch(date):
            one = await client.ask(f"UID FETCH {uid} (INTERNALDATE)")
            bench.wrong(f'INTERNALDATE {date} has not the form "dd-Mon-yyyy hh:mm:ss +zzzz" (UID {uid})', one)
            return
    if told:
        bench.good(f"INTERNALDATE has its form in {counted(len(told), 'message')}", reply)


PROBES = (
    Probe("sample", "a sample of messages", "mailbox", "RFC 9051 6.4.5", _sample, seconds=15),
    Probe(
        "message-sizes", "RFC822.SIZE against the octets", "messages", "RFC 9051 2.3.4", _sizes, ("login", "messages")
    ),
    Probe("internal-dates", "the form of INTERNALDATE", "messages", "RFC 9051 9", _dates, ("login", "messages")),
)
