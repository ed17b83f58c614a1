"""What is told of a message twice must be the same twice, and its parts must add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.asked import section_name
from mailshell.lint.imap.boundary import GONE, NAMES, Boundary
from mailshell.lint.imap.places import find, find_after
from mailshell.lint.recent import Recent
from mailshell.protocol.exchange import Completed
from mailshell.protocol.imap.data import Body, BodyStructure
from mailshell.protocol.imap.response import Response

#: So many messages are remembered, and so many facts of one.
_MESSAGES = 2048
_FACTS = 64
_SAME_AS = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}
_STATIC = frozenset({"INTERNALDATE", "ENVELOPE", "BODY", "BODYSTRUCTURE"})


@dataclass(slots=True)
class _Facts:
    """Of one message: the hash of each item, the size of each section, those that BODYSTRUCTURE tells of each part,
    the hash of the header as it stands in the whole message.
    """

    hashes: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] | None = None
    header: int | None = None
    told: frozenset[str] = frozenset()


class Sameness(Checker):
    """Remembers what was told of the messages of the selected mailbox."""

    concerns = NAMES | GONE | {"FETCH", "ENABLED"}

    def __init__(self) -> None:
        self._boundary = Boundary()
        #: By UID, or where none is known by number, negative: RFC822.SIZE, and all else.
        self._sizes = Recent[int, int](_MESSAGES)
        self._messages = Recent[int, _Facts](_MESSAGES)
        self._uids: dict[int, int] = {}
        self._modseqs = Recent[int, int](_MESSAGES)

    def untagged(self, received: Received, now: Now) -> Faults:
        name = received.response.name
        if name == "FETCH":
            return self._fetched(received)
        if name in GONE:
            # The numbers move; what is known by UID stays.
            self._uids.clear()
            self._sizes.keep(lambda key: key > 0)
            self._messages.keep(lambda key: key > 0)
        elif name == "ENABLED" or self._boundary.untagged(received, now):
            self._reset()
        return NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        if self._boundary.completed(event):
            self._reset()
        return NONE

    def _reset(self) -> None:
        self._sizes.clear()
        self._messages.clear()
        self._uids.clear()
        self._modseqs.clear()

    def _fetched(self, received: Received) -> Faults:
        response, items = received.response, received.items
        if not response.number or not items:
            return NONE
        uid = items.get("UID")
        if isinstance(uid, int) and uid:
            if len(self._uids) < _MESSAGES:
                self._uids[response.number] = uid
        else:
            uid = self._uids.get(response.number)
        faults: list[Fault] = []
        modseq = items.get("MODSEQ")
        if isinstance(modseq, int) and isinstance(uid, int):
            faults += self._modseq(uid, modseq, response)
        key = uid if isinstance(uid, int) else -response.number
        size = items.get("RFC822.SIZE")
        if isinstance(size, int):
            before = self._sizes.get(key)
            if before != size:
                self._sizes.put(key, size)
                if before is not None:
                    faults.append(_changed("RFC822.SIZE", response))
        facts = self._messages.get(key)
        if not received.plain:
            for name, value in items.items():
                if name in _STATIC or isinstance(value, Body):
                    if facts is None:
                        facts = _Facts()
                        self._messages.put(key, facts)
                    faults += self._item(facts, name, value, response)
        if facts is not None:
            faults += self._sums(facts, self._sizes.get(key), response)
        return faults

    def _modseq(self, uid: int, modseq: int, response: Response) -> Iterator[Fault]:
        known = self._modseqs.get(uid)
        if known is not None and modseq < known:
            place = find_after(response, b"MODSEQ", b"(%d)" % modseq)
            what = f"the mod-sequence of the message was {known} and is {modseq} now"
            yield Fault("modseq-decreases", *place, what, f"{known} or more")
        self._modseqs.put(uid, modseq)

    def _item(self, facts: _Facts, written: str, value: object, response: Response) -> Faults:
        if value is None or (isinstance(value, Body) and value.size is None):
            return NONE
        name = section_name(written) if "[" in written else _SAME_AS.get(written, written)
        if name.endswith(">") or len(facts.hashes) >= _FACTS:
            return NONE
        now = hash(value)
        if isinstance(value, Body):
            assert value.size is not None
            facts.sizes[name] = value.size
            if name == "BODY[]" and value.octets is not None:
                facts.header = _header(value.octets)
            if value.octets is None:
                return NONE
            now = hash(value.octets)
        elif isinstance(value, BodyStructure) and not facts.parts:
            facts.parts = dict(_parts(value))
        before = facts.hashes.setdefault(name, now)
        if before == now:
            return NONE
        facts.hashes[name] = now
        return (_changed(written, response),)

    def _sums(self, facts: _Facts, told: int | None, response: Response) -> Iterator[Fault]:
        """Each is told once for a message. ``told``: its RFC822.SIZE."""
        sizes, whole = facts.sizes, facts.sizes.get("BODY[]")
        if whole is not None and told is not None and whole != told and "size" not in facts.told:
            facts.told |= {"size"}
            place = find(response, b"RFC822.SIZE %d" % told, b"BODY[]", b"RFC822")
            what = f"RFC822.SIZE is {told}, and the message has {whole} octets"
            yield Fault("size-differs", *place, what, f"RFC822.SIZE {whole}")
        header, text = sizes.get("BODY[HEADER]"), sizes.get("BODY[TEXT]")
        if header is not None and text is not None and whole not in (None, header + text) and "sum" not in facts.told:
            facts.told |= {"sum"}
            place = find(response, b"BODY[TEXT]", b"BODY[HEADER]", b"BODY[]", b"RFC822")
            what = f"the header has {header} octets and the text {text}, and the whole message {whole}"
            yield Fault("header-and-text-differ", *place, what, f"{whole} octets together")
        hashed = facts.hashes.get("BODY[HEADER]")
        if None not in (facts.header, hashed) and hashed != facts.header and "header" not in facts.told:
            facts.told |= {"header"}
            place = find(response, b"BODY[HEADER]", b"RFC822.HEADER", b"BODY[]", b"RFC822")
            yield Fault("header-differs", *place, expected="the octets that stand in the whole message")
        for section, octets in (facts.parts or {}).items():
            came = sizes.get(f"BODY[{section}]")
            if came is not None and came != octets and section not in facts.told:
                facts.told |= {section}
                place = find(response, b"BODY[%b]" % section.encode("ascii"), b"BODYSTRUCTURE", b"BODY")
                what = f"BODYSTRUCTURE tells {octets} octets for part {section}, and BODY[{section}] has {came}"
                yield Fault("part-size-differs", *place, what, f"{came} octets in BODYSTRUCTURE")


def _changed(name: str, response: Response) -> Fault:
    place = find(response, name.encode("latin-1", "replace"))
    what = f"{name} of the message is another one than before"
    return Fault("message-changed", *place, what, "the same as the first time")


def _header(message: bytes) -> int | None:
    """The hash of the header with the empty line behind it; None if it is not clear where it ends."""
    end = 2 if message.startswith(b"\r\n") else message.find(b"\r\n\r\n") + 4
    header = message[:end]
    return hash(header) if end > 3 and header.count(b"\n") == header.count(b"\r\n") else None


def _parts(structure: BodyStructure) -> Iterator[tuple[str, int]]:
    """The parts of which the size is told, by their numbers."""
    left = [structure]
    for _ in range(_FACTS):
        if not left:
            return
        part = left.pop()
        left.extend(part.parts)
        if part.section and part.size is not None:
            yield part.section, part.size
