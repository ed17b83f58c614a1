"""What all rules cost: answers framed and parsed, without the linter and with it, in the same run.

    python tests/bench/lint.py [MEGABYTES]      (default: 100, for each kind of answer)

Framing and parsing alone is what the engine does with the octets, and then in IMAP the grammar of each response with
its values, in POP3 the text of each message without the doubled dots. With the linter it is to take no more than three
times as long. Octets come in pieces of 64 KiB, as a network gives them,
and each is made when it is due, so that the memory is that of the engine and the linter: its peak is shown in MB. Of
both ways the time of the processor counts, the best of several if it is short.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import BodyPart, Side
from mailshell.protocol.exchange import Untagged
from mailshell.protocol.imap.grammar import read_data
from mailshell.wire import Connected, Octets

#: What takes fewer seconds is measured so often.
_SHORT, _ROUNDS = 2.0, 4
Step = tuple[Side, bytes]
_PIECE = 64 << 10
_GREETING = b"* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n"
_SELECT = (
    b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n* OK [PERMANENTFLAGS (\\Seen)] limited\r\n"
    b"* 2000000 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 9000000] ok\r\n"
    b"a1 OK [READ-WRITE] open\r\n"
)
_ADDRESS = b'(("Ana Example" NIL "ana" "example.org"))'
_ENVELOPE = (
    b'("Wed, 14 Jan 2026 11:27:00 +0100" "A subject of some length" %s %s %s %s NIL NIL NIL "<%%d@example.org>")'
)
_LINE = b"A line of a message, of the usual length, and nothing else.\r\n"


def _flags(number: int) -> bytes:
    return b"* %d FETCH (UID %d FLAGS (\\Seen) RFC822.SIZE %d)\r\n" % (number, number + 5, 2000 + number % 777)


def _envelope(number: int) -> bytes:
    envelope = (_ENVELOPE % (_ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)) % number
    structure = (
        b'(("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "8BIT" 1200 30 NIL NIL NIL NIL)'
        b'("TEXT" "HTML" ("CHARSET" "utf-8") NIL NIL "8BIT" 4200 90 NIL NIL NIL NIL)'
        b' "ALTERNATIVE" ("BOUNDARY" "b") NIL NIL NIL)'
    )
    return b"* %d FETCH (UID %d ENVELOPE %s BODYSTRUCTURE %s)\r\n" % (number, number + 5, envelope, structure)


def _message(number: int, lines: int) -> bytes:
    return b"Subject: number %d\r\n\r\n" % number + _LINE * lines


def _body(number: int) -> bytes:
    body = _message(number, 120)
    return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (number, number + 5, len(body), body)


def _fetched(size: int, items: bytes, make: Callable[[int], bytes]) -> Iterator[Step]:
    """A FETCH of so many octets."""
    yield Side.SERVER, _GREETING
    yield Side.CLIENT, b"a1 SELECT INBOX\r\n"
    yield Side.SERVER, _SELECT
    yield Side.CLIENT, b"a2 FETCH 1:* %s\r\n" % items
    held, made, number = bytearray(), 0, 0
    while made < size:
        number += 1
        response = make(number)
        made += len(response)
        held += response
        if len(held) >= _PIECE:
            yield Side.SERVER, bytes(held)
            held.clear()
    yield Side.SERVER, bytes(held)


def _retrieved(size: int, lines: int) -> Iterator[Step]:
    """Messages of so many lines, retrieved one after the other, so many octets of them."""
    yield Side.SERVER, b"+OK ready\r\n"
    octets = len(_message(100_000, lines))
    count = max(1, size // octets)
    for command, reply in ((b"USER ana", b"+OK"), (b"PASS secret", b"+OK"), (b"LIST", b"+OK")):
        yield Side.CLIENT, command + b"\r\n"
        yield Side.SERVER, reply + b"\r\n"
    listing = (b"%d %d\r\n" % (number, octets) for number in range(100_001, 100_001 + count))
    yield Side.SERVER, b"".join(listing) + b".\r\n"
    for number in range(100_001, 100_001 + count):
        yield Side.CLIENT, b"RETR %d\r\n" % number
        reply = b"+OK\r\n" + _message(number, lines) + b".\r\n"
        for at in range(0, len(reply), _PIECE):
            yield Side.SERVER, reply[at : at + _PIECE]


@dataclass(frozen=True)
class Kind:
    """Answers of one kind: the protocol, and what makes the steps of a session with so many octets of them."""

    protocol: str
    steps: Callable[[int], Iterator[Step]]


KINDS = {
    "flags": Kind("imap", lambda size: _fetched(size, b"(UID FLAGS RFC822.SIZE)", _flags)),
    "envelopes": Kind("imap", lambda size: _fetched(size, b"(UID ENVELOPE BODYSTRUCTURE)", _envelope)),
    "bodies": Kind("imap", lambda size: _fetched(size, b"(UID BODY.PEEK[])", _body)),
    "retr": Kind("pop3", lambda size: _retrieved(size, 120)),
    "long retr": Kind("pop3", lambda size: _retrieved(size, 150_000)),
}


def run(kind: Kind, megabytes: float, *, lints: bool) -> tuple[float, int]:
    """The seconds of the processor that it takes, and the number of findings."""
    engine = make_engine(kind.protocol)
    found = 0

    def report(finding: object) -> None:
        nonlocal found
        found += 1

    linter = linter_for(engine, report)
    linter.wire(Connected(0.0, "127.0.0.1:993"))
    offsets = {Side.CLIENT: 0, Side.SERVER: 0}
    seconds = 0.0
    for side, piece in kind.steps(int(megabytes * 1_000_000)):
        begun = time.process_time()
        if lints:
            linter.wire(Octets(side, piece, 0.0, True, offsets[side]))
            offsets[side] += len(piece)
        for event in engine.sent(piece) if side is Side.CLIENT else engine.received(piece):
            if lints:
                linter.event(event, 0.0, True)
            elif isinstance(event, Untagged):
                read_data(event.response)
            if isinstance(event, BodyPart):
                event.content()
        seconds += time.process_time() - begun
    return seconds, found


def main(megabytes: float) -> None:
    print(f"{'':<10} {'MB':>5}  {'parsing':>9}  {'with all rules':>14}  ratio  findings  peak")
    for name, kind in KINDS.items():
        alone, _ = run(kind, megabytes, lints=False)
        linted, found = run(kind, megabytes, lints=True)
        for _ in range(0 if alone > _SHORT else _ROUNDS):
            alone = min(alone, run(kind, megabytes, lints=False)[0])
            linted = min(linted, run(kind, megabytes, lints=True)[0])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        times = f"{alone:>7.2f} s  {linted:>12.2f} s  {linted / alone:>5.2f}"
        print(f"{name:<10} {megabytes:>5g}  {times}  {found:>8}  {peak:>4.0f}", flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 100)
