"""A model of ``imaplib``'s untagged responses, for those who want to see what it would dump.

``imaplib`` keeps every untagged response by its type until the method that asked for it takes it away. Its debug
output shows them, so that the same has to be known here; memory is bounded all the same: beyond ``MOST`` octets the
oldest responses of the type that holds most are forgotten, and so is one that is larger by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

#: How much is kept (octets).
MOST = 1 << 20
_OVERHEAD = 64

#: What imaplib's method for a command takes away when it succeeded.
TAKES: dict[str, tuple[str, ...]] = {
    "CAPABILITY": ("CAPABILITY",),
    "EXPUNGE": ("EXPUNGE",),
    "FETCH": ("FETCH",),
    "GETACL": ("ACL",),
    "GETANNOTATION": ("ANNOTATION",),
    "GETQUOTA": ("QUOTA",),
    "GETQUOTAROOT": ("QUOTA", "QUOTAROOT"),
    "LIST": ("LIST",),
    "LSUB": ("LSUB",),
    "MYRIGHTS": ("MYRIGHTS",),
    "NAMESPACE": ("NAMESPACE",),
    "PARTIAL": ("FETCH",),
    "SEARCH": ("SEARCH",),
    "SETANNOTATION": ("ANNOTATION",),
    "SETQUOTA": ("QUOTA",),
    "SORT": ("SORT",),
    "STARTTLS": ("STARTTLS",),
    "STATUS": ("STATUS",),
    "STORE": ("FETCH",),
    "THREAD": ("THREAD",),
    "UID": ("FETCH",),
    "UID SEARCH": ("SEARCH",),
    "UID SORT": ("SORT",),
    "UID THREAD": ("THREAD",),
}

Item = bytes | tuple[bytes, bytes]


def takes(name: str) -> tuple[str, ...]:
    """The types that the method for a command (upper case) takes away."""
    return TAKES.get(name) or (TAKES["UID"] if name.startswith("UID ") else ())


class UntaggedResponses:
    """``imaplib.IMAP4.untagged_responses``: lists of data by type, in the order in which the types came."""

    def __init__(self) -> None:
        self._items: dict[str, list[Item]] = {}
        self._sizes: dict[str, int] = {}

    def __contains__(self, kind: str) -> bool:
        return kind in self._items

    def __bool__(self) -> bool:
        return bool(self._items)

    def add(self, kind: str, item: Item) -> None:
        """Keep one response."""
        size = _size(item)
        if size > MOST:
            return
        self._items.setdefault(kind, []).append(item)
        self._sizes[kind] = self._sizes.get(kind, 0) + size
        while sum(self._sizes.values()) > MOST:
            largest = max(self._sizes, key=self._sizes.__getitem__)
            self._sizes[largest] -= _size(self._items[largest].pop(0))
            if not self._items[largest]:
                self.pop(largest)

    def pop(self, kind: str) -> list[Item]:
        """Take the responses of a type away."""
        self._sizes.pop(kind, None)
        return self._items.pop(kind, [])

    def clear(self) -> None:
        """Forget all."""
        self._items.clear()
        self._sizes.clear()

    def dump(self, show: Callable[[bytes], str]) -> str:
        """The text that ``imaplib`` prints for them; ``show`` gives the ``repr`` of octets."""
        lines = []
        for kind, items in self._items.items():
            shown = ", ".join(
                show(item) if isinstance(item, bytes) else f"({show(item[0])}, {show(item[1])})" for item in items
            )
            lines.append(f"{kind}: [{shown}]")
        return "untagged responses dump:" + "\n\t\t".join(lines)


def _size(item: Item) -> int:
    return _OVERHEAD + (len(item) if isinstance(item, bytes) else len(item[0]) + len(item[1]))


_UNTAGGED = re.compile(rb"\* (?P<type>[A-Z-]+)( (?P<data>.*))?")
_NUMBERED = re.compile(rb"\* (?P<data>\d+) (?P<type>[A-Z-]+)( (?P<data2>.*))?")
_CODE = re.compile(rb"\[(?P<type>[A-Z-]+)( (?P<data>.*))?\]")
_TAGGED = re.compile(rb"(?P<tag>[^ ]+) (?P<type>[A-Z]+) (?P<data>.*)")


def read_untagged(line: bytes) -> tuple[str, bytes] | None:
    """Type and data of an untagged response as ``imaplib`` reads them; None if it is none."""
    match = _UNTAGGED.match(line)
    if match:
        return match["type"].decode(), match["data"] or b""
    match = _NUMBERED.match(line)
    if match:
        data = match["data"] + b" " + match["data2"] if match["data2"] else match["data"]
        return match["type"].decode(), data
    return None


def read_tagged(line: bytes) -> tuple[str, str, bytes] | None:
    """Tag, type and data of a tagged response as ``imaplib`` reads them; None if it is none."""
    match = _TAGGED.match(line)
    return (match["tag"].decode("latin-1"), match["type"].decode(), match["data"]) if match else None


def read_code(data: bytes) -> tuple[str, bytes] | None:
    """Type and data of the response code at the beginning of a status response's data; None if there is none."""
    match = _CODE.match(data)
    return (match["type"].decode(), match["data"] or b"") if match else None
