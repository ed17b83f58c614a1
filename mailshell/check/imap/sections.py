"""BODY sections against the whole message (RFC 9051 section 6.4.5.1), and that looking changes no flags."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.check.bench import Bench, Message, ProbeFailed
from mailshell.check.imap.fetching import Items, Tally, by_uid, fetch, flags_of, octets_of, place, sampled
from mailshell.check.imap.mime import Part, lines, read_message, split
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Body
from mailshell.text.sentences import counted

#: So many parts of one message are compared.
_PARTS = 12
_NAMES = ("SUBJECT", "From", "message-id")
_FIELDS = f"({' '.join(_NAMES)})"


def expected(whole: Part) -> dict[str, bytes]:
    """What each section of a message is: HEADER, TEXT and, as far as its MIME is clean, its parts."""
    wanted = {"HEADER": whole.header, "TEXT": whole.body}
    if not whole.all_clean:
        return wanted
    if whole.type != "multipart":
        wanted["1"] = whole.body
    parts = [part for part in whole.walk() if part.section and part is not whole]
    for part in parts[:_PARTS]:
        nested = _encloses(part, parts)
        if part.is_message:
            wanted[f"{part.section}.HEADER"], wanted[f"{part.section}.TEXT"] = split(part.body)
        if not nested:
            wanted[part.section] = part.body
            wanted[f"{part.section}.MIME"] = part.header
    # A message within a message has no MIME header of its own: that number is the text of the inner message.
    for message in (part for part in parts if part.is_message):
        for inner in message.parts:
            if inner.section != message.section:
                wanted.pop(f"{inner.section}.MIME", None)
    return wanted


def _encloses(part: Part, parts: Sequence[Part]) -> bool:
    """Whether this is the multipart directly within a message/rfc822: it shares the section of that."""
    return part.type == "multipart" and any(one is not part and one.section == part.section for one in parts)


def subset(header: bytes, names: Sequence[str], *, matching: bool = True) -> list[bytes]:
    """The fields that HEADER.FIELDS (or, without ``matching``, HEADER.FIELDS.NOT) gives, as they stand."""
    wanted = {name.encode().lower() for name in names}
    return [line for line in lines(header) if (line.partition(b":")[0].strip().lower() in wanted) is matching]


def compare(tally: Tally, uid: str, items: Items, section: str, wanted: bytes) -> bool:
    """Hold one section against its octets. Whether it was there to be compared."""
    value = items.get(place(f"BODY[{section}]"))
    if not isinstance(value, Body):
        tally.add("no answer", Verdict.ERROR, uid, f"BODY[{section}] was asked for, and no such item came back")
        return False
    if value.octets == wanted or (value.octets is None and value.size == len(wanted)):
        return True
    if value.octets is None and not wanted:
        return True  # NIL for an empty section
    size = "NIL" if value.size is None else counted(value.size, "octet")
    says = f"BODY[{section}] is {size}, but in BODY[] these are {counted(len(wanted), 'octet')}"
    if value.size == len(wanted):
        says = f"BODY[{section}] is not what BODY[] has at its place"
    kind = "parts" if section[0].isdigit() else section
    tally.add(kind, Verdict.ERROR, uid, says, items=f"(BODY.PEEK[{section}] BODY.PEEK[]<0.2000>)")
    return True


async def _sections(bench: Bench) -> None:
    client, messages = await sampled(bench)
    messages = _varied(messages)
    tally, looked = Tally(), 0
    for message in messages:
        wanted = expected(read_message(message.octets or b""))
        names = [f"BODY.PEEK[{section}]" for section in wanted]
        reply, found = await fetch(bench, client, [message.uid], f"({' '.join(names)})")
        items = found.get(message.uid)
        if not reply.ok or items is None:
            continue
        for section, octets in wanted.items():
            looked += compare(tally, message.uid, items, section, octets)
    await tally.tell(bench, client, "(BODY.PEEK[]<0.2000> BODYSTRUCTURE)", len(messages))
    if looked and not tally.bad:
        bench.good(f"{counted(looked, 'section')} of {counted(len(messages), 'message')} are as in BODY[]")


def _varied(messages: Sequence[Message]) -> list[Message]:
    """Three of the sample: the smallest, and those with the most parts."""
    parts = {id(message): len(list(read_message(message.octets or b"").walk())) for message in messages}
    rich = sorted(messages[1:], key=lambda message: -parts[id(message)])
    return [messages[0], *rich[:2]]


async def _fields(bench: Bench) -> None:
    client, messages = await sampled(bench)
    uids = [message.uid for message in messages]
    items_asked = f"(BODY.PEEK[HEADER.FIELDS {_FIELDS}] BODY.PEEK[HEADER.FIELDS.NOT {_FIELDS}])"
    reply, found = await fetch(bench, client, uids, items_asked)
    tally, looked = Tally(), 0
    for message in messages:
        header, _ = split(message.octets or b"")
        if message.uid not in found or not header.isascii() or b"\0" in header or not _ended(header):
            continue
        looked += 1
        for name, matching in (("HEADER.FIELDS", True), ("HEADER.FIELDS.NOT", False)):
            told = octets_of(found[message.uid], f"BODY[{name} {_FIELDS}]")
            if told is None:
                tally.add(name, Verdict.ERROR, message.uid, f"BODY[{name} {_FIELDS}] was asked for and did not come")
                continue
            wanted = subset(header, _NAMES, matching=matching)
            if sorted(lines(told)) != sorted(wanted):
                says = f"BODY[{name} {_FIELDS}] does not hold these fields as they stand in BODY[]"
                tally.add(name, Verdict.ERROR, message.uid, says)
            elif lines(told) != wanted:
                says = f"BODY[{name} {_FIELDS}] has the fields in another order than the header"
                tally.add("order", Verdict.NOTE, message.uid, says)
            elif not _ended(told):
                tally.add("blank line", Verdict.ERROR, message.uid, f"BODY[{name} ...] does not end with a blank line")
    await tally.tell(bench, client, f"(BODY.PEEK[HEADER] BODY.PEEK[HEADER.FIELDS {_FIELDS}])", looked)
    if looked and not tally.bad:
        bench.good(f"HEADER.FIELDS and HEADER.FIELDS.NOT are right in {counted(looked, 'message')}", reply)


def _ended(header: bytes) -> bool:
    """Whether a header has its blank line."""
    return header.endswith(b"\r\n\r\n") or header == b"\r\n"


async def _missing(bench: Bench) -> None:
    """A part that the message does not have: NIL, empty or a refusal; never octets."""
    client, messages = await sampled(bench)
    uid = messages[0].uid
    for section in ("99", "1.99.1"):
        reply = await client.ask(f"UID FETCH {uid} (BODY.PEEK[{section}])")
        value = by_uid(reply).get(uid, {}).get(place(f"BODY[{section}]"))
        about = f"BODY[{section}]"
        if not reply.ok:
            bench.good(f"{about}, which does not exist, is refused ({reply.status.status})", reply, about=about)
        elif not isinstance(value, Body):
            bench.tell(Verdict.NOTE, f"{about}, which does not exist, is passed over in silence", reply, about=about)
        elif value.size:
            bench.wrong(f"{about} does not exist, but has {counted(value.size, 'octet')}", reply, about=about)
        else:
            bench.good(
                f"{about}, which does not exist, is {'NIL' if value.size is None else 'empty'}", reply, about=about
            )


async def _rfc822(bench: Bench) -> None:
    """RFC822 and RFC822.TEXT set \\Seen where that is possible: only a message that has it is asked for."""
    client, messages = await sampled(bench)
    if bench.known.names() and not bench.known.advertises("IMAP4rev1", "IMAP4"):
        bench.tell(
            Verdict.NOT_OFFERED, "the server has IMAP4rev2 only, which has no RFC822, RFC822.HEADER, RFC822.TEXT"
        )
        return
    _, found = await fetch(bench, client, [one.uid for one in messages], "(UID FLAGS)")
    messages = [one for one in messages if _ended(split(one.octets or b"")[0])] or messages
    seen = [one for one in messages if "\\seen" in flags_of(found.get(one.uid, {}))]
    message = (seen or messages)[0]
    asked = ("RFC822", "RFC822.HEADER", "RFC822.TEXT") if seen else ("RFC822.HEADER",)
    reply, found = await fetch(bench, client, [message.uid], f"({' '.join(asked)})")
    header, text = split(message.octets or b"")
    right = []
    for name in asked:
        wanted = {"RFC822": header + text, "RFC822.HEADER": header, "RFC822.TEXT": text}[name]
        value = found.get(message.uid, {}).get(name)
        if not isinstance(value, Body):
            if reply.ok:
                bench.wrong(f"{name} was asked for and did not come (UID {message.uid})", reply, about=name)
        elif (value.octets or b"") != wanted:
            bench.wrong(f"{name} is not the same as its section of BODY (UID {message.uid})", reply, about=name)
        else:
            right.append(name)
    if right:
        bench.good(f"the same as its section of BODY: {', '.join(right)}", reply)
    if not seen:
        says = "RFC822 and RFC822.TEXT would mark a message as seen; --allow-writes tries them in a scratch mailbox"
        bench.tell(Verdict.LEFT_OUT, says)


async def _peek(bench: Bench) -> None:
    """BODY.PEEK sets no \\Seen, and in EXAMINE nothing may (RFC 9051 sections 6.3.3 and 6.4.5)."""
    client, messages = await sampled(bench)
    uids = ",".join(message.uid for message in messages)
    before = by_uid(await client.ask(f"UID FETCH {uids} (UID FLAGS)"))
    unseen = [uid for uid, items in before.items() if "FLAGS" in items and "\\seen" not in flags_of(items)]
    if not unseen:
        bench.tell(Verdict.LEFT_OUT, "all messages of the sample are seen already")
        return
    uid = unseen[0]
    reply = await client.ask(f"UID FETCH {uid} (BODY.PEEK[]<0.1> BODY.PEEK[TEXT]<0.1> BODYSTRUCTURE ENVELOPE)")
    after = await client.ask(f"UID FETCH {uid} (UID FLAGS)")
    if "FLAGS" not in by_uid(after).get(uid, {}):
        raise ProbeFailed(f"the flags of a message can't be fetched again: {after.words}", after)
    if any("\\seen" in flags_of(by_uid(one).get(uid, {})) for one in (reply, after)):
        says = f"after BODY.PEEK in EXAMINE the message has \\Seen (UID {uid}), unless another session has read it"
        bench.warn(says, after, advice="a client that looks ahead marks mail as read that nobody has read")
    else:
        bench.good("BODY.PEEK in EXAMINE leaves the message unseen", after)


_NEEDS = ("login", "messages")
PROBES = (
    Probe("sections", "BODY sections against the whole", "sections", "RFC 9051 6.4.5.1", _sections, _NEEDS),
    Probe("header-fields", "HEADER.FIELDS and HEADER.FIELDS.NOT", "sections", "RFC 9051 6.4.5.1", _fields, _NEEDS),
    Probe("missing-parts", "parts that do not exist", "sections", "RFC 9051 6.4.5.1", _missing, _NEEDS),
    Probe("rfc822-items", "RFC822, RFC822.HEADER, RFC822.TEXT", "sections", "RFC 3501 6.4.5", _rfc822, _NEEDS),
    Probe("peek", "BODY.PEEK and \\Seen", "sections", "RFC 9051 6.4.5", _peek, _NEEDS),
)
