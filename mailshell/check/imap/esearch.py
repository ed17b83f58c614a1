"""SEARCH RETURN against the plain SEARCH (RFC 4731, RFC 9051 section 6.4.4)."""

from __future__ import annotations

from mailshell.check.bench import Bench
from mailshell.check.client import Reply
from mailshell.check.imap.facts import Searched, disturbed, numbers, searched
from mailshell.check.imap.searching import NOWHERE
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import ExtendedSearch
from mailshell.text.sentences import counted

_MOST = 100_000


def numbers_in(sequence_set: object) -> list[int] | None:
    """The numbers that a set such as ``1:3,7`` names, ascending; None if it is no set, or names too many."""
    found: set[int] = set()
    for part in str(sequence_set).split(","):
        first, colon, last = part.partition(":")
        if not first.isdecimal() or (colon and not last.isdecimal()) or len(first + last) > 30:
            return None
        low, high = sorted((int(first), int(last or first)))
        if low < 1 or len(found) + high - low >= _MOST:
            return None
        found.update(range(low, high + 1))
    return sorted(found)


async def _returned(bench: Bench) -> None:
    on = await searched(bench)
    right = 0
    for words in ("ALL", "SEEN", f"SUBJECT {NOWHERE}"):
        for uid in ("", "UID "):
            plain = await on.client.ask(f"{uid}SEARCH {on.range} {words}")
            reply = await on.client.ask(f"{uid}SEARCH RETURN (MIN MAX COUNT ALL) {on.range} {words}")
            found = numbers(plain)
            if disturbed(plain) or disturbed(reply):
                bench.tell(Verdict.UNDECIDED, "another session removed messages meanwhile", reply)
            elif found is not None:
                right += _compare(bench, f"{uid}SEARCH RETURN (MIN MAX COUNT ALL) {words}", sorted(found), reply, uid)
    right += await _default(bench, on)
    if right:
        bench.good(f"{counted(right, 'search', 'searches')} with RETURN tell what SEARCH finds")


async def _default(bench: Bench, on: Searched) -> bool:
    """RETURN () is RETURN (ALL) (RFC 4731 section 3.1)."""
    reply = await on.client.ask(f"SEARCH RETURN () {on.range}")
    told = [one for one in reply.data if isinstance(one, ExtendedSearch)]
    wanted = [one.number for one in on.messages]
    if not reply.ok or len(told) != 1 or numbers_in(told[0].items.get("ALL")) != wanted:
        bench.wrong("SEARCH RETURN () does not give ALL", reply, about="RETURN ()")
        return False
    return True


def _compare(bench: Bench, command: str, found: list[int], reply: Reply, uid: str) -> bool:
    told = [one for one in reply.data if isinstance(one, ExtendedSearch)]
    if not reply.ok or len(told) != 1:
        what = reply.words if not reply.ok else f"{counted(len(told), 'ESEARCH response')}"
        bench.wrong(f"{command} is answered with {what}", reply)
        return False
    one, wrong = told[0], ""
    items = one.items
    if one.tag is None:
        wrong = "does not name the tag of its command"
    elif bool(uid) != one.uid:
        wrong = "has UID though numbers were asked for" if one.uid else "lacks UID, though the numbers are UIDs"
    elif items.get("COUNT") != len(found):
        wrong = f"says COUNT {items.get('COUNT')}; SEARCH finds {len(found):,}"
    elif not found:
        odd = [name for name in ("MIN", "MAX", "ALL") if name in items]
        wrong = f"has {odd[0]} though nothing was found" if odd else ""
    elif numbers_in(items.get("ALL")) != found:
        wrong = "names other messages in ALL than SEARCH does"
    elif (items.get("MIN"), items.get("MAX")) != (found[0], found[-1]):
        wrong = f"says MIN {items.get('MIN')} MAX {items.get('MAX')}; SEARCH finds {found[0]} to {found[-1]}"
    if wrong:
        bench.wrong(f"the ESEARCH to {command} {wrong}", reply)
    return not wrong


PROBES = (
    Probe(
        "search-return", "SEARCH RETURN against SEARCH", "search", "RFC 4731 3.1", _returned, ("login", "messages"),
        "ESEARCH",
    ),
)  # fmt: skip
