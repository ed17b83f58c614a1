"""What all rules cost: FETCH responses framed and parsed, without the linter and with it, in the same run.

    python tests/bench/lint.py [MEGABYTES]      (default: 100, for each kind of response)

Framing and parsing alone is what the engine does with the octets, and the grammar of each response with its values. The
issue of the linter is to be no slower than three times that. Octets are made here, in pieces of 64 KiB, as a network
gives them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from mailshell.lint.session import linter_for
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Untagged
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.grammar import read_data
from mailshell.wire import Connected, Octets

_PIECE = 64 << 10
_HEAD = b"* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n"
_SELECT = (
    b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n* OK [PERMANENTFLAGS (\\Seen)] limited\r\n"
    b"* 2000000 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 9000000] ok\r\n"
    b"a1 OK [READ-WRITE] open\r\n"
)
_ADDRESS = b'(("Ana Example" NIL "ana" "example.org"))'
_ENVELOPE = (
    b'("Wed, 14 Jan 2026 11:27:00 +0100" "A subject of some length" %s %s %s %s NIL NIL NIL "<%%d@example.org>")'
)


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


def _body(number: int) -> bytes:
    body = (
        b"Subject: number %d\r\n\r\n" % number
        + b"A line of a message, of the usual length, and nothing else.\r\n" * 120
    )
    return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (number, number + 5, len(body), body)


_KINDS: dict[str, tuple[Callable[[int], bytes], bytes]] = {
    "flags": (_flags, b"(UID FLAGS RFC822.SIZE)"),
    "envelopes": (_envelope, b"(UID ENVELOPE BODYSTRUCTURE)"),
    "bodies": (_body, b"(UID BODY.PEEK[])"),
}


def pieces(kind: str, size: int) -> Iterator[bytes]:
    """Responses of that kind, so many octets of them, in pieces."""
    make, _ = _KINDS[kind]
    held, made, number = bytearray(), 0, 0
    while made < size:
        number += 1
        response = make(number)
        made += len(response)
        held += response
        if len(held) >= _PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def run(kind: str, octets: list[bytes], *, lints: bool) -> tuple[float, int]:
    """The seconds that it takes, and the number of findings."""
    engine = ImapConnection()
    found = 0

    def report(finding: object) -> None:
        nonlocal found
        found += 1

    linter = linter_for(engine, report)
    if lints:
        linter.wire(Connected(0.0, "192.0.2.1:993"))
    offsets = {Side.CLIENT: 0, Side.SERVER: 0}
    items = _KINDS[kind][1]
    client = [b"a1 SELECT INBOX\r\n", b"a2 FETCH 1:* %s\r\n" % items]
    steps = [(Side.SERVER, _HEAD), (Side.CLIENT, client[0]), (Side.SERVER, _SELECT), (Side.CLIENT, client[1])]
    steps += [(Side.SERVER, piece) for piece in octets]
    begun = time.perf_counter()
    for side, piece in steps:
        if lints:
            linter.wire(Octets(side, piece, 0.0, True, offsets[side]))
            offsets[side] += len(piece)
        for event in engine.sent(piece) if side is Side.CLIENT else engine.received(piece):
            if lints:
                linter.event(event, 0.0, True)
            elif isinstance(event, Untagged):
                read_data(event.response)
    return time.perf_counter() - begun, found


def main(megabytes: float) -> None:
    print(f"{'':<10} {'MB':>5}  {'parsing':>8}  {'with all rules':>14}  ratio  findings")
    for kind in _KINDS:
        octets = list(pieces(kind, int(megabytes * 1_000_000)))
        alone, _ = run(kind, octets, lints=False)
        linted, found = run(kind, octets, lints=True)
        print(f"{kind:<10} {megabytes:>5g}  {alone:>6.2f} s  {linted:>12.2f} s  {linted / alone:>5.2f}  {found}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 100)
