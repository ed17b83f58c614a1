"""BINARY: parts decoded by the server against the same decoded here (RFC 3516, RFC 9051 section 6.4.5)."""

from __future__ import annotations

from mailshell.check.bench import Bench
from mailshell.check.imap.fetching import Tally, by_uid, place, sampled
from mailshell.check.imap.mime import PLAIN, Part, decoded, read_message
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Body
from mailshell.text.sentences import counted

#: So many parts are decoded.
_MOST = 8


async def _binary(bench: Bench) -> None:
    client, messages = await sampled(bench)
    leaves: list[tuple[str, Part, bytes]] = []
    for message in messages:
        whole = read_message(message.octets or b"")
        if whole.all_clean:
            parts = [part for part in whole.walk() if part.type != "multipart" and not part.is_message]
            leaves += [(message.uid, part, octets) for part in parts if (octets := decoded(part)) is not None]
    leaves.sort(key=lambda leaf: leaf[1].encoding in PLAIN)
    tally, right = Tally(), 0
    looked = leaves[:_MOST]
    for uid, part, wanted in looked:
        section = part.section
        reply = await client.ask(f"UID FETCH {uid} (BINARY.PEEK[{section}] BINARY.SIZE[{section}])")
        items = by_uid(reply).get(uid, {})
        evidence = f"(BINARY.PEEK[{section}]<0.200> BINARY.SIZE[{section}])"
        value, size = items.get(place(f"BINARY[{section}]")), items.get(place(f"BINARY.SIZE[{section}]"))
        name = f"BINARY[{section}] of a part in {part.encoding}"
        if not reply.ok:
            tally.add("refused", Verdict.WARNING, uid, f"{name} is refused: {reply.words}", items=evidence)
        elif not isinstance(value, Body):
            odd = next((key for key in items if key.startswith("BINARY.PEEK")), "")
            instead = f"; {odd} came instead, a name that only a request has" if odd else ""
            tally.add(
                "no answer", Verdict.ERROR, uid, f"{name} was asked for and did not come{instead}", items=evidence
            )
        elif (value.octets or b"") != wanted:
            says = f"{name} is {counted(value.size or 0, 'octet')}; decoded here it is {len(wanted):,}"
            same = f"{name} differs from what decoding gives here"
            tally.add("contents", Verdict.ERROR, uid, same if value.size == len(wanted) else says, items=evidence)
        elif size != len(wanted):
            tally.add(
                "size",
                Verdict.ERROR,
                uid,
                f"BINARY.SIZE[{section}] is {size}; decoded it is {len(wanted):,}",
                items=evidence,
            )
        else:
            right += 1
    await tally.tell(bench, client, "(BINARY.PEEK[1]<0.200> BODY.PEEK[1.MIME])", len({uid for uid, *_ in looked}))
    if not leaves:
        bench.tell(Verdict.LEFT_OUT, "no message of the sample has a part that can be decoded beyond doubt")
    elif right and not tally.bad:
        bench.good(f"BINARY decodes {counted(right, 'part')} as they are decoded here")


PROBES = (
    Probe(
        "binary", "BINARY against decoding here", "sections", "RFC 3516 4.2", _binary, ("login", "messages"),
        capabilities=("BINARY", "IMAP4rev2"),
    ),
)  # fmt: skip
