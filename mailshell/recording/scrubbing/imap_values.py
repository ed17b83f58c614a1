"""Scrubs the values of an IMAP command or response in place: what is not placed becomes its shape, by construction.

``Canvas`` begins as the shape of all octets; what is known to be a word of the protocol is put back as it was, and
what is known to be a name becomes a pseudonym.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailshell.protocol.imap.values import Atom, List, Literal, Quoted, Value, as_items
from mailshell.recording.scrubbing.message import Message
from mailshell.recording.scrubbing.shape import shape
from mailshell.recording.scrubbing.text import Change, Scrub

_QUOTED = re.compile(rb'"((?:[^"\\\n]|\\[^\n])*)"')
_NUMBERS = re.compile(rb"[0-9:,*.$+-]+\Z")
_MOST_NESTED = 50
#: Keys after whose value a search looks for a name.
_NAMING_KEYS = frozenset({"FROM", "TO", "CC", "BCC", "EMAILID", "THREADID", "MAILBOX", "IN"})
#: And for a text.
_TEXT_KEYS = frozenset({"SUBJECT", "BODY", "TEXT", "X-GM-RAW"})
_NAMED_ITEMS = frozenset({"X-GM-LABELS", "EMAILID", "THREADID", "X-GM-MSGID", "X-GM-THRID"})


class Canvas:
    """``octets``: those of a command or response from stream offset ``offset`` on."""

    def __init__(self, scrub: Scrub, octets: bytes, offset: int) -> None:
        self.scrub = scrub
        self.octets = octets
        self.offset = offset
        self.made = bytearray(shape(octets))

    def put(self, start: int, end: int, change: Change) -> None:
        """Put the changed octets of a place (counted from the canvas' start) there."""
        made = change(self.octets[start:end])
        if len(made) == end - start:
            self.made[start:end] = made

    def keep(self, start: int, end: int) -> None:
        """The octets of a place stay."""
        self.made[start:end] = self.octets[start:end]

    def place(self, value: Value | None) -> tuple[int, int]:
        """Where a string or atom stands, without its quotes."""
        if isinstance(value, Quoted):
            match = _QUOTED.match(self.octets, value.start - self.offset)
            return match.span(1) if match else (0, 0)
        if isinstance(value, Literal):
            start = value.start - self.offset
            return start, min(len(self.octets), start + value.size)
        if isinstance(value, Atom):
            return value.start - self.offset, value.start - self.offset + len(value.octets)
        return 0, 0

    def string(self, value: Value | None, change: Change) -> None:
        """A string or atom; NIL stays, and of a list each member is one."""
        if isinstance(value, Atom) and value.upper == "NIL":
            self.keep(*self.place(value))
        elif isinstance(value, List):
            for item in value.items:
                self.string(item, change)
        else:
            self.put(*self.place(value), change)

    # --- what stands in many places

    def generic(self, value: Value | None, depth: int = 0) -> None:
        """Words of the protocol and numbers stay; the rest is free text."""
        if isinstance(value, List) and depth < _MOST_NESTED:
            for item in value.items:
                self.generic(item, depth + 1)
        elif isinstance(value, Atom):
            self.atom(value)
        elif isinstance(value, (Quoted, Literal)):
            self.string(value, self.scrub.date if _is_dated_string(value) else self.scrub.words)

    def atom(self, value: Atom) -> None:
        """A word with a section and the like: numbers in it stay too if nothing but numbers and words is in it."""
        place = self.place(value)
        if _NUMBERS.match(value.octets) or _is_dated(value):
            self.keep(*place)
        elif value.upper.startswith(("BODY", "BINARY", "RFC822")):
            self.put(*place, self._item)
        else:
            self.put(*place, self.scrub.words)

    def _rights(self, octets: bytes) -> bytes:
        """``RIGHTS=texk`` (RFC 4314 section 4)."""
        return octets if re.match(rb"RIGHTS=[a-z0-9]{1,20}\Z", octets) else self.scrub.free(octets)

    def _item(self, octets: bytes) -> bytes:
        return re.sub(
            rb"[A-Za-z0-9\x80-\xff]+",
            lambda m: m[0] if m[0].isdigit() and len(m[0]) < 20 else self.scrub.free(m[0]),
            octets,
        )

    def flags(self, value: Value | None) -> None:
        """Flags: those of the standard stay, others are names of somebody's own."""
        for item in as_items(value) if isinstance(value, List) else (value,):
            if isinstance(item, Atom):
                if self.scrub.free(item.octets) == item.octets:
                    self.keep(*self.place(item))
                else:
                    self.put(*self.place(item), self.scrub.name)

    def capabilities(self, values: Sequence[Value]) -> None:
        """Capabilities that are known stay, with their numbers; others become their shape."""
        for value in values:
            self.put(*self.place(value), self._rights if _octets(value).startswith(b"RIGHTS=") else self._item)

    # --- FETCH

    def fetched(self, values: Sequence[Value]) -> None:
        """The items of a FETCH response, pairwise name and value; also what follows after a large literal."""
        flat = [item for value in values for item in (value.items if isinstance(value, List) else (value,))]
        at = 0
        while at < len(flat):
            name = flat[at]
            if not isinstance(name, Atom):
                at += 1
                continue
            self.atom(name)
            if at + 1 < len(flat):
                self._item_value(name.upper, flat[at + 1])
            at += 2

    def _item_value(self, name: str, value: Value) -> None:
        if name == "ENVELOPE":
            self.envelope(value)
        elif name in ("BODY", "BODYSTRUCTURE"):
            self.part(value)
        elif name == "FLAGS":
            self.flags(value)
        elif name in _NAMED_ITEMS:
            self.string(value, self.scrub.name)
        elif name.startswith(("PREVIEW", "SNIPPET")):
            self.string(value, self.scrub.subject)
        elif is_contents(name):
            self.string(value, lambda octets: whole_message(self.scrub, octets, header=begins_with_header(name)))
        else:
            self.generic(value)

    def envelope(self, value: Value | None) -> None:
        """RFC 9051 section 7.5.2: date, subject, six lists of addresses, in-reply-to, message-id."""
        items = as_items(value)
        for index, item in enumerate(items):
            if index == 0:
                self.string(item, self.scrub.date)
            elif index == 1:
                self.string(item, self.scrub.subject)
            else:
                for address in as_items(item) or (item,):
                    self.string(address, self.scrub.name)

    def part(self, value: Value | None, depth: int = 0) -> None:
        """A part of BODYSTRUCTURE, and those within it."""
        items = as_items(value)
        if depth > _MOST_NESTED or not items:
            self.generic(value)
            return
        if isinstance(items[0], List):
            count = next((at for at, item in enumerate(items) if not isinstance(item, List)), len(items))
            for item in items[:count]:
                self.part(item, depth + 1)
            for item in items[count:]:
                self._extension(item)
            return
        kind = b"/".join(item.octets or b"" for item in items[:2] if isinstance(item, (Quoted, Literal, Atom))).lower()
        is_message = kind in (b"message/rfc822", b"message/global")
        for index, item in enumerate(items):
            if index == 3:
                self.string(item, self.scrub.name)
            elif index == 4:
                self.string(item, self.scrub.subject)
            elif index < 6 and not isinstance(item, List):
                self.string(item, self.scrub.words)
            elif is_message and index == 7:
                self.envelope(item)
            elif is_message and index == 8:
                self.part(item, depth + 1)
            else:
                self._extension(item)

    def _extension(self, value: Value) -> None:
        """Parameters, a disposition, a language, a location, a size: pairs of names and values where it is a list."""
        items = as_items(value)
        if isinstance(value, Atom):
            self.generic(value)
        elif not isinstance(value, List):
            self.string(value, self.scrub.words)
        elif len(items) == 2 and not isinstance(items[0], List) and isinstance(items[1], List):
            self.string(items[0], self.scrub.words)
            self._extension(items[1])
        else:
            for at in range(0, len(items), 2):
                self.string(items[at], self.scrub.words)
                if at + 1 < len(items):
                    self.string(items[at + 1], self._parameter(items[at]))

    def _parameter(self, name: Value) -> Change:
        match _octets(name).lower():
            case b"boundary":
                return self.scrub.name
            case b"charset" | b"format" | b"delsp" | b"type":
                return self.scrub.words
        return self.scrub.subject

    # --- SEARCH

    def search(self, values: Sequence[Value], depth: int = 0) -> None:
        """Search keys: what stands after one that looks for an address is a name."""
        before = ""
        header = False
        for value in values:
            if isinstance(value, List):
                if depth < _MOST_NESTED:
                    self.search(value.items, depth + 1)
            elif before in _NAMING_KEYS:
                self.string(value, self.scrub.name)
            elif before in _TEXT_KEYS or (header and before != "HEADER"):
                self.string(value, self.scrub.subject)
            elif before in ("KEYWORD", "UNKEYWORD"):
                self.flags(value)
            elif isinstance(value, (Quoted, Literal)) and not _is_dated_string(value):
                self.string(value, self.scrub.subject)
            else:
                self.generic(value)
            header = before == "HEADER"
            before = value.upper if isinstance(value, Atom) else ""


def _octets(value: Value) -> bytes:
    octets = getattr(value, "octets", None)
    return octets if isinstance(octets, bytes) else b""


def _is_dated_string(value: Quoted | Literal) -> bool:
    return isinstance(value, Quoted) and _is_dated(value)


def _is_dated(value: Atom | Quoted) -> bool:
    return re.match(rb"[ 0-3]?\d-[A-Za-z]{3}-\d{4}\b", value.octets) is not None


def is_contents(item: str) -> bool:
    """Whether the value of a data item is a message or a part of one."""
    return item.startswith(("BODY[", "BINARY[", "RFC822")) and item != "RFC822.SIZE"


def begins_with_header(item: str) -> bool:
    """Whether that begins with header fields: the whole message, its header, that of a part."""
    if item.startswith("RFC822"):
        return item != "RFC822.TEXT"
    section, _, origin = item.partition("[")[2].partition("]")
    return (not origin or origin == "<0>") and (section == "" or "HEADER" in section or section.endswith("MIME"))


def whole_message(scrub: Scrub, octets: bytes, *, header: bool) -> bytes:
    """A message that is there as a whole."""
    message = Message(scrub, header=header)
    return message.feed(octets) + message.end()
