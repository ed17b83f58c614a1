"""Synthetic Ethernet frames that carry the octets of a session over TCP, as a capture of it would have shown them.

Ethernet II, IPv4 (RFC 791), TCP (RFC 9293). The addresses are those of a block set aside for documentation (RFC 5737),
the MAC addresses locally administered ones; they say nothing of the real peers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from mailshell.protocol.events import Side

#: The most octets of a segment: what Ethernet's 1,500 leave beside the headers of IPv4 and TCP.
MOST = 1460
_WINDOW = 65535
#: A receiver acknowledges every so many segments: well before a window is full.
_ACKNOWLEDGED = 8
FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10

_ADDRESSES = {Side.CLIENT: bytes([192, 0, 2, 1]), Side.SERVER: bytes([192, 0, 2, 2])}
_MACS = {Side.CLIENT: bytes([2, 0, 0, 0, 0, 1]), Side.SERVER: bytes([2, 0, 0, 0, 0, 2])}
_OTHER = {Side.CLIENT: Side.SERVER, Side.SERVER: Side.CLIENT}
_MAXIMUM_SEGMENT_SIZE = struct.pack(">BBH", 2, 4, MOST)


@dataclass(slots=True)
class _End:
    """One end of the connection. ``next``: the sequence number of its next octet."""

    port: int
    next: int
    identification: int = 0


class Connection:
    """A TCP connection. Each method gives the frames of what happens, in order, with the side that sends each.

    ``port`` is the server's; ``client_port`` the other.
    """

    def __init__(self, port: int, client_port: int) -> None:
        self._ends = {Side.CLIENT: _End(client_port, 1_000_000_000), Side.SERVER: _End(port, 2_000_000_000)}

    def open(self) -> Iterator[tuple[Side, bytes]]:
        """The three-way handshake."""
        for side, flags in ((Side.CLIENT, SYN), (Side.SERVER, SYN | ACK)):
            yield side, self._frame(side, flags, options=_MAXIMUM_SEGMENT_SIZE)
            self._advance(side, 1)
        yield Side.CLIENT, self._frame(Side.CLIENT, ACK)

    def send(self, side: Side, octets: bytes) -> Iterator[tuple[Side, bytes]]:
        """One write of a side, in segments, and the acknowledgements of the other."""
        for number, at in enumerate(range(0, len(octets), MOST), 1):
            segment = octets[at : at + MOST]
            last = at + MOST >= len(octets)
            yield side, self._frame(side, ACK | PSH if last else ACK, segment)
            self._advance(side, len(segment))
            if last or number % _ACKNOWLEDGED == 0:
                yield _OTHER[side], self._frame(_OTHER[side], ACK)

    def close(self, first: Side) -> Iterator[tuple[Side, bytes]]:
        """Both sides end; ``first`` begins."""
        for side in (first, _OTHER[first]):
            yield side, self._frame(side, FIN | ACK)
            self._advance(side, 1)
        yield first, self._frame(first, ACK)

    def _advance(self, side: Side, count: int) -> None:
        self._ends[side].next = (self._ends[side].next + count) & 0xFFFFFFFF

    def _frame(self, side: Side, flags: int, octets: bytes = b"", options: bytes = b"") -> bytes:
        own, other = self._ends[side], self._ends[_OTHER[side]]
        source, destination = _ADDRESSES[side], _ADDRESSES[_OTHER[side]]
        length = 20 + len(options)
        acknowledged = other.next if flags & ACK else 0
        head = struct.pack(
            ">HHIIBBHHH", own.port, other.port, own.next, acknowledged, length // 4 << 4, flags, _WINDOW, 0, 0
        )
        pseudo = source + destination + struct.pack(">BBH", 0, 6, length + len(octets))
        check = checksum(pseudo + head + options + octets)
        segment = head[:16] + struct.pack(">H", check) + head[18:] + options + octets
        packet = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), own.identification, 0x4000, 64, 6, 0)
        own.identification = (own.identification + 1) & 0xFFFF
        check = checksum(packet + source + destination)
        packet = packet[:10] + struct.pack(">H", check) + source + destination
        return _MACS[_OTHER[side]] + _MACS[side] + b"\x08\x00" + packet + segment


def checksum(octets: bytes) -> int:
    """The one's complement of the one's complement sum of 16-bit words (RFC 1071), which is a sum modulo 65,535."""
    if len(octets) % 2:
        octets += b"\0"
    total = int.from_bytes(octets, "big") % 0xFFFF
    # The sum of words that are not all zero is never the zero of all zero bits.
    return 0xFFFF - (total or 0xFFFF) if any(octets) else 0xFFFF
