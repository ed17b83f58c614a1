"""Flags: each is an atom, perhaps behind a backslash (RFC 9051 section 9, ``flag``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailshell.lint.checker import NONE, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import fault_in, shown
from mailshell.lint.imap.status import StatusChecker, code_offset
from mailshell.protocol.imap.data import Words
from mailshell.protocol.imap.response import STATUSES, Response

# 8-bit octets are another rule's.
_FLAG = re.compile(r"\\?[^\x00-\x20\x7f(){%*\"\\\]]+")
_WORD = re.compile(rb"[^ ()]+")
#: Of a longer flag the beginning is looked for.
_LONG = 1000
#: So many flags that were found right are remembered.
_KEPT = 10_000


class FlagNames(StatusChecker):
    """Looks at FLAGS, at the flags of each message, and at PERMANENTFLAGS."""

    concerns = STATUSES | {"FLAGS", "FETCH", "UIDFETCH"}

    def __init__(self) -> None:
        self._right: set[str] = set()

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if response.status:
            return self.status(response, now)
        if response.name == "FLAGS" and isinstance(received.data, Words):
            return self._flags(received.data.words, response)
        flags = received.items.get("FLAGS")
        return self._flags(flags, response) if isinstance(flags, tuple) and not self._right.issuperset(flags) else NONE

    def status(self, response: Response, now: Now) -> Iterator[Fault]:
        if response.code_name != "PERMANENTFLAGS" or len(response.segments) > 1:
            return
        code = response.code or b""
        words = _WORD.findall(code.partition(b"(")[2])
        yield from self._flags((word.decode("latin-1") for word in words if word != b"\\*"), response)
        if b"(" in code and b")" not in code and response.code_closed:
            # The first ] ends the code: it stands in the middle of a flag.
            start = code_offset(response) + len(code.rpartition(b" ")[0]) + 1
            line = response.line[start - response.offset :]
            match = _WORD.match(line)
            end = start + (len(match[0]) if match else 1)
            yield Fault("flag-characters", start, end, "a ] in a flag, which ends the response code", "an atom")

    def _flags(self, flags: Iterable[str], response: Response) -> Iterator[Fault]:
        for flag in flags:
            if flag in self._right:
                continue
            if _FLAG.fullmatch(flag):
                if len(self._right) < _KEPT:
                    self._right.add(flag)
                continue
            octets = flag.encode("utf-8", "replace")
            pattern = rb"[ (](" + re.escape(octets[:_LONG]) + (rb"[^ )]*+" if len(octets) > _LONG else b"") + rb")[ )]"
            if flag == "\\*":
                yield fault_in("star-flag", response, pattern)
            elif flag and '"' not in flag and flag.isascii():
                yield fault_in("flag-characters", response, pattern, f"the flag is {shown(octets)}", "an atom")
            return
