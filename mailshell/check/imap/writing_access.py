"""Quotas (RFC 9208) and access control lists (RFC 4314), on a mailbox of our own."""

from __future__ import annotations

from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Reply
from mailshell.check.imap.scratch import Scratch, accepted, letter, scratch
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Pairs
from mailshell.text.sentences import counted

#: What RFC 4314 section 2.1.1 calls by two letters in RFC 2086.
_OLD = str.maketrans({"k": "c", "x": "c", "t": "d", "e": "d"})


def usage(reply: Reply) -> dict[tuple[str, str], int]:
    """How much is used of each resource of each root (STORAGE: in units of 1,024 octets)."""
    found: dict[tuple[str, str], int] = {}
    for one in reply.data:
        if isinstance(one, Pairs) and one.kind == "QUOTA":
            for resource, values in one.pairs:
                if isinstance(values, list) and values and isinstance(values[0], int):
                    found[one.subject[0], resource.upper()] = values[0]
    return found


async def _quota(bench: Bench) -> None:
    if not bench.known.advertises("QUOTA") and not any(name.startswith("QUOTA=") for name in bench.known.names()):
        bench.tell(Verdict.NOT_OFFERED, "the server does not advertise QUOTA")
        return
    async with scratch(bench) as place:
        ask = f"GETQUOTAROOT {quoted(place.name)}"
        before = await place.client.ask(ask)
        if not before.ok or not before.named("QUOTAROOT"):
            bench.wrong(f"QUOTA is advertised, but GETQUOTAROOT is answered with {before.words}", before)
            return
        if not usage(before):
            bench.good("the mailbox has no quota", before)
            return
        accepted(await place.append(letter(1, "x" * 60 + "\r\n" + ("y" * 70 + "\r\n") * 60)), "APPEND")
        after = await place.client.ask(ask)
        first, second = usage(before), usage(after)
        fallen = [" ".join(name) for name in first if second.get(name, 0) < first[name]]
        shown = ", ".join(f"{name[1]} {first[name]:,} to {second.get(name, 0):,}" for name in first)
        if fallen:
            says = f"the usage fell while a message was appended ({shown}), unless another session removed some"
            bench.warn(says, after)
        elif second == first:
            says = f"a message of 4 KiB was appended, and the usage stays the same ({shown}); it may be counted later"
            bench.tell(Verdict.NOTE, says, after)
        else:
            bench.good(f"the usage grows with a message ({shown})", after)


async def _acl(bench: Bench) -> None:
    """The rights of who made the mailbox; SETACL gives this identifier the rights that it has, and nothing else."""
    async with scratch(bench) as place:
        client, name = place.client, quoted(place.name)
        mine = await client.ask(f"MYRIGHTS {name}")
        rights = _my_rights(mine)
        if not mine.ok or rights is None:
            bench.wrong(f"ACL is advertised, but MYRIGHTS is answered with {mine.words}", mine, about="MYRIGHTS")
            return
        if not set("lr") <= set(rights):
            bench.wrong(f"MYRIGHTS of a mailbox that we made and can read says {rights}", mine, about="MYRIGHTS")
        else:
            bench.good(f"MYRIGHTS of a mailbox that we made: {rights}", mine, about="MYRIGHTS")
        if "a" not in rights:
            bench.tell(Verdict.LEFT_OUT, "without the right a neither GETACL nor SETACL can be tried", mine)
            return
        reply = await client.ask(f"GETACL {name}")
        entries = acl(reply)
        if not reply.ok or entries is None:
            bench.wrong(f"we have the right a, but GETACL is answered with {reply.words}", reply, about="GETACL")
            return
        bench.good(f"GETACL names {counted(len(entries), 'identifier')}", reply, about="GETACL")
        await _set(bench, place, rights, entries)


async def _set(bench: Bench, place: Scratch, rights: str, entries: dict[str, str]) -> None:
    user = getattr(place.client.session.engine.state, "user", None)
    owners = [who for who, has_rights in entries.items() if user and who.lower() in (user.lower(), "owner")]
    if not owners:
        bench.tell(Verdict.LEFT_OUT, "GETACL does not name this user, so SETACL has nobody to be tried on")
        return
    who, name = owners[0], quoted(place.name)
    reply = await place.client.ask(f"SETACL {name} {quoted(who)} {rights}")
    if not reply.ok:
        bench.tell(
            Verdict.NOTE, f"SETACL of the rights that {who} has is refused: {reply.words}", reply, about="SETACL"
        )
        return
    listing = await place.client.ask(f"GETACL {name}")
    after = acl(listing) or {}
    if not _same(after.get(who, ""), rights):
        says = f"after SETACL of {rights} for {who}, GETACL says {after.get(who, 'nothing')}"
        bench.wrong(says, listing, about="SETACL")
    else:
        bench.good(f"SETACL is what GETACL says then ({who}: {after[who]})", reply, about="SETACL")


def _my_rights(reply: Reply) -> str | None:
    found = [one.subject for one in reply.data if isinstance(one, Pairs) and one.kind == "MYRIGHTS"]
    return found[0][1] if found and len(found[0]) > 1 else None


def acl(reply: Reply) -> dict[str, str] | None:
    """The rights by identifier; None without an ACL response."""
    found = [one for one in reply.data if isinstance(one, Pairs) and one.kind == "ACL"]
    return {who: str(rights) for who, rights in found[0].pairs} if found else None


def _same(one: str, other: str) -> bool:
    """Whether two sets of rights are the same, ``c`` and ``d`` taken for what they stand for."""
    return set(one.translate(_OLD)) == set(other.translate(_OLD))


PROBES = (
    Probe("quota", "quotas", "writing", "RFC 9208 4.1", _quota, writes=True),
    Probe("acl", "access control lists", "writing", "RFC 4314 3", _acl, capabilities=("ACL",), writes=True),
)
