"""EXPUNGE, UID EXPUNGE, CLOSE and UNSELECT, and UIDs that are never given again.

RFC 9051 sections 2.3.1.1 and 6.4.1 to 6.4.3.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Reply
from mailshell.check.imap.found import numbers_in
from mailshell.check.imap.numbers import uids
from mailshell.check.imap.scratch import Scratch, accepted, code, letter, scratch
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Count, Vanished
from mailshell.text.sentences import some


async def _uids(place: Scratch) -> list[int]:
    """The UIDs in the order of the sequence numbers, which must be without gaps."""
    found = uids(await place.client.ask("FETCH 1:* (UID)"))
    return [found[number] for number in sorted(found)]


def apply(reply: Reply, uids: Sequence[int]) -> list[int] | None:
    """What is left of the messages after the EXPUNGE and VANISHED responses of a reply, each counted after the one
    before; None if a number is out of range (RFC 9051 section 7.5.1)."""
    left = list(uids)
    for one in reply.data:
        if isinstance(one, Count) and one.kind == "EXPUNGE":
            if not one.number or one.number > len(left):
                return None
            del left[one.number - 1]
        elif isinstance(one, Vanished) and not one.earlier:
            gone = set(numbers_in(one.uids) or [])
            left = [uid for uid in left if uid not in gone]
    return left


async def _expunge(bench: Bench) -> None:
    async with scratch(bench) as place:
        await place.fill(6)
        await place.select(6)
        uids = await _uids(place)
        await place.client.ask("STORE 2,3,5 +FLAGS.SILENT (\\Deleted)")
        reply = accepted(await place.client.ask("EXPUNGE"), "EXPUNGE")
        wanted = [uids[0], uids[3], uids[5]]
        told, real = apply(reply, uids), await _uids(place)
        if real != wanted:
            bench.wrong(f"EXPUNGE left the UIDs {some(real)}; {some(wanted)} were not \\Deleted", reply)
        elif told != wanted:
            advice = "each EXPUNGE counts after the one before it: a client now shows wrong messages, or deletes them"
            says = "the numbers of the EXPUNGE responses, taken one after the other, do not lead to what is left"
            bench.wrong(says, reply, advice=advice)
        else:
            bench.good("EXPUNGE removes what is \\Deleted, and its numbers lead to what is left", reply)
        selected = await place.select(3)
        after = await _uids(place)
        if after != wanted:
            bench.wrong(f"after SELECT the UIDs are {some(after)}; they were {some(wanted)}", selected)
        elif (code(selected, "UIDVALIDITY") or [""])[0] == "":
            bench.wrong("SELECT does not tell UIDVALIDITY", selected)


async def _uid_expunge(bench: Bench) -> None:
    """Only messages that are \\Deleted and named go (RFC 4315 section 2.1)."""
    async with scratch(bench) as place:
        await place.fill(3)
        await place.select(3)
        uids = await _uids(place)
        await place.client.ask("STORE 1,2 +FLAGS.SILENT (\\Deleted)")
        reply = accepted(await place.client.ask(f"UID EXPUNGE {uids[0]},{uids[2]}"), "UID EXPUNGE")
        left = await _uids(place)
        if left != uids[1:]:
            bench.wrong(f"UID EXPUNGE of {uids[0]},{uids[2]} left {some(left)}; {uids[0]} alone should go", reply)
        elif apply(reply, uids) != left:
            bench.wrong("UID EXPUNGE does not tell what is gone", reply)
        else:
            bench.good("UID EXPUNGE removes only what is \\Deleted and named", reply)


async def _reuse(bench: Bench) -> None:
    """A UID is never given again while UIDVALIDITY stays, not even that of the last message (section 2.3.1.1)."""
    async with scratch(bench) as place:
        await place.fill(2)
        first = await place.select(2)
        uids = await _uids(place)
        await place.client.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
        accepted(await place.client.ask("EXPUNGE"), "EXPUNGE")
        between = await place.select(1)
        accepted(await place.append(letter(3)), "APPEND")
        after = await place.select(2)
        new = await _uids(place)
        same = code(first, "UIDVALIDITY") == code(after, "UIDVALIDITY")
        told, later = (code(first, "UIDNEXT") or ["0"])[0], (code(between, "UIDNEXT") or ["0"])[0]
        nexts = [int(word) for word in (told, later) if word.isdecimal()]
        if not same:
            bench.warn("UIDVALIDITY changed though nothing but a message was removed and appended", after)
        elif len(new) != 2 or new[1] <= uids[1]:
            says = f"the last message had UID {uids[1]} and was removed; the next one got {some(new[1:])}"
            bench.wrong(says, after, advice="clients show the old message, or delete the new one in its place")
        elif new[1] < max(nexts):
            bench.wrong(f"UIDNEXT was {max(nexts)}, but the next message got UID {new[1]}", after)
        else:
            bench.good(f"UID {uids[1]} of a removed message is not given again; the next one got {new[1]}", after)


async def _closing(bench: Bench) -> None:
    """CLOSE removes without telling, UNSELECT and CLOSE after EXAMINE remove nothing (sections 6.4.1 and 6.4.2)."""
    async with scratch(bench) as place:
        client = place.client
        await place.fill(2, "\\Deleted")
        await place.select(2)
        if bench.known.advertises("UNSELECT", "IMAP4rev2"):
            reply = accepted(await client.ask("UNSELECT"), "UNSELECT")
            if await _left(bench, place, reply, "UNSELECT"):
                return
        accepted(await client.ask(f"EXAMINE {quoted(place.name)}"), "EXAMINE")
        reply = await client.ask("CLOSE")
        if not reply.ok:
            bench.warn(
                f"CLOSE after EXAMINE is refused, but no error is to be given: {reply.words}", reply, about="CLOSE"
            )
        if await _left(bench, place, reply, "CLOSE after EXAMINE"):
            return
        reply = accepted(await client.ask("CLOSE"), "CLOSE")
        selected = await client.ask(f"SELECT {quoted(place.name)}")
        if selected.exists != [0]:
            told = some(selected.exists, "no number")
            says = f"CLOSE was to leave no message, as all were \\Deleted; EXISTS tells {told}"
            bench.wrong(says, selected, about="CLOSE")
        elif reply.named("EXPUNGE") or reply.named("VANISHED"):
            bench.warn("CLOSE tells what it removes; it should be silent", reply, about="CLOSE")
        else:
            bench.good("CLOSE removes what is \\Deleted, in silence", reply, about="CLOSE")


async def _left(bench: Bench, place: Scratch, reply: Reply, command: str) -> bool:
    """Select the mailbox again and tell whether the two messages are there still. Whether they are not."""
    selected = await place.client.ask(f"SELECT {quoted(place.name)}")
    if selected.exists != [2]:
        bench.wrong(f"{command} has removed messages", selected, about=command)
    else:
        bench.good(f"{command} removes nothing", reply, about=command)
    return selected.exists != [2]


PROBES = (
    Probe("expunge", "EXPUNGE and its numbers", "writing", "RFC 9051 7.5.1", _expunge, writes=True),
    Probe(
        "uid-expunge", "UID EXPUNGE", "writing", "RFC 4315 2.1", _uid_expunge,
        capabilities=("UIDPLUS", "IMAP4rev2"), writes=True,
    ),
    Probe("uid-reuse", "UIDs are not given again", "writing", "RFC 9051 2.3.1.1", _reuse, writes=True),
    Probe("closing", "CLOSE and UNSELECT", "writing", "RFC 9051 6.4.1", _closing, writes=True),
)  # fmt: skip
