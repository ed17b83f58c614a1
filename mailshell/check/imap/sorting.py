"""SORT and THREAD against an evaluation of the same messages here (RFC 5256)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from mailshell.check.bench import Bench
from mailshell.check.imap.evaluation import Facts
from mailshell.check.imap.facts import Searched, disturbed, searched
from mailshell.check.imap.found import flat, found
from mailshell.check.imap.ordering import misplaced
from mailshell.check.imap.references import apart, subject_groups, together
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Threads
from mailshell.text.sentences import counted

_PROGRAMS = (
    "ARRIVAL", "DATE", "SIZE", "SUBJECT", "FROM", "TO", "CC", "REVERSE ARRIVAL", "REVERSE DATE", "REVERSE SIZE",
    "REVERSE SUBJECT", "SUBJECT DATE", "REVERSE FROM SIZE",
)  # fmt: skip


async def _sort(bench: Bench) -> None:
    on = await searched(bench)
    right = 0
    for program in _PROGRAMS:
        reply = await on.client.ask(f"SORT ({program}) UTF-8 {on.range} ALL")
        numbers = found(reply, "SORT")
        about = f"SORT ({program})"
        if not reply.ok or numbers is None:
            bench.wrong(f"{about} is refused, or answered without SORT: {reply.words}", reply, about=program)
        elif disturbed(reply):
            bench.tell(Verdict.UNDECIDED, "another session removed messages meanwhile", reply)
            return
        elif sorted(numbers) != [one.number for one in on.messages]:
            says = f"gives {counted(len(numbers), 'number')} for {counted(len(on.messages), 'message')}"
            says = f"{about} {says}" if len(numbers) != len(on.messages) else f"{about} does not give each message once"
            bench.wrong(says, reply, about=program)
        elif (pair := misplaced(numbers, on.messages, program.split())) is not None:
            bench.wrong(f"{about} puts message {pair[0]} before {pair[1]}: {_why(pair, program)}", reply, about=program)
        else:
            right += 1
    if right:
        bench.good(f"{counted(right, 'sort program')} put {counted(len(on.messages), 'message')} in the right order")
    uid = await on.client.ask(f"UID SORT (SIZE) UTF-8 {on.range} ALL")
    plain = await on.client.ask(f"SORT (SIZE) UTF-8 {on.range} ALL")
    one, other = found(uid, "SORT"), found(plain, "SORT")
    if one is None or other is None or [on.number(number) for number in one] != list(other):
        bench.wrong(
            "UID SORT does not name the UIDs of the messages that SORT gives, in its order", uid, about="UID SORT"
        )
    else:
        bench.good("UID SORT gives the same order as SORT", uid, about="UID SORT")


def _why(pair: tuple[int, int], program: str) -> str:
    if pair[0] > pair[1] and "REVERSE" in program:
        return f"by {program.lower()} it comes later, or they are equal, and REVERSE does not reverse sequence numbers"
    return f"by {program.lower()} it comes later"


async def _threads(bench: Bench, on: Searched, algorithm: str) -> tuple[tuple[int, ...], ...] | None:
    """The members of each thread; None if that was told to be wrong."""
    reply = await on.client.ask(f"THREAD {algorithm} UTF-8 {on.range} ALL")
    found = [one for one in reply.data if isinstance(one, Threads)]
    if not reply.ok or not found:
        bench.wrong(f"THREAD {algorithm} is refused, or answered without THREAD: {reply.words}", reply, about=algorithm)
        return None
    threads = tuple(flat(thread) for one in found for thread in one.threads)
    if sorted(number for thread in threads for number in thread) != [one.number for one in on.messages]:
        bench.wrong(f"THREAD {algorithm} does not name each message once", reply, about=algorithm)
        return None
    return threads


async def _ordered_subject(bench: Bench) -> None:
    on = await searched(bench)
    threads = await _threads(bench, on, "ORDEREDSUBJECT")
    if threads is not None:
        groups = subject_groups(on.messages)
        wrong = _split(threads, groups) or _mixed(threads, groups, on.messages)
        _judge(bench, "ORDEREDSUBJECT", threads, wrong)


async def _references(bench: Bench) -> None:
    on = await searched(bench)
    threads = await _threads(bench, on, "REFERENCES")
    if threads is not None:
        wrong = _split(threads, together(on.messages)) or _mixed(threads, apart(on.messages), on.messages)
        _judge(bench, "REFERENCES", threads, wrong)


def _judge(bench: Bench, algorithm: str, threads: Sequence[Sequence[int]], wrong: str) -> None:
    if wrong:
        bench.warn(f"THREAD {algorithm} {wrong}", about=algorithm)
    else:
        bench.good(
            f"THREAD {algorithm} makes {counted(len(threads), 'thread')}, none against the rules", about=algorithm
        )


def _split(threads: Sequence[Sequence[int]], groups: Sequence[frozenset[int]]) -> str:
    """What is wrong if messages that belong together are not in one thread; empty if nothing is."""
    place = {number: at for at, thread in enumerate(threads) for number in thread}
    for group in groups:
        members = sorted(group)
        for one, other in itertools.pairwise(members):
            if place[one] != place[other]:
                return f"has messages {one} and {other} in two threads, but they belong together"
    return ""


def _mixed(threads: Sequence[Sequence[int]], groups: Sequence[frozenset[int]], messages: Sequence[Facts]) -> str:
    """The same for messages in one thread that have nothing to do with each other."""
    place = {number: at for at, group in enumerate(groups) for number in group}
    known = {one.number for one in messages} & set(place)
    for thread in threads:
        members = [number for number in thread if number in known]
        for one, other in itertools.pairwise(members):
            if place[one] != place[other]:
                return f"has messages {one} and {other} in one thread, though no reference and no subject joins them"
    return ""


_NEEDS = ("login", "messages")
PROBES = (
    Probe("sort", "SORT against sorting here", "search", "RFC 5256 3", _sort, _NEEDS, ("SORT",), seconds=15),
    Probe(
        "thread-orderedsubject", "THREAD by subject", "search", "RFC 5256 3", _ordered_subject, _NEEDS,
        ("THREAD=ORDEREDSUBJECT",),
    ),
    Probe(
        "thread-references", "THREAD by references", "search", "RFC 5256 3", _references, _NEEDS,
        ("THREAD=REFERENCES",),
    ),
)  # fmt: skip
