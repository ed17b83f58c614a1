"""BODYSTRUCTURE and BODY against the octets of the same message (RFC 9051 section 7.5.2)."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.check.bench import Bench
from mailshell.check.imap.envelope import Difference
from mailshell.check.imap.envelope import differences as envelope_differences
from mailshell.check.imap.fetching import Tally, fetch, sampled
from mailshell.check.imap.mime import Part, read_message, split
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import BodyStructure
from mailshell.text.sentences import counted


def differences(part: Part, told: BodyStructure) -> Iterator[Difference]:
    """Where a structure is not that of the message. What the message leaves open is not told."""
    where = f"part {part.section}" if part.section else "the message"
    if not part.clean:
        return
    kind, other = f"{part.type}/{part.subtype}", f"{told.type}/{told.subtype}".lower()
    if kind != other:
        yield Difference("type", Verdict.ERROR, f"{where} is {other}; its octets say {kind}")
        return
    yield from _parameters(part, told, where)
    if part.type != "multipart":
        encoding = (told.encoding or "").lower()
        if encoding != part.encoding:
            says = f'the encoding of {where} is "{encoding}"; its octets say "{part.encoding}"'
            yield Difference("encoding", Verdict.ERROR, says, "clients decode with what BODYSTRUCTURE says")
        yield from _sizes(part, told, where)
    if len(part.parts) != len(told.parts):
        says = f"{where} has {counted(len(told.parts), 'part')}; its octets have {counted(len(part.parts), 'part')}"
        yield Difference("parts", Verdict.ERROR, says)
        return
    if part.is_message and told.envelope is not None:
        for one in envelope_differences(told.envelope, split(part.body)[0]):
            yield Difference(f"inner {one.kind}", one.verdict, f"the ENVELOPE within {where} differs: {one.says}")
    for inner, one_told in zip(part.parts, told.parts, strict=True):
        yield from differences(inner, one_told)


def _sizes(part: Part, told: BodyStructure, where: str) -> Iterator[Difference]:
    size = len(part.body)
    if told.size is not None and told.size != size:
        says = f"the size of {where} is {counted(told.size, 'octet')}; it has {size:,}"
        if told.size == size + len(part.header):
            says += " without its header"
        yield Difference("size", Verdict.ERROR, says, "clients that fetch by this size lose octets, or wait for more")
    if told.lines is not None and (part.type == "text" or part.is_message):
        ends = part.body.count(b"\n")
        unended = bool(part.body) and not part.body.endswith(b"\n")
        if told.lines not in (ends, ends + unended):
            says = f"{where} has {counted(told.lines, 'line')}; its octets have {ends + unended:,}"
            yield Difference("lines", Verdict.WARNING, says)


def _parameters(part: Part, told: BodyStructure, where: str) -> Iterator[Difference]:
    """Those of the header must be there; more may be (the default charset). RFC 2231 is the server's to decode."""
    values = {name.lower(): value for name, value in told.parameters}
    for name, value in part.parameters.items():
        if "*" in name or "=?" in value:
            continue
        if name not in values:
            if name == "boundary" or part.type != "multipart":
                yield Difference("parameter missing", Verdict.WARNING, f'{where} lacks the parameter {name}="{value}"')
        elif values[name].lower() != value.lower():
            verdict = Verdict.ERROR if name in ("charset", "boundary") else Verdict.WARNING
            says = f'{name} of {where} is "{values[name]}"; its octets say "{value}"'
            yield Difference(f"parameter {name}", verdict, says)


def basic(structure: BodyStructure) -> BodyStructure:
    """The structure without extension data, as BODY has it."""
    return BodyStructure(
        structure.section,
        structure.type,
        structure.subtype,
        structure.parameters if structure.type != "multipart" else (),
        structure.id,
        structure.description,
        (structure.encoding or "").lower() or None,
        structure.size,
        structure.lines,
        envelope=structure.envelope,
        parts=tuple(basic(part) for part in structure.parts),
    )


async def _structures(bench: Bench) -> None:
    client, messages = await sampled(bench)
    reply, found = await fetch(bench, client, [one.uid for one in messages], "(UID BODYSTRUCTURE BODY)")
    tally, looked, unclear = Tally(), 0, 0
    for message in messages:
        items = found.get(message.uid, {})
        long, short = items.get("BODYSTRUCTURE"), items.get("BODY")
        if not isinstance(long, BodyStructure):
            continue
        looked += 1
        whole = read_message(message.octets or b"")
        unclear += not whole.all_clean
        for one in differences(whole, long):
            tally.add(one.kind, one.verdict, message.uid, f"in BODYSTRUCTURE {one.says}", one.advice)
        if isinstance(short, BodyStructure) and basic(short) != basic(long):
            tally.add("BODY", Verdict.ERROR, message.uid, "BODY is not BODYSTRUCTURE without its extension data")
    await tally.tell(bench, client, "(BODYSTRUCTURE BODY)", looked)
    if not looked and reply.ok:
        bench.wrong("FETCH (BODYSTRUCTURE) gives no BODYSTRUCTURE", reply)
    elif looked and not tally.bad:
        doubt = f"; the MIME of {unclear} is broken or has two readings" if unclear else ""
        bench.good(f"BODYSTRUCTURE is what the octets say in {counted(looked, 'message')}{doubt}", reply)


PROBES = (
    Probe(
        "body-structure", "BODYSTRUCTURE against the octets", "messages", "RFC 9051 7.5.2", _structures,
        ("login", "messages"),
    ),
)  # fmt: skip
