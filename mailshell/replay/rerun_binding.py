"""What a live server gave in the place of what was recorded: UIDs and UIDVALIDITY, found in answers that correspond."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailshell.protocol.imap.data import Data, Fetched, Numbers, StatusText
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import Atom, Value, as_octets
from mailshell.replay.request import Request
from mailshell.replay.script import Step

_NUMBER = re.compile(rb"\d+")
_RANGE = re.compile(rb"(\d+)(?::(\d+))?")
_SET = re.compile(rb"(?<![^\s(])[\d*][\d:,*]*(?![^\s)])")
_UID_KEY = re.compile(rb"(?i)(?<=\bUID )[\d*][\d:,*]*")
_QRESYNC = re.compile(rb"(?i)(?<=\(QRESYNC \()\d+")
_MOST = 1_000_000
#: Response codes whose arguments are a UIDVALIDITY and then sets of UIDs (RFC 4315 section 3).
_CODES = frozenset({"APPENDUID", "COPYUID"})


class Bindings:
    """UIDs by mailbox, as octets of digits: those of the recording, and what stands for them now."""

    def __init__(self) -> None:
        self._uids: dict[tuple[str, bytes], bytes] = {}
        self._validity: dict[bytes, bytes] = {}

    def learn(self, recorded: Step, live: Step, mailbox: str) -> None:
        """Compare two answers to the same command, given while ``mailbox`` was selected."""
        before, after = list(_data(recorded)), list(_data(live))
        self._pair(mailbox, dict(_uids(before)), dict(_uids(after)))
        if recorded.name in ("UID SEARCH", "UID SORT"):
            self._pair(mailbox, _found(before), _found(after))
        for (name, left), (other, right) in zip(_codes(before), _codes(after), strict=False):
            if name != other or not left or not right:
                continue
            self._bind(self._validity, left[0], right[0])
            for one, two in zip(left[1:], right[1:], strict=False):
                self._pair(mailbox, _members(one), _members(two))

    def apply(self, request: Request, mailbox: str) -> list[bytes]:
        """The lines of a recorded command with what is bound in the place of what was recorded."""
        lines = [_QRESYNC.sub(lambda match: self._validity.get(match[0], match[0]), line) for line in request.lines]
        if request.record is not None and any(argument.kind == "uid-set" for argument in request.record.parsed):
            # The set is the first argument of each of these commands.
            start = len(request.name)
            head = lines[0].lstrip()
            lead = lines[0][: len(lines[0]) - len(head) + start]
            lines[0] = lead + _SET.sub(lambda match: self._set(mailbox, match[0]), lines[0][len(lead) :], count=1)
        if request.name.endswith(("SEARCH", "SORT", "THREAD")):
            lines = [_UID_KEY.sub(lambda match: self._set(mailbox, match[0]), line) for line in lines]
        return lines

    def _set(self, mailbox: str, octets: bytes) -> bytes:
        return _NUMBER.sub(lambda match: self._uids.get((mailbox, match[0]), match[0]), octets)

    def _pair(self, mailbox: str, before: dict[object, bytes], after: dict[object, bytes]) -> None:
        for key, uid in before.items():
            if key in after and len(self._uids) < _MOST:
                self._uids[mailbox, uid] = after[key]

    def _bind(self, table: dict[bytes, bytes], one: bytes, other: bytes) -> None:
        if len(table) < _MOST:
            table[one] = other


def _data(step: Step) -> Iterator[Data]:
    for answer in step.answers:
        if isinstance(answer.response, Response):
            yield read_data(answer.response)[0]


def _uids(data: Sequence[Data]) -> Iterator[tuple[object, bytes]]:
    """The UID of each message number that FETCH has told of."""
    for item in data:
        if isinstance(item, Fetched) and item.number is not None:
            for member in item.items:
                if member.name == "UID" and isinstance(member.value, int):
                    yield item.number, b"%d" % member.value


def _found(data: Sequence[Data]) -> dict[object, bytes]:
    """What was found, by its place; nothing if there is no SEARCH response."""
    numbers = next((item.numbers for item in data if isinstance(item, Numbers)), ())
    return {(place, len(numbers)): b"%d" % number for place, number in enumerate(numbers)}


def _codes(data: Sequence[Data]) -> list[tuple[str, list[bytes]]]:
    codes = (item for item in data if isinstance(item, StatusText))
    found = [(item.code, [_octets(value) for value in item.arguments]) for item in codes if item.code in _CODES]
    for item in data:
        if isinstance(item, StatusText) and item.code == "UIDVALIDITY":
            found.append((item.code, [_octets(value) for value in item.arguments[:1]]))
    return found


def _octets(value: Value) -> bytes:
    if isinstance(value, Atom):
        return value.octets
    return as_octets(value) or b""


def _members(octets: bytes) -> dict[object, bytes]:
    """The UIDs of a set, by their place. A set of very many is not gone through."""
    members: list[bytes] = []
    for match in _RANGE.finditer(octets):
        first, last = int(match[1]), int(match[2] or match[1])
        if abs(last - first) + len(members) > _MOST // 10:
            return {}
        members += [b"%d" % number for number in range(min(first, last), max(first, last) + 1)]
    return dict(enumerate(members))
