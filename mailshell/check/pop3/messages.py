"""RETR against LIST, and TOP against RETR."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.check.bench import Bench, Message
from mailshell.check.client import Reply
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask, may_read, refused
from mailshell.check.pop3.maildrop import listing
from mailshell.check.probe import Probe
from mailshell.text.sentences import counted

#: So many messages are asked for with TOP; none above this size (octets).
_TOPPED, _LARGEST = 4, 1 << 17
_CRLF = b"\r\n"


# --- the size of a message


def size_fault(octets: bytes, size: int) -> tuple[Verdict, str]:
    """What is wrong with a size that was announced for the octets of a message, dots unstuffed.

    The size counts each line end as CRLF, and no doubled dots (RFC 1939 sections 5 and 11). ``GOOD`` and an empty
    sentence if it is right.
    """
    came = len(octets)
    if came == size:
        return Verdict.GOOD, ""
    lines = octets.count(_CRLF)
    doubled = octets.count(b"\r\n.") + octets.startswith(b".")
    if came == size + len(_CRLF) and octets.endswith(_CRLF):
        return Verdict.NOTE, "does not count the line end behind the last line, which the message may lack where it is"
    if size == came - lines:
        return Verdict.WARNING, "counts each line end as one octet"
    if doubled and size == came + doubled:
        return Verdict.WARNING, "counts the doubled dots, which a client takes away"
    if size % 1024 == 0 and came <= size < came + 1024:
        return Verdict.WARNING, "is rounded up to 1,024 octets"
    if came < size // 2:
        return Verdict.ERROR, "is far more than what came: parts of the message may be missing"
    return Verdict.WARNING, "is another"


async def _sizes(bench: Bench) -> None:
    await listing(bench)
    if not may_read(bench):
        bench.tell(
            Verdict.LEFT_OUT,
            "EXPIRE 0: the server may delete at QUIT what is read with RETR, so nothing was read",
            source="RFC 2449 6.7",
        )
        return
    client = await bench.client()
    right = octets = 0
    for message in bench.known.sample:
        reply = await client.ask(f"RETR {message.number}")
        if not reply.ok:
            bench.wrong(f"LIST has message {message.number}, and RETR refuses it: {reply.words}", reply)
            continue
        message.octets = reply.body
        assert message.size is not None
        verdict, fault = size_fault(reply.body, message.size)
        if verdict is Verdict.GOOD:
            right, octets = right + 1, octets + len(reply.body)
            continue
        bench.tell(
            verdict,
            f"LIST says {message.size:,} octets for message {message.number}, RETR sends {len(reply.body):,}: the size "
            f"of LIST {fault}",
            reply,
            advice="read to the line with the dot, and not to this size",
        )
    if right:
        bench.good(f"{counted(right, 'message')} with {octets:,} octets in all: as many as LIST says of each")


# --- TOP


@dataclass(frozen=True, slots=True)
class Cut:
    """A message as TOP cuts it: ``header``, with its last line end; whether a blank line follows; lines of the body."""

    header: bytes
    blank: bool
    body: tuple[bytes, ...]


def cut(octets: bytes) -> Cut:
    """Take a message apart. Without a blank line all of it is the header."""
    if octets.startswith(_CRLF):
        header, blank, rest = b"", _CRLF, octets[2:]
    else:
        header, blank, rest = octets.partition(b"\r\n\r\n")
        header += _CRLF if blank else b""
    lines = rest.split(_CRLF)
    if lines[-1] == b"":
        lines.pop()
    return Cut(header, bool(blank), tuple(lines))


def top_fault(whole: bytes, top: bytes, lines: int) -> tuple[Verdict, str]:
    """What is wrong with what TOP gives for so many lines of a message (RFC 1939 section 7); ``GOOD`` if nothing is.

    A message that is nothing but a header may be given with a blank line behind it or without.
    """
    wanted, given = cut(whole), cut(top)
    expected = wanted.body[:lines]
    header = given.header.removesuffix(_CRLF) == wanted.header.removesuffix(_CRLF)
    if header and given.blank == wanted.blank and given.body == expected:
        return Verdict.GOOD, ""
    if header and not wanted.blank and not given.body:
        return Verdict.GOOD, ""
    if wanted.blank and not given.blank and header:
        return Verdict.WARNING, "lacks the blank line behind the header"
    if not header:
        return Verdict.WARNING, "has another header than RETR"
    if len(given.body) > len(expected):
        return Verdict.WARNING, f"has {counted(len(given.body), 'line')} of the body, and not {len(expected)}"
    if len(given.body) < len(expected):
        return Verdict.ERROR, f"has {counted(len(given.body), 'line')} of the body, and not {len(expected)}"
    at = next(number for number, pair in enumerate(zip(given.body, expected, strict=True), 1) if pair[0] != pair[1])
    return Verdict.WARNING, f"has another line {at} of the body than RETR"


async def _top(bench: Bench) -> None:
    await listing(bench)
    client = await bench.client()
    chosen = _to_top(bench.known.sample)
    if not chosen:
        bench.tell(Verdict.LEFT_OUT, "no message was read with RETR to compare with")
        return
    asked = wrong = 0
    for message in chosen:
        assert message.octets is not None
        body = len(cut(message.octets).body)
        for lines in sorted({0, 1, max(1, body // 2), body, body + 10}):
            reply = await client.ask(f"TOP {message.number} {lines}")
            if not reply.ok:
                _refused(bench, reply, message.number, lines)
                return
            asked += 1
            verdict, fault = top_fault(message.octets, reply.body, lines)
            if verdict is not Verdict.GOOD:
                wrong += 1
                bench.tell(verdict, f"TOP {message.number} {lines} {fault}", reply, advice=_ADVICE[verdict])
    if not wrong:
        which = counted(len(chosen), "message")
        bench.good(f"TOP with 0, 1, some, all and more lines of {which} gives what RETR gives ({asked} tried)")


_ADVICE = {Verdict.WARNING: "cut what TOP sends, or use RETR", Verdict.ERROR: "use RETR: TOP can't be relied on"}


def _refused(bench: Bench, reply: Reply, number: int, lines: int) -> None:
    if bench.known.advertises("TOP"):
        bench.warn(f"CAPA lists TOP, and TOP {number} {lines} is refused: {reply.words}", reply)
    else:
        bench.tell(Verdict.NOT_OFFERED, f"TOP is refused, and CAPA does not list it: {reply.words}", reply)


def _to_top(sample: list[Message]) -> list[Message]:
    """The messages to compare: those with the most lines of all that are not too large, and the smallest."""
    read = [one for one in sample if one.octets is not None and len(one.octets) <= _LARGEST]
    by_lines = sorted(read, key=lambda one: len(cut(one.octets or b"").body))
    return by_lines if len(by_lines) <= _TOPPED else [by_lines[0], *by_lines[-(_TOPPED - 1) :]]


async def _top_arguments(bench: Bench) -> None:
    if not await listing(bench):
        bench.tell(Verdict.LEFT_OUT, "the maildrop is empty")
        return
    number = next(iter(bench.known.sizes))
    if not (await ask(await bench.client(), f"TOP {number} 0")).ok:
        bench.tell(Verdict.NOT_OFFERED, "TOP is refused")
        return
    commands = ("TOP", f"TOP {number}", f"TOP {number} -1", f"TOP {number} x", f"TOP {number} 0 0")
    for command, reply in await refused(bench, commands, "TOP without its two numbers, or with others"):
        bench.tell(
            Verdict.NOTE,
            f"{command} is accepted, and is no form of TOP",
            reply,
            source="RFC 1939 3; RFC 1939 7",
        )


PROBES = (
    Probe(
        "sizes", "RETR against LIST", "messages", "RFC 1939 5; RFC 1939 11", _sizes, needs=("login", "messages"),
        seconds=20.0,
    ),
    Probe(
        "top", "TOP against RETR", "messages", "RFC 1939 7", _top, needs=("login", "messages"), seconds=15.0,
        uses=("sizes",),
    ),
    Probe(
        "top-arguments", "TOP with wrong arguments", "messages", "RFC 1939 7", _top_arguments,
        needs=("login", "messages"),
    ),
)  # fmt: skip
