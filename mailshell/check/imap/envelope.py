"""ENVELOPE against the header of the same message (RFC 9051 section 7.5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailshell.check.bench import Bench
from mailshell.check.imap.addresses import Expected, read_addresses
from mailshell.check.imap.evaluation import moment
from mailshell.check.imap.fetching import Tally, fetch, sampled
from mailshell.check.imap.mime import fields, split
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Address, Envelope
from mailshell.protocol.imap.values import text_of
from mailshell.render.encoded import decode_words
from mailshell.text.sentences import counted

_STRINGS = {"date": "date", "subject": "subject", "in-reply-to": "in_reply_to", "message-id": "message_id"}
_LISTS = {"from": "from_", "sender": "sender", "reply-to": "reply_to", "to": "to", "cc": "cc", "bcc": "bcc"}
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Difference:
    """``kind``: a short name of the fault; ``says``: what differs, as part of a sentence."""

    kind: str
    verdict: Verdict
    says: str
    advice: str = ""


def differences(envelope: Envelope, header: bytes) -> Iterator[Difference]:
    """Where an ENVELOPE is not what the header (its octets) says. What is in doubt is not told."""
    found = fields(header)
    for name, attribute in _STRINGS.items():
        values = [value for field, value in found if field == name]
        if len(values) < 2:
            yield from _string(name, values, getattr(envelope, attribute))
    for name, attribute in _LISTS.items():
        values = [value for field, value in found if field == name and value]
        told: tuple[Address, ...] = getattr(envelope, attribute)
        if not values and name in ("sender", "reply-to"):
            if told != envelope.from_:
                says = f"the header has no {name}, but ENVELOPE's {name} is not the same as its from"
                yield Difference(f"{name} not defaulted", Verdict.WARNING, says)
        elif len(values) < 2:
            expected = read_addresses(values[0]) if values else Expected(())
            if expected is not None:
                yield from _addresses(name, expected, told)


def _string(name: str, values: Sequence[bytes], told: str | None) -> Iterator[Difference]:
    if not values:
        if told:
            yield Difference(f"{name} invented", Verdict.WARNING, f'{name} is "{_cut(told)}", but the header has none')
        return
    value = values[0]
    if not value.isascii() or re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value):
        return
    text, told = text_of(value), told or ""
    if _spaced(text) == _spaced(told):
        return
    if name in ("in-reply-to", "message-id") and told and told in text:
        return  # some leave out what is no message identifier
    if not told:
        yield Difference(f"{name} missing", Verdict.ERROR, f'{name} is empty, but the header has "{_cut(text)}"')
    elif "=?" in text and _spaced(decode_words(text)) == _spaced(told):
        says = f'{name} has been decoded to "{_cut(told)}"; the header has "{_cut(text)}"'
        advice = "clients decode encoded words themselves, and can't tell which text was meant to look like one"
        yield Difference("subject decoded", Verdict.WARNING, says, advice)
    elif name == "date":
        yield from _date(text, told)
    else:
        yield Difference(f"{name} differs", Verdict.ERROR, f'{name} is "{_cut(told)}"; the header has "{_cut(text)}"')


def _date(text: str, told: str) -> Iterator[Difference]:
    """The date's form is that of the header; a client reads it with the parser that it has for the header."""
    says = f'date is "{_cut(told)}"; the header has "{_cut(text)}"'
    first, second = moment(text), moment(told)
    if first is not None and first == second:
        advice = "clients that read it as the date of a header show a wrong date, or none"
        yield Difference("date in another form", Verdict.WARNING, f"{says}: the same moment in another form", advice)
    elif first is not None:
        yield Difference("date differs", Verdict.ERROR, says)


def _addresses(name: str, expected: Expected, told: Sequence[Address]) -> Iterator[Difference]:
    wanted = expected.addresses
    if [_where(one) for one in wanted] != [_where(one) for one in told]:
        says = f"{name} has {_shown(told)}; the header has {_shown(wanted)}"
        if [_where(one) for one in wanted if one.host] == [_where(one) for one in told if one.host]:
            yield Difference("group left out", Verdict.WARNING, f"{says}: the group is left out")
        else:
            yield Difference("addresses differ", Verdict.ERROR, says)
        return
    if not expected.names:
        return
    for one, other in zip(wanted, told, strict=True):
        if one.name is None and other.name == "" and other.host is not None:
            says = f'the display name of {_shown([other])} in {name} is ""; without one it is NIL'
            yield Difference("empty display name", Verdict.WARNING, says, "clients show an empty name, not the address")
        elif one.name is not None and "=?" in one.name and other.name and _bare(one.name) != _bare(other.name):
            if _bare(decode_words(one.name)) == _bare(other.name):
                says = f'the display name in {name} has been decoded to "{other.name}"; the header has "{one.name}"'
                advice = "clients decode encoded words themselves; octets above 127 have no charset here"
                yield Difference("display name decoded", Verdict.WARNING, says, advice)
            else:
                says = f'a display name in {name} is "{other.name}"; the header has "{one.name}"'
                yield Difference("display name differs", Verdict.WARNING, says)
        elif _bare(one.name or "") != _bare(other.name or ""):
            says = f'a display name in {name} is "{other.name or ""}"; the header has "{one.name or ""}"'
            yield Difference("display name differs", Verdict.WARNING, says)


def _where(address: Address) -> tuple[str | None, str | None]:
    """The address without its name; of a group only that it begins or ends: its name is a phrase."""
    if address.host is None:
        return ("group", None) if address.mailbox is not None else (None, None)
    return _bare(address.mailbox or ""), address.host.lower()


def _bare(text: str) -> str:
    """Without quotes, backslashes and white space, which servers keep or not as they like."""
    return re.sub(r'["\\\s]', "", text)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _shown(addresses: Sequence[Address]) -> str:
    texts = [
        f"{one.mailbox}@{one.host}" if one.host is not None else f"{one.mailbox}:" if one.mailbox else ";"
        for one in addresses
    ]
    return _cut(", ".join(texts) or "none")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


async def _envelopes(bench: Bench) -> None:
    client, messages = await sampled(bench)
    reply, found = await fetch(bench, client, [one.uid for one in messages], "(UID ENVELOPE)")
    tally, looked = Tally(), 0
    for message in messages:
        envelope = found.get(message.uid, {}).get("ENVELOPE")
        if isinstance(envelope, Envelope):
            looked += 1
            for one in differences(envelope, split(message.octets or b"")[0]):
                tally.add(one.kind, one.verdict, message.uid, f"in ENVELOPE {one.says}", one.advice)
    await tally.tell(
        bench, client, "(ENVELOPE BODY.PEEK[HEADER.FIELDS (DATE SUBJECT FROM SENDER REPLY-TO TO CC)])", looked
    )
    if not looked and reply.ok:
        bench.wrong("FETCH (ENVELOPE) gives no ENVELOPE", reply)
    elif looked and not tally.bad:
        bench.good(f"ENVELOPE is what the header says in {counted(looked, 'message')}", reply)


PROBES = (
    Probe("envelope", "ENVELOPE against the header", "messages", "RFC 9051 7.5.2", _envelopes, ("login", "messages")),
)
