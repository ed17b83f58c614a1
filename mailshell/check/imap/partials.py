"""Partial fetches against the whole (RFC 9051 section 6.4.5)."""

from __future__ import annotations

import itertools

from mailshell.check.bench import Bench, Message
from mailshell.check.imap.fetching import Items, by_uid, place, sampled
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Body
from mailshell.text.sentences import counted

#: A message is joined from at the most so many pieces.
_PIECES = 8


def cuts(octets: bytes) -> list[tuple[int, int]]:
    """Origin and count of pieces that make up the octets: one ends between CR and LF, one takes a single octet."""
    size = len(octets)
    ends = {1, size}
    middle = octets.find(b"\r\n", size // 2)
    if middle >= 0:
        ends.add(middle + 1)
    step = max(1, size // (_PIECES - 3))
    ends.update(list(range(step, size, step))[: _PIECES - 3])
    points = [0, *sorted(end for end in ends if 0 < end <= size)]
    return [(begin, end - begin) for begin, end in itertools.pairwise(points)]


def _piece(items: Items, section: str, origin: int) -> Body | None:
    value = items.get(place(f"BODY[{section}]<{origin}>"))
    return value if isinstance(value, Body) else None


def _chosen(messages: list[Message]) -> Message:
    """The message that is cut: the largest up to 8,000 octets, else the smallest."""
    fitting = [one for one in messages if 200 <= len(one.octets or b"") <= 8000]
    return max(fitting, key=lambda one: len(one.octets or b"")) if fitting else messages[0]


async def _joined(bench: Bench) -> None:
    client, messages = await sampled(bench)
    message = _chosen(messages)
    octets = message.octets or b""
    pieces = cuts(octets)
    asked = " ".join(f"BODY.PEEK[]<{origin}.{count}>" for origin, count in pieces)
    reply = await client.ask(f"UID FETCH {message.uid} ({asked})")
    if not reply.ok:
        bench.tell(
            Verdict.NOTE, f"several partial fetches of one section in one FETCH are refused: {reply.words}", reply
        )
        replies = [await client.ask(f"UID FETCH {message.uid} BODY.PEEK[]<{at}.{count}>") for at, count in pieces]
        if not all(one.ok for one in replies):
            bench.wrong(f"a partial fetch is refused: {replies[-1].words}", replies[-1])
            return
        found: Items = {name: value for one in replies for name, value in by_uid(one).get(message.uid, {}).items()}
        reply = replies[-1]
    else:
        found = by_uid(reply).get(message.uid, {})
    for origin, count in pieces:
        piece = _piece(found, "", origin)
        wanted = octets[origin : origin + count]
        if piece is None:
            told = [name for name in found if name.startswith("BODY[]")]
            says = f"BODY[]<{origin}.{count}> was asked for; of the items that came ({', '.join(told[:4]) or 'none'})"
            bench.wrong(f"{says} none is BODY[]<{origin}> (UID {message.uid})", reply, about="origin octet")
            return
        if (piece.octets or b"") != wanted:
            says = f"BODY[]<{origin}.{count}> has {counted(piece.size or 0, 'octet')}"
            differs = "which are not those of BODY[]" if piece.size == len(wanted) else f"and not {len(wanted):,}"
            advice = "clients that fetch large messages in pieces get a damaged message"
            bench.wrong(f"{says}, {differs} (UID {message.uid})", reply, about="pieces", advice=advice)
            return
    says = (
        f"{counted(len(pieces), 'piece')} joined are the {len(octets):,} octets of BODY[], each with its origin octet"
    )
    bench.good(says, reply, about="pieces")


async def _ends(bench: Bench) -> None:
    client, messages = await sampled(bench)
    message = _chosen(messages)
    octets = message.octets or b""
    size = len(octets)
    cases = {
        "across the end": (max(0, size - 5), 100, octets[-5:]),
        "all and more": (0, size + 1000, octets),
        "at the end": (size, 10, b""),
        "beyond the end": (size + 1000, 10, b""),
    }
    for about, (origin, count, wanted) in cases.items():
        reply = await client.ask(f"UID FETCH {message.uid} BODY.PEEK[]<{origin}.{count}>")
        found = by_uid(reply).get(message.uid, {})
        piece, whole = _piece(found, "", origin), found.get("BODY[]")
        name = f"BODY[]<{origin}.{count}> of {size:,} octets"
        if piece is None and isinstance(whole, Body):
            bench.wrong(f"the answer to {name} lacks the origin octet <{origin}>", reply, about=about)
        elif piece is None:
            bench.wrong(
                f"{name} is not answered ({reply.words}); it should be {len(wanted):,} octets", reply, about=about
            )
        elif piece.octets is None and not wanted:
            bench.tell(Verdict.NOTE, f"{name} is NIL; an empty string is what should come", reply, about=about)
        elif (piece.octets or b"") != wanted:
            says = f"{name} gives {counted(piece.size or 0, 'octet')}; it should be {len(wanted):,}"
            bench.wrong(says if piece.size != len(wanted) else f"{name} gives other octets", reply, about=about)
        else:
            bench.good(f"{name} gives {counted(len(wanted), 'octet')}", reply, about=about)


async def _nothing(bench: Bench) -> None:
    """No octets at all can't be asked for: the count begins with 1 (section 9, ``partial``)."""
    client, messages = await sampled(bench)
    reply = await client.ask(f"UID FETCH {messages[0].uid} BODY.PEEK[]<0.0>")
    value = _piece(by_uid(reply).get(messages[0].uid, {}), "", 0)
    if not reply.ok:
        bench.good(f"BODY[]<0.0> is refused ({reply.status.status}), as no octets at all can't be asked for", reply)
    elif value is not None and value.size:
        says = f"BODY[]<0.0>, which the syntax does not allow, gives {counted(value.size, 'octet')}"
        bench.tell(Verdict.NOTE, says, reply)
    else:
        bench.tell(Verdict.NOTE, "BODY[]<0.0>, which the syntax does not allow, is accepted and gives nothing", reply)


async def _of_sections(bench: Bench) -> None:
    """A part of TEXT, HEADER and HEADER.FIELDS: counted from the section's own beginning."""
    client, messages = await sampled(bench)
    message = _chosen(messages)
    whole = await client.ask(
        f"UID FETCH {message.uid} (BODY.PEEK[HEADER] BODY.PEEK[TEXT] BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)])"
    )
    items = by_uid(whole).get(message.uid, {})
    reply = await client.ask(
        f"UID FETCH {message.uid} (BODY.PEEK[HEADER]<3.20> BODY.PEEK[TEXT]<2.10> "
        "BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)]<2.12>)"
    )
    found = by_uid(reply).get(message.uid, {})
    right = 0
    for section, origin, count in (("HEADER", 3, 20), ("TEXT", 2, 10), ("HEADER.FIELDS (SUBJECT FROM)", 2, 12)):
        all_ = items.get(place(f"BODY[{section}]"))
        piece = _piece(found, section, origin)
        if not isinstance(all_, Body) or all_.octets is None:
            continue
        wanted = all_.octets[origin : origin + count]
        if piece is None or (piece.octets or b"") != wanted:
            came = "is not answered" if piece is None else f"gives {counted(piece.size or 0, 'octet')} that differ"
            bench.wrong(f"BODY[{section}]<{origin}.{count}> {came} (UID {message.uid})", reply, about=section)
        else:
            right += 1
    if right == 3:
        bench.good("parts of HEADER, TEXT and HEADER.FIELDS are those of their sections", reply)


_NEEDS = ("login", "messages")
PROBES = (
    Probe("partials", "pieces of a message joined", "sections", "RFC 9051 6.4.5", _joined, _NEEDS),
    Probe("partial-ends", "partial fetches at the end and beyond", "sections", "RFC 9051 6.4.5", _ends, _NEEDS),
    Probe("partial-nothing", "a partial fetch of no octets", "sections", "RFC 9051 9", _nothing, _NEEDS),
    Probe("partial-sections", "partial fetches of sections", "sections", "RFC 9051 6.4.5", _of_sections, _NEEDS),
)
