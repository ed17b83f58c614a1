"""APPEND: what is put into a mailbox comes back octet for octet (RFC 9051 section 6.3.12)."""

from __future__ import annotations

from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Reply, literal
from mailshell.check.imap import letters
from mailshell.check.imap.evaluation import moment
from mailshell.check.imap.fetching import flags_of
from mailshell.check.imap.found import numbers_in, status_items
from mailshell.check.imap.scratch import WHEN, Scratch, code, letter, listed, scratch
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.text.sentences import counted

#: What it is, and a message of that kind.
_ODD = (
    ("lines that end with LF alone", b"Subject: LF\n\nfirst\nsecond\n"),
    ("octets above 127 in header and body", "Subject: grüß\r\n\r\näöü\r\n".encode()),
    ("a NUL octet", b"Subject: NUL\r\n\r\na\0b\r\n"),
    ("a line of 5,000 octets", b"Subject: long\r\n\r\n" + b"x" * 5000 + b"\r\n"),
    ("no line end at its end", b"Subject: open\r\n\r\nno end"),
    ("no header", b"\r\nbody alone\r\n"),
)


async def _append(bench: Bench) -> None:
    async with scratch(bench) as place:
        sent = letter(1)
        reply = await place.append(sent, "\\Seen \\Flagged", date=WHEN)
        if not reply.ok:
            bench.wrong(f"APPEND with flags and a date is refused: {reply.words}", reply)
            return
        status = await place.client.ask(f"STATUS {quoted(place.name)} (MESSAGES UIDNEXT UIDVALIDITY)")
        await place.select(1)
        fetched, found = await letters.read(place.client)
        if len(found) != 1:
            bench.wrong(f"after one APPEND {counted(len(found), 'message')} can be fetched", fetched)
            return
        uid, items = next(iter(found.items()))
        _append_uid(bench, reply, status, uid)
        if letters.octets(items) != sent:
            bench.wrong("the message did not come back octet for octet", fetched, about="octets")
        elif items.get("RFC822.SIZE") != len(sent):
            told = items.get("RFC822.SIZE", "missing")
            says = f"RFC822.SIZE is {told}; the message that was appended has {len(sent)} octets"
            bench.wrong(says, fetched, about="octets")
        else:
            bench.good(f"the message came back octet for octet ({len(sent)} octets)", fetched, about="octets")
        if flags_of(items) != {"\\seen", "\\flagged"}:
            told = " ".join(sorted(flags_of(items))) or "none"
            bench.wrong(f"appended with \\Seen and \\Flagged, it has the flags {told}", fetched, about="flags")
        else:
            bench.good("it has the flags that were given", fetched, about="flags")
        date = str(items.get("INTERNALDATE"))
        if moment(date) != moment(WHEN):
            bench.warn(f'appended with the date "{WHEN}", its INTERNALDATE is "{date}"', fetched, about="date")
        else:
            bench.good("INTERNALDATE is the date that was given", fetched, about="date")


def _append_uid(bench: Bench, reply: Reply, status: Reply, uid: str) -> None:
    """APPENDUID (RFC 4315 section 3): UIDVALIDITY of the mailbox, and the UID that the message has got."""
    if not bench.known.advertises("UIDPLUS", "IMAP4rev2"):
        return
    words = code(reply, "APPENDUID")
    items = status_items(status) or {}
    if words is None:
        bench.warn("UIDPLUS is advertised, but APPEND is answered without APPENDUID", reply, about="APPENDUID")
    elif words[:1] != [str(items.get("UIDVALIDITY"))] or words[1:2] != [uid]:
        validity = items.get("UIDVALIDITY", "(none)")
        says = f"APPENDUID says {' '.join(words)}; the mailbox has UIDVALIDITY {validity}, the message UID {uid}"
        bench.wrong(says, reply, about="APPENDUID")
    else:
        bench.good("APPENDUID tells UIDVALIDITY and UID", reply, about="APPENDUID")


async def _forms(bench: Bench) -> None:
    """The plain form, LITERAL+ or LITERAL-, an empty list of flags, several messages at once."""
    async with scratch(bench) as place:
        name, client = quoted(place.name), place.client
        size = len(letter(1))
        bare = await place.append(letter(1))
        empty = await client.ask(f"APPEND {name} () {{{size}}}\r\n", literal(letter(1)), b"\r\n")
        tried = [("without flags and date", bare), ("with an empty list of flags", empty)]
        if bench.known.advertises("LITERAL+", "LITERAL-", "IMAP4rev2"):
            plus = await client.ask(f"APPEND {name} {{{size}+}}\r\n", literal(letter(2), sync=False), b"\r\n")
            tried.append(("with a non-synchronizing literal", plus))
        if bench.known.advertises("MULTIAPPEND"):
            first, second = letter(3), letter(4)
            head = f"APPEND {name} (\\Seen) {{{len(first)}}}\r\n"
            between = f" (\\Draft) {{{len(second)}}}\r\n".encode()
            both = await client.ask(head, literal(first), between, literal(second), b"\r\n")
            tried.append(("of two messages at once", both))
            words = code(both, "APPENDUID")
            uids = numbers_in(words[1]) if words is not None and len(words) > 1 else None
            if both.ok and words is not None and (uids is None or len(uids) != 2):
                bench.wrong(f"APPENDUID for two messages says {' '.join(words)}", both, about="MULTIAPPEND")
        for what, reply in tried:
            if reply.ok:
                bench.good(f"APPEND {what} is accepted", reply, about=what)
            else:
                bench.wrong(f"APPEND {what} is refused: {reply.words}", reply, about=what)
        right = sum(reply.ok for _, reply in tried) + (bench.known.advertises("MULTIAPPEND") and tried[-1][1].ok)
        status = await client.ask(f"STATUS {name} (MESSAGES)")
        messages = (status_items(status) or {}).get("MESSAGES")
        if messages != right:
            told = "none" if messages is None else messages
            bench.wrong(f"APPEND accepted {counted(right, 'message')}, and STATUS tells {told}", status, about="count")


async def _odd(bench: Bench) -> None:
    """Messages that a strict server may refuse; one that accepts them should give them back."""
    async with scratch(bench) as place:
        kept: list[tuple[str, bytes]] = []
        for what, octets in _ODD:
            reply = await place.append(octets)
            if reply.ok:
                kept.append((what, octets))
            else:
                bench.tell(Verdict.NOTE, f"a message with {what} is refused: {reply.words}", reply, about=what)
        await place.select(len(kept))
        _, found = await letters.read(place.client)
        for (what, octets), uid in zip(kept, sorted(found, key=int), strict=False):
            back = letters.octets(found[uid])
            if back == octets:
                bench.good(f"a message with {what} comes back as it was", about=what)
            elif back == octets.replace(b"\n", b"\r\n"):
                bench.tell(Verdict.NOTE, f"a message with {what} comes back with CRLF", about=what)
            else:
                size = "NIL" if back is None else counted(len(back), "octet")
                sizes = f"{len(octets)} octets before, {size} after"
                says = f"a message with {what} is accepted, but comes back changed ({sizes})"
                bench.tell(Verdict.NOTE, says, (await letters.read(place.client, uid))[0], about=what)


async def _missing(bench: Bench) -> None:
    """APPEND to a mailbox that does not exist: NO with TRYCREATE, and none is made (section 6.3.12)."""
    async with scratch(bench) as place:
        name = place.child("missing")
        reply = await place.append(letter(1), to=name)
        await judge_missing(bench, place, name, reply, "APPEND")


async def judge_missing(bench: Bench, place: Scratch, name: str, reply: Reply, command: str) -> None:
    """What came of a command whose destination does not exist."""
    there = listed(await place.client.ask(f'LIST "" {quoted(name)}'))
    if reply.ok or there:
        bench.wrong(f"{command} to a mailbox that does not exist makes it, or loses the message: {reply.words}", reply)
    elif code(reply, "TRYCREATE") is None:
        advice = "clients look for it to offer making the mailbox"
        bench.warn(f"{command} to a mailbox that does not exist is refused without [TRYCREATE]", reply, advice=advice)
    else:
        bench.good(f"{command} to a mailbox that does not exist is refused with [TRYCREATE]", reply)


PROBES = (
    Probe("append", "APPEND, and the message back", "writing", "RFC 9051 6.3.12", _append, writes=True),
    Probe("append-forms", "forms of APPEND", "writing", "RFC 9051 6.3.12", _forms, writes=True),
    Probe("append-odd", "APPEND of odd messages", "writing", "RFC 9051 6.3.12", _odd, writes=True),
    Probe("append-missing", "APPEND to a missing mailbox", "writing", "RFC 9051 6.3.12", _missing, writes=True),
)
