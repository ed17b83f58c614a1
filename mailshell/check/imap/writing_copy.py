"""COPY and MOVE (RFC 9051 sections 6.4.7 and 6.4.8)."""

from __future__ import annotations

from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Reply
from mailshell.check.imap import letters
from mailshell.check.imap.evaluation import moment
from mailshell.check.imap.fetching import Items, flags_of
from mailshell.check.imap.found import numbers_in
from mailshell.check.imap.scratch import WHEN, Scratch, accepted, code, letter, scratch
from mailshell.check.imap.writing_append import judge_missing
from mailshell.check.probe import Probe
from mailshell.text.sentences import counted, some


async def _prepare(place: Scratch) -> tuple[str, dict[str, Items]]:
    """Three messages in the scratch mailbox, which is selected, and an empty mailbox beside them."""
    target = place.child("target")
    accepted(await place.client.ask(f"CREATE {quoted(target)}"), "CREATE of a second mailbox")
    for number, flags in enumerate(("\\Seen", "\\Flagged \\Answered", ""), start=1):
        accepted(await place.append(letter(number), flags, date=WHEN), "APPEND")
    await place.select(3)
    return target, (await letters.read(place.client))[1]


async def _copy(bench: Bench) -> None:
    async with scratch(bench) as place:
        target, before = await _prepare(place)
        uids = sorted(before, key=int)
        reply = await place.client.ask(f"UID COPY {uids[0]}:{uids[1]} {quoted(target)}")
        if not reply.ok:
            bench.wrong(f"UID COPY is refused: {reply.words}", reply)
            return
        missing = await place.client.ask(f"COPY 1 {quoted(place.child('missing'))}")
        await judge_missing(bench, place, place.child("missing"), missing, "COPY")
        selected = await place.select(2, target)
        fetched, after = await letters.read(place.client)
        _copy_uid(bench, reply, selected, uids[:2], sorted(after, key=int), "COPY")
        _compare(bench, fetched, [before[uid] for uid in uids[:2]], after, "COPY")
        await place.select(3)


async def _move(bench: Bench) -> None:
    async with scratch(bench) as place:
        target, before = await _prepare(place)
        uids = sorted(before, key=int)
        reply = await place.client.ask(f"UID MOVE {uids[0]}:{uids[1]} {quoted(target)}")
        if not reply.ok:
            bench.wrong(f"UID MOVE is refused: {reply.words}", reply)
            return
        gone = [response.number for response in reply.named("EXPUNGE")]
        if not reply.named("VANISHED") and gone not in ([1, 1], [2, 1]):
            says = (
                f"of the two messages that MOVE took away, EXPUNGE tells {some(gone, 'nothing')}; 1, 1 or 2, 1 is due"
            )
            bench.wrong(says, reply, about="EXPUNGE")
        else:
            bench.good("MOVE tells of the messages that are gone", reply, about="EXPUNGE")
        left = (await letters.read(place.client))[1]
        if sorted(left, key=int) != uids[2:]:
            bench.wrong(f"after MOVE of two of three, {counted(len(left), 'message')} remain", reply, about="source")
        selected = await place.select(2, target)
        fetched, after = await letters.read(place.client)
        _copy_uid(bench, reply, selected, uids[:2], sorted(after, key=int), "MOVE")
        _compare(bench, fetched, [before[uid] for uid in uids[:2]], after, "MOVE")


def _copy_uid(bench: Bench, reply: Reply, selected: Reply, source: list[str], target: list[str], command: str) -> None:
    """COPYUID (RFC 4315 section 3): UIDVALIDITY of the target, the UIDs there were and those there are."""
    if not bench.known.advertises("UIDPLUS", "IMAP4rev2"):
        return
    words, about = code(reply, "COPYUID"), "COPYUID"
    validity = code(selected, "UIDVALIDITY") or [""]
    if words is None:
        bench.warn(f"UIDPLUS is advertised, but {command} is answered without COPYUID", reply, about=about)
    elif len(words) != 3 or words[0] != validity[0]:
        says = f"COPYUID says {' '.join(words)}; the target has UIDVALIDITY {validity[0]}"
        bench.wrong(says, reply, about=about)
    elif [numbers_in(words[1]), numbers_in(words[2])] != [[int(uid) for uid in uids] for uids in (source, target)]:
        says = f"COPYUID says {words[1]} became {words[2]}; it was {','.join(source)} that became {','.join(target)}"
        bench.wrong(says, reply, about=about)
    else:
        bench.good(f"COPYUID tells which UIDs {command} made of which", reply, about=about)


def _compare(bench: Bench, fetched: Reply, before: list[Items], after: dict[str, Items], command: str) -> None:
    """Octets must be the same, flags and date should be."""
    pairs = list(zip(before, (after[uid] for uid in sorted(after, key=int)), strict=False))
    if any(letters.octets(one) != letters.octets(other) for one, other in pairs):
        bench.wrong(f"{command} changed the octets of a message", fetched, about="octets")
    else:
        bench.good(f"{command} keeps the octets", fetched, about="octets")
    if any(flags_of(one) != flags_of(other) for one, other in pairs):
        bench.warn(f"{command} did not keep the flags", fetched, about="flags")
    elif any(moment(str(one.get("INTERNALDATE"))) != moment(str(other.get("INTERNALDATE"))) for one, other in pairs):
        bench.warn(f"{command} did not keep INTERNALDATE", fetched, about="date")
    else:
        bench.good(f"{command} keeps flags and INTERNALDATE", fetched, about="flags")


PROBES = (
    Probe("copy", "COPY", "writing", "RFC 9051 6.4.7", _copy, writes=True),
    Probe("move", "MOVE", "writing", "RFC 9051 6.4.8", _move, capabilities=("MOVE", "IMAP4rev2"), writes=True),
)
