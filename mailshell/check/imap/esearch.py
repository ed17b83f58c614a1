"""SEARCH RETURN against the plain SEARCH (RFC 4731, RFC 9051 section 6.4.4)."""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.check.bench import Bench
from mailshell.check.client import Reply
from mailshell.check.imap.facts import Searched, disturbed, searched
from mailshell.check.imap.found import found, numbers_in
from mailshell.check.imap.searching import NOWHERE
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import ExtendedSearch
from mailshell.text.sentences import counted


async def _returned(bench: Bench) -> None:
    on = await searched(bench)
    right = 0
    for words in ("ALL", "SEEN", f"SUBJECT {NOWHERE}"):
        for uid in ("", "UID "):
            plain = await on.client.ask(f"{uid}SEARCH {on.range} {words}")
            reply = await on.client.ask(f"{uid}SEARCH RETURN (MIN MAX COUNT ALL) {on.range} {words}")
            numbers = found(plain)
            if disturbed(plain) or disturbed(reply):
                bench.tell(Verdict.UNDECIDED, "another session removed messages meanwhile", reply)
            elif numbers is not None:
                right += _compare(bench, f"{uid}SEARCH RETURN (MIN MAX COUNT ALL) {words}", sorted(numbers), reply, uid)
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


def _compare(bench: Bench, command: str, numbers: list[int], reply: Reply, uid: str) -> bool:
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
    elif items.get("COUNT") != len(numbers):
        wrong = f"says {_said(items, 'COUNT')}; SEARCH finds {len(numbers):,}"
    elif not numbers:
        odd = [name for name in ("MIN", "MAX", "ALL") if name in items]
        wrong = f"has {odd[0]} though nothing was found" if odd else ""
    elif numbers_in(items.get("ALL")) != numbers:
        wrong = "names other messages in ALL than SEARCH does"
    elif (items.get("MIN"), items.get("MAX")) != (numbers[0], numbers[-1]):
        wrong = f"says {_said(items, 'MIN')} and {_said(items, 'MAX')}; SEARCH finds {numbers[0]} to {numbers[-1]}"
    if wrong:
        bench.wrong(f"the ESEARCH to {command} {wrong}", reply)
    return not wrong


def _said(items: Mapping[str, object], name: str) -> str:
    return f"{name} {items[name]}" if name in items else f"no {name}"


PROBES = (
    Probe(
        "search-return", "SEARCH RETURN against SEARCH", "search", "RFC 4731 3.1", _returned, ("login", "messages"),
        ("ESEARCH", "IMAP4rev2"),
    ),
)  # fmt: skip
