"""Where a long recording is kept while it is served or compared: the beginning in memory, the rest in temporary files.

A temporary file has no name, and is gone when the program ends.
"""

from __future__ import annotations

import os
import pickle
import struct
import tempfile
from array import array
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from typing import BinaryIO, Generic, TypeVar, overload

from mailshell.protocol.catalogue import Command
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.limits import MIB
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

#: So much is held in memory (octets) before a file is used.
_MOST_OCTETS = 8 * MIB
#: So many items are held in memory; and of those in the file, so many that were read last.
_MOST_ITEMS = 2000
_LATEST = 64
_SIZE = struct.Struct("<Q")
#: What is to be written to a file is gathered up to this size (octets).
_GATHERED = MIB

Item = TypeVar("Item")


class OctetStore:
    """Octets that are appended, and read by their offsets as slices. OSError if there is no room for them."""

    def __init__(self) -> None:
        self._size = 0
        self._head = bytearray()
        self._file: BinaryIO | None = None
        self._in_file = 0
        self._tail = bytearray()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: slice) -> bytes:
        start, stop, _ = place.indices(self._size)
        if stop <= len(self._head):
            return bytes(self._head[start:stop])
        octets = bytearray(self._head[start:stop])
        first, last = max(0, start - len(self._head)), stop - len(self._head)
        while self._file is not None and first < min(last, self._in_file):
            piece = os.pread(self._file.fileno(), min(last, self._in_file) - first, first)
            if not piece:
                raise OSError("a temporary file is shorter than it was")
            octets += piece
            first += len(piece)
        return bytes(octets + self._tail[max(0, first - self._in_file) : max(0, last - self._in_file)])

    def append(self, octets: bytes) -> None:
        """Add octets at the end."""
        self._size += len(octets)
        if self._size <= _MOST_OCTETS:
            self._head += octets
            return
        self._tail += octets
        if len(self._tail) >= _GATHERED:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - as long as the store is there
            left = memoryview(bytes(self._tail))
            while left:
                left = left[self._file.write(left) :]
            self._in_file += len(self._tail)
            self._tail.clear()


class ItemStore(Generic[Item]):
    """Items by number. Each is ``new`` first, when it may still change, and then ``kept``, in any order.

    OSError if there is no room for them.
    """

    def __init__(self) -> None:
        self._held: dict[int, Item] = {}
        self._octets = OctetStore()
        #: Where the items from ``_MOST_ITEMS`` on stand in the octets; -1: not yet.
        self._places = array("q")
        self._count = 0
        self._read = lru_cache(_LATEST)(self._load)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Item: ...

    @overload
    def __getitem__(self, place: slice) -> list[Item]: ...

    def __getitem__(self, place: int | slice) -> Item | list[Item]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(self._count))]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        number = place % self._count
        return self._held[number] if number in self._held else self._read(number)

    def __iter__(self) -> Iterator[Item]:
        return (self[number] for number in range(self._count))

    def new(self, item: Item) -> None:
        """Add an item, which gets the next number."""
        self._held[self._count] = item
        if self._count >= _MOST_ITEMS:
            self._places.append(-1)
        self._count += 1

    def keep(self, number: int) -> None:
        """The item does not change any more."""
        if number < _MOST_ITEMS or number not in self._held:
            return
        out = BytesIO()
        pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = {Command: _reduce}
        pickler.dump(self._held.pop(number))
        self._places[number - _MOST_ITEMS] = len(self._octets)
        self._octets.append(_SIZE.pack(out.tell()) + out.getvalue())

    def _load(self, number: int) -> Item:
        at = self._places[number - _MOST_ITEMS]
        (size,) = _SIZE.unpack(self._octets[at : at + _SIZE.size])
        # What is read here was written by this very program, to a file that nobody else can open.
        item: Item = pickle.loads(self._octets[at + _SIZE.size : at + _SIZE.size + size])
        return item


def _reduce(record: Command) -> tuple[Callable[[str, str], Command | None], tuple[str, str]]:
    """A record of the catalogue is not stored: there is only one of it."""
    return _record, ("imap" if IMAP.get(record.name) is record else "pop3", record.name)


def _record(protocol: str, name: str) -> Command | None:
    return (IMAP if protocol == "imap" else POP3).get(name)
