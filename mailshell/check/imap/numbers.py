"""Sequence numbers and UIDs: ascending, below UIDNEXT, the same by either way, and what is out of range."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.check.bench import Bench
from mailshell.check.client import Client, Reply
from mailshell.check.imap.examined import examine, examined, view_of
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Fetched
from mailshell.text.sentences import counted, some

#: So many messages are looked at from the first on, and as many up to the last.
_SPAN = 100


@dataclass(frozen=True, slots=True)
class _Place:
    """The session, with the mailbox selected: how many messages it has, and its UIDNEXT."""

    client: Client
    count: int
    uidnext: int | None


async def _place(bench: Bench, *, fresh: bool = False) -> _Place:
    """``fresh``: it is selected anew, so that UIDNEXT is that of the same moment as the count."""
    client = await bench.client()
    if fresh:
        await examine(client, bench.known.mailbox)
    await examined(bench, client)
    view = view_of(client)
    assert view is not None
    return _Place(client, view.exists or 0, view.uidnext)


async def _accuse(bench: Bench, place: _Place, says: str, reply: Reply, *, about: str = "", advice: str = "") -> None:
    """Tell of a fault, unless somebody has changed the mailbox meanwhile, which a NOOP shows."""
    noop = await place.client.ask("NOOP")
    if any(one.named(name) for one in (reply, noop) for name in ("EXPUNGE", "VANISHED", "EXISTS")):
        bench.tell(Verdict.UNDECIDED, "somebody has changed the mailbox meanwhile", reply, about=about)
    else:
        bench.wrong(says, reply, about=about, advice=advice)


def uids(reply: Reply) -> dict[int, int]:
    """The UIDs of the FETCH responses by message number."""
    found: dict[int, int] = {}
    for one in reply.fetched:
        for item in one.items:
            if item.name == "UID" and one.number is not None and isinstance(item.value, int):
                found[one.number] = item.value
    return found


def answers(reply: Reply) -> list[Fetched]:
    """The answers to a FETCH of UIDs: not those that tell of flags, which somebody else has changed."""
    return [one for one in reply.fetched if all(item.name != "FLAGS" for item in one.items)]


def spans(count: int) -> list[tuple[int, int]]:
    """The ranges of message numbers to look at in a mailbox of so many messages: its beginning and its end."""
    if count <= 2 * _SPAN:
        return [(1, count)]
    return [(1, _SPAN), (count - _SPAN + 1, count)]


async def _ascending(bench: Bench) -> None:
    place = await _place(bench, fresh=True)
    known: dict[int, int] = {}
    for first, last in spans(place.count):
        reply = await place.client.ask(f"FETCH {first}:{last} (UID)")
        found = uids(reply)
        missing = [number for number in range(first, last + 1) if number not in found]
        if not reply.ok:
            bench.wrong(f"FETCH {first}:{last} (UID) is refused: {reply.words}", reply)
            return
        if missing:
            says = f"{len(missing)} of the messages {first}:{last} have no UID, such as {missing[0]}"
            await _accuse(bench, place, says, reply)
        known |= found
        ordered = [found[number] for number in sorted(found)]
        falling = next((n for n in range(1, len(ordered)) if ordered[n] <= ordered[n - 1]), None)
        if falling is not None:
            says = f"UIDs do not ascend: {ordered[falling]} follows {ordered[falling - 1]}"
            await _accuse(bench, place, says, reply)
        if place.uidnext is not None and ordered and ordered[-1] >= place.uidnext:
            says = f"a message has the UID {ordered[-1]}, and UIDNEXT is {place.uidnext}"
            await _accuse(bench, place, says, reply, about="UIDNEXT")
    if not bench.result.outcomes:
        below = f", and are below UIDNEXT {place.uidnext}" if place.uidnext is not None else ""
        bench.good(f"the UIDs of {counted(len(known), 'message')} ascend{below}")
    await _by_uid(bench, place, known)


async def _by_uid(bench: Bench, place: _Place, known: dict[int, int]) -> None:
    """UID FETCH gives the same pairs of number and UID."""
    if not known:
        return
    first, last = min(known), max(number for number in known if number <= min(known) + _SPAN)
    reply = await place.client.ask(f"UID FETCH {known[first]}:{known[last]} (FLAGS)")
    found = uids(reply)
    wanted = {number: uid for number, uid in known.items() if first <= number <= last}
    if not reply.ok:
        bench.wrong(f"UID FETCH is refused: {reply.words}", reply)
    elif reply.fetched and not found:
        bench.wrong("the answer to UID FETCH has no UID; it has to be there unasked", reply, about="UID FETCH")
    elif found != wanted:
        differing = sorted(found.items() ^ wanted.items())[0]
        says = f"UID FETCH and FETCH differ: message {differing[0]} has the UID {differing[1]} in one only"
        await _accuse(bench, place, says, reply, about="UID FETCH")
    else:
        bench.good(f"UID FETCH and FETCH agree on {counted(len(wanted), 'message')}", reply, about="UID FETCH")


async def _star(bench: Bench) -> None:
    """``*`` is the last message, also where a range begins beyond it."""
    place = await _place(bench)
    plain = await place.client.ask("FETCH * (UID)")
    found = uids(plain)
    if set(found) != {place.count}:
        says = f"FETCH * gives {some(found, 'nothing')} and not message {place.count}"
        await _accuse(bench, place, says, plain, about="*")
        return
    bench.good(f"FETCH * gives the last message, {place.count}", plain, about="*")
    last, beyond = found[place.count], max(place.uidnext or 0, found[place.count]) + 1000
    for numbers, wanted in (("*", {last}), (f"{beyond}:*", {last}), (f"*:{last}", {last})):
        reply = await place.client.ask(f"UID FETCH {numbers} (UID)")
        given = set(uids(reply).values())
        about = f"UID FETCH {numbers.replace(str(beyond), 'beyond').replace(str(last), 'last')}"
        if not reply.ok:
            bench.warn(f"UID FETCH {numbers} is refused: {reply.words}", reply, about=about)
        elif given != wanted:
            says = f"UID FETCH {numbers} gives {some(given, 'nothing')}; the last message, UID {last}, is meant"
            advice = "a client that asks for new messages this way has to cope with either"
            await _accuse(bench, place, says, reply, about=about, advice=advice)
        else:
            bench.good(f"UID FETCH {numbers} gives the last message", reply, about=about)


async def _beyond(bench: Bench) -> None:
    """UIDs that don't exist are no error (RFC 9051 section 6.4.9)."""
    place = await _place(bench)
    beyond = (place.uidnext or 0) + 1000
    for numbers in (str(beyond), f"{beyond}:{beyond + 1000}", "4294967295"):
        reply = await place.client.ask(f"UID FETCH {numbers} (UID)")
        if reply.status.status == "NO":
            bench.tell(Verdict.NOTE, f"UID FETCH {numbers}, which does not exist, is refused: {reply.words}", reply)
        elif not reply.ok:
            bench.warn(f"UID FETCH {numbers}, which does not exist, is taken for an error: {reply.words}", reply)
        elif answers(reply):
            bench.wrong(f"UID FETCH {numbers} gives messages, and there are none", reply)
        else:
            bench.good(f"UID FETCH {numbers}, which does not exist, gives nothing", reply)


async def _out_of_range(bench: Bench) -> None:
    """Message numbers that don't exist (RFC 9051 section 9: seq-number)."""
    place = await _place(bench)
    for numbers, what in (
        (str(place.count + 1000), "beyond the last message"), ("0", "which is no message number"),
        ("4294967296", "which does not fit 32 bits"), ("1:", "which is cut off"),
    ):  # fmt: skip
        reply = await place.client.ask(f"FETCH {numbers} (UID)")
        says = f"FETCH {numbers}, {what},"
        status = reply.status.status
        if given := answers(reply):
            bench.wrong(f"{says} gives message {given[0].number}", reply)
        elif status == "BAD":
            bench.good(f"{says} is answered with BAD", reply)
        else:
            bench.tell(Verdict.NOTE, f"{says} is answered with {status}; BAD is expected", reply)


async def _forms(bench: Bench) -> None:
    """Sets in any order, with repetitions and ``*`` (RFC 9051 section 9: sequence-set)."""
    place = await _place(bench)
    last = min(place.count, 3)
    for numbers, wanted in (
        ("1:1", {1}), (f"{last}:1", set(range(1, last + 1))), (f"1,{last}", {1, last}), ("1,1", {1}),
        (f"{place.count}:*", {place.count}),
    ):  # fmt: skip
        reply = await place.client.ask(f"FETCH {numbers} (UID)")
        given = {one.number for one in answers(reply) if one.number is not None}
        if not reply.ok:
            bench.warn(f"FETCH {numbers} is refused: {reply.words}", reply)
        elif given != wanted:
            await _accuse(bench, place, f"FETCH {numbers} gives {some(given, 'nothing')}", reply)
        else:
            bench.good(f"FETCH {numbers} gives what is meant", reply)


_NEEDS = ("login", "messages")
PROBES = (
    Probe("uids-ascend", "UIDs and message numbers", "numbers", "RFC 9051 2.3.1", _ascending, _NEEDS),
    Probe("star", "* and ranges that begin beyond it", "numbers", "RFC 9051 6.4.9; RFC 9051 9", _star, _NEEDS),
    Probe("uids-beyond", "UIDs that don't exist", "numbers", "RFC 9051 6.4.9", _beyond),
    Probe("numbers-out-of-range", "message numbers that don't exist", "numbers", "RFC 9051 9", _out_of_range),
    Probe("sequence-sets", "sets in other forms", "numbers", "RFC 9051 9", _forms, _NEEDS),
)
