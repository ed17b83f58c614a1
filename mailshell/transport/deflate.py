"""DEFLATE over a connection, without I/O: what is to be sent is compressed, what was received is decompressed.

COMPRESS=DEFLATE (RFC 4978) uses the raw format of RFC 1951, without the header and the checksum of zlib. It lies above
TLS: octets are compressed first and encrypted then (RFC 4978 section 3).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

__all__ = ["Deflate", "NotDeflate"]

PIECE = 256 * 1024
"""Octets: the largest piece that is decompressed at a time, so that a small read can't take all memory."""
_WINDOW = -15
"""Raw DEFLATE, and the largest window that a server may use."""


class NotDeflate(Exception):
    """What was received can't be decompressed; the text is one sentence."""


class Deflate:
    """Both directions of one connection. The counters are of octets since compression began."""

    def __init__(self) -> None:
        self.sent = self.sent_wire = self.received = self.received_wire = 0
        self._compressor = zlib.compressobj(wbits=_WINDOW)
        self._decompressor = zlib.decompressobj(wbits=_WINDOW)

    def compress(self, octets: bytes) -> bytes:
        """Octets to be sent. All that was given comes out at once, so that the peer can act on it."""
        packed = self._compressor.compress(octets) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        self.sent += len(octets)
        self.sent_wire += len(packed)
        return packed

    def decompress(self, octets: bytes) -> Iterator[bytes]:
        """What was received, in pieces of up to 256 KiB. Raises NotDeflate where it is none, or follows its end."""
        self.received_wire += len(octets)
        unpacker = self._decompressor
        while True:
            if unpacker.eof and (octets or unpacker.unused_data):
                raise NotDeflate("the peer has ended its compressed data, and what follows can't be read (RFC 4978)")
            try:
                piece = unpacker.decompress(octets, PIECE)
            except zlib.error:
                raise NotDeflate("what came after COMPRESS is no DEFLATE data (RFC 4978)") from None
            if piece:
                self.received += len(piece)
                yield piece
            octets = unpacker.unconsumed_tail
            # A full piece may leave some behind even when all input was taken: zlib holds a few symbols of it.
            if not octets and not unpacker.unused_data and len(piece) < PIECE:
                return
