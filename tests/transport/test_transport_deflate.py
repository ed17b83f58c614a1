"""DEFLATE over a connection: any octets cut anywhere come out as they went in, bounded, and what is wrong is told."""

from __future__ import annotations

import contextlib
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailshell.transport.deflate import PIECE, Deflate, NotDeflate

#: Writes: short texts, incompressible octets, and long runs of one octet.
WRITES = st.lists(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.binary(min_size=1, max_size=4), st.integers(0, 200_000)).map(lambda pair: pair[0] * pair[1]),
    ),
    max_size=8,
)


def pieces_of(octets: bytes, cuts: list[int]) -> list[bytes]:
    ends = [*sorted(cut % (len(octets) + 1) for cut in cuts), len(octets)]
    return [octets[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@given(WRITES, st.lists(st.integers(0, 10**6), max_size=6))
@settings(deadline=None)
def test_what_goes_in_comes_out_whatever_the_cuts(writes: list[bytes], cuts: list[int]) -> None:
    here, there = Deflate(), Deflate()
    packed = b"".join(map(here.compress, writes))
    pieces = [piece for part in pieces_of(packed, cuts) for piece in there.decompress(part)]
    assert b"".join(pieces) == b"".join(writes)
    assert all(0 < len(piece) <= PIECE for piece in pieces)
    assert here.sent == there.received == sum(map(len, writes))
    assert here.sent_wire == there.received_wire == len(packed)
    assert (here.received, there.sent) == (0, 0)


@given(WRITES)
@settings(deadline=None)
def test_each_write_can_be_read_at_once(writes: list[bytes]) -> None:
    here, there = Deflate(), Deflate()
    for octets in writes:
        assert b"".join(there.decompress(here.compress(octets))) == octets


@pytest.mark.parametrize("size", [PIECE - 300, PIECE - 1, PIECE, PIECE + 1, PIECE + 257, PIECE + 258, 3 * PIECE])
def test_nothing_stays_behind_when_a_full_piece_took_all_the_input(size: int) -> None:
    packed = Deflate().compress(b"x" * size)
    for cut in range(1, 8):  # the mark with which a write ends is 5 octets
        known = zlib.decompressobj(wbits=-15).decompress(packed[:-cut])
        assert b"".join(Deflate().decompress(packed[:-cut])) == known


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=6))
def test_octets_that_are_anything(reads: list[bytes]) -> None:
    there = Deflate()
    with contextlib.suppress(NotDeflate):
        for octets in reads:
            assert all(len(piece) <= PIECE for piece in there.decompress(octets))


def test_octets_that_are_no_deflate() -> None:
    with pytest.raises(NotDeflate, match="is no DEFLATE data"):
        list(Deflate().decompress(b"* OK all in the clear\r\n"))


def test_the_header_of_zlib_does_not_belong_there() -> None:
    with pytest.raises(NotDeflate):
        list(Deflate().decompress(zlib.compress(b"* OK with a header\r\n" * 9)))


def test_data_that_end_are_read_and_nothing_may_follow() -> None:
    packer = zlib.compressobj(wbits=-15)
    ended = packer.compress(b"* BYE\r\n") + packer.flush(zlib.Z_FINISH)
    there = Deflate()
    assert b"".join(there.decompress(ended)) == b"* BYE\r\n"
    with pytest.raises(NotDeflate, match="has ended its compressed data"):
        list(there.decompress(b"x"))
    at_once = Deflate().decompress(ended + b"* OK in the clear\r\n")
    assert next(at_once) == b"* BYE\r\n"
    with pytest.raises(NotDeflate, match="has ended its compressed data"):
        next(at_once)


def test_a_bomb_is_read_in_pieces() -> None:
    packer = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert len(bomb) < 80_000
    there = Deflate()
    tracemalloc.start()
    try:
        assert sum(map(len, there.decompress(bomb))) == 64 << 20
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
