"""Reads pcapng, Ethernet, IPv4 and TCP: as little as the tests need, and strictly."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field


@dataclass
class Packet:
    """A TCP segment. ``time`` in microseconds since 1970."""

    time: int
    source: tuple[str, int]
    destination: tuple[str, int]
    sequence: int
    acknowledged: int
    flags: int
    octets: bytes
    comments: list[str] = field(default_factory=list)


@dataclass
class Capture:
    program: str
    comments: list[str]
    packets: list[Packet]


def options(octets: bytes) -> list[tuple[int, bytes]]:
    found = []
    while True:
        code, length = struct.unpack("<HH", octets[:4])
        if code == 0:
            assert (length, octets[4:]) == (0, b"")
            return found
        found.append((code, octets[4 : 4 + length]))
        padding = -length % 4
        assert octets[4 + length : 4 + length + padding] == bytes(padding)
        octets = octets[4 + length + padding :]


def read_capture(octets: bytes) -> Capture:
    """All of a file with one section and one interface."""
    blocks = []
    while octets:
        kind, length = struct.unpack("<II", octets[:8])
        assert length % 4 == 0
        assert struct.unpack("<I", octets[length - 4 : length])[0] == length
        blocks.append((kind, octets[8 : length - 4]))
        octets = octets[length:]
    (section, head), (interface, described), *rest = blocks
    assert (section, interface) == (0x0A0D0D0A, 1)
    assert struct.unpack("<IHHq", head[:16]) == (0x1A2B3C4D, 1, 0, -1)
    assert struct.unpack("<HHI", described[:8]) == (1, 0, 0)
    told = options(head[16:])
    assert options(described[8:])
    packets = []
    for kind, body in rest:
        assert kind == 6
        number, high, low, captured, original = struct.unpack("<IIIII", body[:20])
        assert (number, captured) == (0, original)
        end = 20 + captured + -captured % 4
        packet = read_frame(body[20 : 20 + captured], high << 32 | low)
        packet.comments = [value.decode() for code, value in options(body[end:]) if code == 1]
        packets.append(packet)
    program = next(value.decode() for code, value in told if code == 4)
    return Capture(program, [value.decode() for code, value in told if code == 1], packets)


def total(octets: bytes) -> int:
    """The one's complement sum of RFC 1071, word by word: 0xFFFF over octets with a right checksum in them."""
    octets += bytes(len(octets) % 2)
    found = 0
    for (word,) in struct.iter_unpack(">H", octets):
        found += word
        found = (found & 0xFFFF) + (found >> 16)
    return found


def read_frame(frame: bytes, time: int) -> Packet:
    assert len(frame) <= 1514
    assert frame[12:14] == b"\x08\x00"
    packet = frame[14:]
    assert packet[0] == 0x45
    assert struct.unpack(">H", packet[2:4])[0] == len(packet)
    assert packet[9] == 6
    assert total(packet[:20]) == 0xFFFF
    source, destination, segment = packet[12:16], packet[16:20], packet[20:]
    assert total(source + destination + struct.pack(">HH", 6, len(segment)) + segment) == 0xFFFF
    ports = struct.unpack(">HH", segment[:4])
    sequence, acknowledged, length, flags = struct.unpack(">IIBB", segment[4:14])
    octets = segment[length >> 4 << 2 :]
    assert len(octets) <= 1460
    names = [".".join(map(str, address)) for address in (source, destination)]
    ends = list(zip(names, ports, strict=True))
    return Packet(time, ends[0], ends[1], sequence, acknowledged, flags, octets)
