"""STAT, LIST and UIDL: their form, and whether they agree with each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from mailshell.check.bench import Bench, Message, ProbeFailed
from mailshell.check.client import Client, Reply
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask, together
from mailshell.check.probe import Probe
from mailshell.contract import ConnectionLost, TimeLimit
from mailshell.text.sentences import counted, some

#: STAT and lines of LIST: two numbers with one space before each, then anything (RFC 1939 section 5).
_STAT = re.compile(rb"\+OK ([0-9]+) ([0-9]+)(?:[ \t].*)?", re.DOTALL)
_SCAN = re.compile(rb"([0-9]+) ([0-9]+)(?: .*)?", re.DOTALL)
_UNIQUE = re.compile(rb"([0-9]+) ([!-~]{1,70})")
#: The same, as a lenient client reads them.
_LOOSE = re.compile(rb"\s*([0-9]+)\s+(\S+)")
#: So many messages are asked for one by one, and so many are taken as the sample.
_ONE_BY_ONE = 5
_SAMPLE = 12
#: No message above this size is in the sample, nor more than this of all (octets).
_LARGEST, _TOGETHER = 1 << 20, 3 << 19


async def listing(bench: Bench) -> bool:
    """Whether there are messages. Asks LIST if nobody has, and keeps the sizes and the sample."""
    if bench.known.messages is None:
        await _read_list(bench, await bench.client())
    return bool(bench.known.sizes)


async def _read_list(bench: Bench, client: Client) -> tuple[Reply, list[bytes]]:
    """Ask LIST and keep what it says; the lines that are not of the form."""
    reply = await client.ask("LIST")
    if not reply.ok:
        raise ProbeFailed(f"LIST is refused: {reply.words}", reply)
    known = bench.known
    known.mailbox = "the maildrop"
    known.sizes, odd = read_scan(reply.lines)
    known.messages = len(known.sizes)
    known.sample = [Message(number, size=known.sizes[number]) for number in choose(known.sizes)]
    return reply, odd


def read_scan(lines: Sequence[bytes]) -> tuple[dict[int, int], list[bytes]]:
    """The sizes by message number, and the lines that are not of the form; of these what can be read is taken too."""
    sizes: dict[int, int] = {}
    odd = []
    for line in lines:
        match = _SCAN.fullmatch(line)
        if match is None:
            odd.append(line)
            match = _LOOSE.match(line)
        if match is not None and match[2].isdigit() and len(match[1]) < 12 and len(match[2]) < 20:
            sizes[int(match[1])] = int(match[2])
    return sizes, odd


def choose(sizes: dict[int, int]) -> list[int]:
    """The numbers of the sample: the first and the last, small ones, and some that are larger; small ones first."""
    fit = sorted((number for number, size in sizes.items() if size <= _LARGEST), key=lambda number: sizes[number])
    if len(fit) <= _SAMPLE:
        wanted = fit
    else:
        spread = [fit[at * (len(fit) - 1) // (_SAMPLE - 3)] for at in range(_SAMPLE - 2)]
        ends = [number for number in (min(sizes), max(sizes)) if number in fit]
        wanted = sorted({*spread, *ends}, key=lambda number: sizes[number])
    chosen: list[int] = []
    octets = 0
    for number in wanted:
        octets += sizes[number]
        if octets <= _TOGETHER:
            chosen.append(number)
    return chosen


async def _stat_and_list(bench: Bench) -> None:
    client = await bench.client()
    stat = await ask(client, "STAT")
    if not stat.ok:
        bench.wrong(f"STAT is refused: {stat.words}", stat)
    reply, odd = await _read_list(bench, client)
    for line in odd[:3]:
        bench.wrong(f"a line of LIST is not a number, a space and a size: {text_of(line)}", reply)
    twice = [number for number, times in Counter(_numbers(reply.lines)).items() if times > 1]
    if twice:
        bench.wrong(f"LIST has a message number twice: {twice[0]}", reply)
    count, octets = len(bench.known.sizes), sum(bench.known.sizes.values())
    strangers = [number for number in bench.known.sizes if not 1 <= number <= count]
    if strangers and not odd:
        bench.wrong(f"LIST has {counted(count, 'message')}, and numbers one {strangers[0]}", reply)
    match = _STAT.fullmatch(getattr(stat.status, "line", b""))
    if not stat.ok:
        return
    if match is None:
        bench.wrong("the answer to STAT is not +OK and two numbers, with one space before each", stat)
        return
    if int(match[1]) != count:
        bench.wrong(
            f"STAT says {counted(int(match[1]), 'message')}, and LIST has {count:,}",
            stat,
            advice="go by LIST; the server may hide part of the maildrop",
        )
    elif int(match[2]) != octets:
        bench.warn(f"STAT says {counted(int(match[2]), 'octet')}, and the sizes of LIST add up to {octets:,}", stat)
    elif not odd and not twice:
        bench.good(f"STAT and LIST agree on {counted(count, 'message')} with {octets:,} octets", stat)


async def _list_one(bench: Bench) -> None:
    await listing(bench)
    await _one_by_one(bench, "LIST", {number: str(size) for number, size in bench.known.sizes.items()})


async def _one_by_one(bench: Bench, command: str, said: dict[int, str]) -> None:
    """Ask for some messages alone; each answer has to be what the listing says."""
    numbers = list(said)
    asked = sorted({*numbers[:2], *numbers[-2:], numbers[len(numbers) // 2]})[:_ONE_BY_ONE]
    client = await bench.client()
    good = True
    for number in asked:
        reply = await ask(client, f"{command} {number}")
        words = reply.status.text.split()
        if not reply.ok:
            bench.wrong(f"{command} has message {number}, and {command} {number} is refused: {reply.words}", reply)
        elif words[:2] != [str(number).encode(), said[number].encode("utf-8", "surrogateescape")]:
            bench.wrong(
                f"{command} {number} answers {text_of(b' '.join(words[:2])) or 'nothing'}, and {command} has "
                f"{number} {said[number]}",
                reply,
                advice=f"use {command} without a number",
            )
        else:
            continue
        good = False
    if good:
        bench.good(f"{command} n says the same as {command} for {some([str(number) for number in asked], most=6)}")


async def _unique_ids(bench: Bench) -> None:
    await listing(bench)
    client = await bench.client()
    reply = await client.ask("UIDL")
    if not reply.ok:
        bench.tell(Verdict.NOT_OFFERED, f"UIDL is refused: {reply.words}", reply)
        return
    known, odd = read_unique(reply.lines)
    bench.known.unique_ids = known
    for message in bench.known.sample:
        message.uid = known.get(message.number, "")
    for line in odd[:3]:
        bench.wrong(f"a line of UIDL is not a number, a space and 1 to 70 printable characters: {text_of(line)}", reply)
    if set(known) != set(bench.known.sizes):
        missing = len(set(bench.known.sizes) - set(known))
        extra = len(set(known) - set(bench.known.sizes))
        bench.wrong(f"UIDL lacks {counted(missing, 'message')} that LIST has, and has {extra:,} that it lacks", reply)
    same = _same(bench)
    if not odd and not same:
        bench.good(f"{counted(len(known), 'unique-id')}, each of its own and of the right form", reply)
    if known:
        await _one_by_one(bench, "UIDL", known)


def read_unique(lines: Sequence[bytes]) -> tuple[dict[int, str], list[bytes]]:
    """The unique-ids by message number, and the lines that are not of the form, of which is taken what can be read."""
    found: dict[int, str] = {}
    odd = []
    for line in lines:
        match = _UNIQUE.fullmatch(line)
        if match is None:
            odd.append(line)
            match = _LOOSE.match(line)
        if match is not None and len(match[1]) < 12:
            found[int(match[1])] = text_of(match[2])
    return found, odd


def _same(bench: Bench) -> bool:
    """Tell of messages with the same unique-id, which only identical copies may have (RFC 1939 section 7)."""
    by_id: dict[str, list[int]] = {}
    for number, unique in bench.known.unique_ids.items():
        by_id.setdefault(unique, []).append(number)
    groups = [numbers for numbers in by_id.values() if len(numbers) > 1]
    for numbers in groups[:3]:
        sizes = {bench.known.sizes.get(number) for number in numbers}
        which = some([str(number) for number in numbers], most=6)
        if len(sizes) > 1:
            bench.wrong(
                f"messages {which} have the same unique-id and different sizes",
                advice="a client that leaves mail on the server loses all but one of them",
            )
        else:
            bench.tell(
                Verdict.NOTE,
                f"messages {which} have the same unique-id, which identical copies may have",
                advice="a client that leaves mail on the server may fetch one of them only",
            )
    return bool(groups)


async def in_order(bench: Bench) -> None:
    """Several commands in one write: answered in their order, each with its own answer (RFC 2449 section 6.6)."""
    advertised = bench.known.advertises("PIPELINING")
    await listing(bench)
    sizes = bench.known.sizes
    numbers = list(sizes)[:4]
    commands = ["STAT", *(f"LIST {number}" for number in numbers), "NOOP", f"LIST {len(sizes) + 1}", "STAT"]
    tried = f"{len(commands)} commands in one write"
    client = await bench.client()
    try:
        reply = await together(client, "".join(f"{command}\r\n" for command in commands).encode())
    except (TimeLimit, ConnectionLost) as error:
        if advertised:
            raise
        client.session.abort()
        bench.tell(Verdict.NOT_OFFERED, f"CAPA does not list it, and {tried} fail: {error}", about="PIPELINING")
        return
    good = _in_order([status.text.split()[:2] for status in reply.statuses], numbers, sizes)
    good = good and [status.ok for status in reply.statuses] == [True] * (len(commands) - 2) + [False, True]
    if good and advertised:
        bench.good(f"{tried} are answered in their order", reply, about="PIPELINING")
    elif advertised:
        bench.wrong(
            f"{tried} are not answered one by one in their order",
            reply,
            about="PIPELINING",
            advice="send one command at a time",
        )
    else:
        worked = "are answered in their order all the same" if good else "are not answered in their order"
        bench.tell(Verdict.NOT_OFFERED, f"CAPA does not list it; {tried} {worked}", reply, about="PIPELINING")


def _in_order(words: Sequence[list[bytes]], numbers: Sequence[int], sizes: Mapping[int, int]) -> bool:
    """Whether the answers to STAT, LIST of each number, NOOP, LIST of another, and STAT have what these give."""
    listed = [[str(number).encode(), str(sizes[number]).encode()] for number in numbers]
    return words[1 : 1 + len(numbers)] == listed and words[0] == words[-1]


def _numbers(lines: Sequence[bytes]) -> list[int]:
    return [int(match[1]) for line in lines if (match := _LOOSE.match(line)) and len(match[1]) < 12]


def text_of(octets: bytes) -> str:
    """Octets of the server as they are told."""
    return octets.decode("utf-8", "surrogateescape")


PROBES = (
    Probe("stat-and-list", "STAT against LIST", "maildrop", "RFC 1939 5", _stat_and_list),
    Probe(
        "list-one", "LIST of one message against LIST", "maildrop", "RFC 1939 5", _list_one, needs=("login", "messages")
    ),
    Probe("unique-ids", "UIDL: form, uniqueness, one against all", "maildrop", "RFC 1939 7", _unique_ids),
)
